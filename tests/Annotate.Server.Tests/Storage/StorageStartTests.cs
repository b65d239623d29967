using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Annotate.Server.Configuring;
using Annotate.Server.Hosting;
using Annotate.Server.Storage;
using Azure.Storage.Sas;
using Npgsql;

namespace Annotate.Server.Tests.Storage;

/// <summary>A start on a storage that will not do ends soon, with a line that says what is wrong.</summary>
public sealed class StorageStartTests(AzuriteFixture azurite, PostgresFixture postgres)
{
    /// <summary>Ten seconds where nothing else runs; the tests beside this one do.</summary>
    static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_account_that_is_not_there()
    {
        var account = await azurite.NewAccountAsync();
        foreach (var (service, what) in new[] { ("BlobEndpoint", account.Container), ("TableEndpoint", account.SilosTable) })
            Assert.Matches($@"/{what} cannot be reached: .*refused", await RefusalAsync(On(account, Elsewhere(account, service, ClosedPort()))));
    }

    [Fact]
    public async Task An_account_that_never_answers()
    {
        using var silent = Silent(out var port);
        var account = await azurite.NewAccountAsync();
        var line = await RefusalAsync(On(account, Elsewhere(account, "BlobEndpoint", port)));
        Assert.Contains($"127.0.0.1:{port}/devstoreaccount1/{account.Container} cannot be reached: no answer within {Limits.StorageFirstAnswerSeconds} s", line);
    }

    [Fact]
    public async Task A_wrong_key()
    {
        var account = await azurite.NewAccountAsync();
        var wrong = account.ConnectionString!.Replace("AccountKey=Eby8", "AccountKey=AAAA", StringComparison.Ordinal);
        // As whoever starts it sees it. Azure says AuthenticationFailed, Azurite this.
        var folder = Directory.CreateTempSubdirectory("annotate-test-");
        var ran = await Executable.RunAsync(
            ["serve", "--data", folder.FullName, "--url", "http://127.0.0.1:0"], AzuriteFixture.SettingsOf(account with { ConnectionString = wrong }));
        Assert.Equal(1, ran.Code);
        Assert.Equal("", ran.Output);
        Assert.Matches(@"^annotate: http://127\.0\.0\.1:\d+/devstoreaccount1/\S+ refuses \(AuthorizationFailure\): what is shown to it is wrong[^\n]*\n$", ran.Error);
        folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(AccountSasPermissions.Read | AccountSasPermissions.List, "refuses")]
    [InlineData(AccountSasPermissions.Read | AccountSasPermissions.List | AccountSasPermissions.Create, "refuses")]
    [InlineData(AccountSasPermissions.All, null)]
    public async Task Rights_that_do_not_reach(AccountSasPermissions rights, string? words)
    {
        var account = await azurite.NewAccountAsync();
        var until = TimeProvider.System.GetUtcNow().AddHours(1);
        var builder = new AccountSasBuilder(rights, until, AccountSasServices.All, AccountSasResourceTypes.All) { Protocol = SasProtocol.HttpsAndHttp };
        var signature = account.Connect().Blobs.GenerateAccountSasUri(builder).Query.TrimStart('?');
        var endpoints = string.Join(';', account.ConnectionString!.Split(';').Where(part => part.Contains("Endpoint", StringComparison.Ordinal)));
        var settings = On(account, $"{endpoints};SharedAccessSignature={signature}");
        if (words is null) await AzureStart.EnsureAsync(AzureProfile.AccountOf(settings), Cancel);
        else Assert.Matches($"{words} .*Storage Blob Data Contributor", await RefusalAsync(settings));
    }

    [Fact]
    public async Task A_database_that_is_not_there_or_refuses()
    {
        var database = await postgres.NewDatabase();
        await using (var source = NpgsqlDataSource.Create(database))
        {
            await using var command = source.CreateCommand("CREATE ROLE visitor LOGIN");
            await command.ExecuteNonQueryAsync(Cancel);
        }

        Assert.Matches("refuses .42501.: permission denied for database", await RefusalAsync(On(new(database) { Username = "visitor" })));
        Assert.Matches("refuses .28000.: role .nobody. does not exist", await RefusalAsync(On(new(database) { Username = "nobody" })));
        Assert.Matches("The database none of PostgreSQL at .* refuses .3D000.", await RefusalAsync(On(new(database) { Database = "none" })));
        var port = ClosedPort();
        Assert.Contains($"127.0.0.1:{port} cannot be reached: Connection refused", await RefusalAsync(On(new(database) { Host = "127.0.0.1", Port = port })));
    }

    [Fact]
    public async Task A_database_that_never_answers()
    {
        using var silent = Silent(out var port);
        var line = await RefusalAsync(On(new() { Host = "127.0.0.1", Port = port, Username = "ada", Password = "secret" }));
        Assert.Contains($"cannot be reached: no answer within {Limits.StorageFirstAnswerSeconds} s", line);
        Assert.DoesNotContain("secret", line);
    }

    static Settings On(AzureAccount account, string connectionString) => new()
    {
        Profile = Profile.Azure,
        Azure = connectionString,
        AzureContainer = account.Container,
        AzureSilosTable = account.SilosTable,
        AzureRemindersTable = account.RemindersTable,
    };

    static Settings On(NpgsqlConnectionStringBuilder database) => new() { Profile = Profile.Postgres, Postgres = database.ConnectionString };

    static async Task<string> RefusalAsync(Settings settings)
    {
        var folder = Directory.CreateTempSubdirectory("annotate-test-");
        var began = Stopwatch.GetTimestamp();
        var refusal = await Assert.ThrowsAsync<StorageUnusableException>(() => AnnotateHost.BuildAsync(settings with { DataFolder = folder.FullName, Url = "http://127.0.0.1:0" }));
        Assert.True(Stopwatch.GetElapsedTime(began) < Soon, refusal.Message);
        Assert.DoesNotContain('\n', refusal.Message);
        folder.Delete(recursive: true);
        return refusal.Message;
    }

    static string Elsewhere(AzureAccount account, string service, int port) => string.Join(';', account.ConnectionString!.Split(';')
        .Select(part => part.StartsWith(service, StringComparison.Ordinal) ? $"{service}=http://127.0.0.1:{port}/devstoreaccount1" : part));

    // Connections come to stand in its queue; nobody takes them out.
    static TcpListener Silent(out int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        port = ((IPEndPoint)listener.LocalEndpoint).Port;
        return listener;
    }

    static int ClosedPort()
    {
        using var listener = Silent(out var port);
        return port;
    }
}
