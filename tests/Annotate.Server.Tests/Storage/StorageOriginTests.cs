using System.Text.RegularExpressions;
using Annotate.Journals;
using Annotate.Server.Configuring;
using Annotate.Server.Hosting;
using Annotate.Server.Storage;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Logging;

namespace Annotate.Server.Tests.Storage;

/// <summary>A data folder that once held data never starts on a storage that is empty, missing or another one, unless it is told to.</summary>
public sealed class StorageOriginTests(PostgresFixture postgres, AzuriteFixture azurite) : IDisposable
{
    readonly DirectoryInfo parent = Directory.CreateTempSubdirectory("annotate-origin-");

    public void Dispose() => parent.Delete(recursive: true);

    [Fact]
    public async Task A_storage_file_that_is_missing_empty_or_anothers_is_refused()
    {
        var settings = NewSettings("one");
        var file = Profiles.FileOf(settings);
        await StartOnceAsync(settings);
        await StartOnceAsync(NewSettings("two"));
        var own = await File.ReadAllBytesAsync(file);

        File.Delete(file);
        await RefusedAsync(settings, "annotate.db is missing");
        Assert.False(File.Exists(file));
        // As it was before folders kept a note: the operator's token alone says that there was something.
        File.Move(Note(settings), Note(settings) + ".away");
        await RefusedAsync(settings, "annotate.db is missing");
        await File.WriteAllBytesAsync(file, []);
        await RefusedAsync(settings, "annotate.db is empty");
        File.Delete(file);
        // A file with all its tables, and nothing in them.
        await SqliteStore.Open(file).DisposeAsync();
        await RefusedAsync(settings, "empty");
        File.Move(Note(settings) + ".away", Note(settings));
        await RefusedAsync(settings, "empty");
        File.Copy(Profiles.FileOf(NewSettings("two")), file, overwrite: true);
        await RefusedAsync(settings, "another one");
        // As whoever starts it sees it.
        await SaysOneLineAsync(settings, "but the storage there now is another one");

        await File.WriteAllBytesAsync(file, own);
        await StartOnceAsync(settings);
        File.Copy(Profiles.FileOf(NewSettings("two")), file, overwrite: true);
        await StartOnceAsync(settings with { AcceptsStorage = true });
        await StartOnceAsync(settings);
    }

    [Fact]
    public async Task The_data_of_an_older_server_is_taken_and_noted()
    {
        var settings = NewSettings("old");
        await StartOnceAsync(settings);
        File.Delete(Note(settings));
        StoredFile.Execute(Profiles.FileOf(settings), "DELETE FROM records WHERE row=(SELECT row FROM names WHERE type='storage'); DELETE FROM names WHERE type='storage'");
        await StartOnceAsync(settings);
        Assert.True(File.Exists(Note(settings)));
        // And a backup that was taken before.
        StoredFile.Execute(Profiles.FileOf(settings), "DELETE FROM records WHERE row=(SELECT row FROM names WHERE type='storage'); DELETE FROM names WHERE type='storage'");
        await StartOnceAsync(settings);
    }

    [Fact]
    public async Task Another_database_is_refused()
    {
        var settings = NewSettings("cluster") with { Profile = Profile.Postgres, Postgres = await postgres.NewDatabase() };
        await StartOnceAsync(settings);
        await StartOnceAsync(settings with { DataFolder = Path.Combine(parent.FullName, "second server") });
        await RefusedAsync(settings with { Postgres = await postgres.NewDatabase() }, "empty");
    }

    [Fact]
    public async Task Another_container_is_refused_and_a_missing_one_is_not_made()
    {
        var (account, other) = (await azurite.NewAccountAsync(), await azurite.NewAccountAsync());
        var settings = AzuriteFixture.On(account)(NewSettings("account"));
        await StartOnceAsync(settings);
        await StartOnceAsync(settings);
        await RefusedAsync(settings with { AzureContainer = other.Container }, "is missing");
        var made = account.Connect().Blobs.GetBlobContainerClient(other.Container);
        Assert.False(await made.ExistsAsync());
        await made.CreateAsync();
        await RefusedAsync(settings with { AzureContainer = other.Container }, "empty");
        await StartOnceAsync(settings with { AzureContainer = other.Container, DataFolder = Path.Combine(parent.FullName, "another server") });
        await RefusedAsync(settings with { AzureContainer = other.Container }, "another one");
        // As it is after a write that an account lost.
        var own = account.Connect().Blobs.GetBlobContainerClient(account.Container);
        var origin = Assert.Single(await own.GetBlobsAsync(new GetBlobsOptions { Prefix = OriginRecord.Name }).ToListAsync());
        await own.GetBlobClient(origin.Name).UploadAsync(BinaryData.Empty, overwrite: true);
        await Assert.ThrowsAsync<JournalDamagedException>(() => StartOnceAsync(settings));
    }

    [Theory]
    [InlineData("storage", "origin.id")]
    [InlineData("token", "token.tail.01")]
    public async Task What_is_damaged_ends_the_start_in_words(string type, string record)
    {
        var settings = NewSettings("damaged");
        await StartOnceAsync(settings);
        var file = Profiles.FileOf(settings);
        StoredFile.FlipBit(file, type, StoredFile.KeyOf(file, type), record);
        await SaysOneLineAsync(settings, record);
    }

    Settings NewSettings(string folder) => new()
    {
        DataFolder = Path.Combine(parent.FullName, folder),
        Url = "http://127.0.0.1:0",
        LoadSeeds = false,
    };

    static string Note(Settings settings) => Path.Combine(settings.DataFolder, StorageOrigin.FileName);

    static async Task RefusedAsync(Settings settings, string words)
    {
        var refusal = await Assert.ThrowsAsync<ForeignStorageException>(() => StartOnceAsync(settings));
        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("--accept-storage", refusal.Message, StringComparison.Ordinal);
    }

    static async Task SaysOneLineAsync(Settings settings, string words)
    {
        var ran = await Executable.RunAsync(["serve", "--data", settings.DataFolder, "--url", settings.Url, "--no-seeds"]);
        Assert.Equal((1, ""), (ran.Code, ran.Output));
        Assert.Matches($@"^annotate: [^\n]*{Regex.Escape(words)}[^\n]*\n$", ran.Error);
    }

    static async Task StartOnceAsync(Settings settings)
    {
        await using var host = await AnnotateHost.BuildAsync(settings, configure: builder => builder.Logging.ClearProviders());
        await host.StartAsync();
        await host.App.StopAsync();
    }
}
