using System.Reflection;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using Annotate.Server.Configuring;
using Annotate.Server.Hosting;
using Microsoft.Extensions.Configuration;

namespace Annotate.Server.Tests.Hosting;

public sealed partial class SettingsTests
{
    [Theory]
    [InlineData("Profile", "Oracle", "Sqlite, Postgres, Azure")]
    [InlineData("Profile", "1", "Sqlite, Postgres, Azure")]
    [InlineData("Profile", "Postgres", "Annotate:Postgres")]
    [InlineData("Profile", "Azure", "either a connection string in Annotate:Azure or the blob service's address in Annotate:AzureBlobs")]
    [InlineData("Porfile", "Sqlite", "There is no setting Annotate:Porfile")]
    [InlineData("Url", "localhost", "not an address")]
    [InlineData("Url", "ftp://localhost:1", "not an address")]
    [InlineData("PublicUrl", "annotate.example", "an address such as")]
    [InlineData("PublicUrl", "ftp://annotate.example", "http or https")]
    [InlineData("Proxies", "127.0.0.1;localhost", "'localhost' is neither")]
    [InlineData("Proxies", "0.0.0.0/0", "such as 127.0.0.1;10.1.0.0/16")]
    [InlineData("SiloPort", "65536", "0 to 65535")]
    [InlineData("SiloPort", "many", "a whole number")]
    [InlineData("LoadSeeds", "yes", "true or false")]
    [InlineData("FollowRenewSeconds", "0", "1 to 30")]
    [InlineData("SiloAddress", "here", "an IP address")]
    public void A_wrong_setting_is_named_with_what_would_fit(string name, string value, string words)
    {
        var wrong = Assert.Throws<SettingsException>(() => Read((name, value)));
        Assert.Contains(words, wrong.Message);
    }

    [Theory]
    [InlineData("Profile=Postgres;Postgres=Host~db,Colour~red", "Annotate:Postgres is not a connection string")]
    [InlineData("Azure=nonsense", "not the connection string of a storage account")]
    [InlineData("Azure=AccountName~a", "not the connection string of a storage account")]
    [InlineData("Azure=AccountName~a,AccountKey~###,EndpointSuffix~core.windows.net", "not the connection string of a storage account")]
    [InlineData("Azure=UseDevelopmentStorage~true;AzureBlobs=https://a.blob.core.windows.net", "either a connection string")]
    [InlineData("Azure=UseDevelopmentStorage~true;AzureClientId=1", "go with Annotate:AzureBlobs")]
    [InlineData("Azure=UseDevelopmentStorage~true;AzureContainer=Annotate", "lower-case letters")]
    [InlineData("Azure=UseDevelopmentStorage~true;AzureContainer=an--notate", "lower-case letters")]
    [InlineData("Azure=UseDevelopmentStorage~true;AzureSilosTable=1st", "Annotate:AzureSilosTable is 3 to 63 letters and digits")]
    [InlineData("Azure=UseDevelopmentStorage~true;AzureRemindersTable=tables", "Annotate:AzureRemindersTable is 3 to 63 letters and digits")]
    [InlineData("Azure=UseDevelopmentStorage~true;AzureRemindersTable=orleanssiloinstances", "are two tables")]
    [InlineData("Azure=UseDevelopmentStorage~true;Cluster=a/b", "Annotate:Cluster is letters")]
    [InlineData("AzureBlobs=http://a.blob.core.windows.net", "an https address without a query")]
    [InlineData("AzureBlobs=https://a.blob.core.windows.net/?sig~secret", "an https address without a query")]
    [InlineData("AzureBlobs=https://storage.example", "Annotate:AzureTables is needed")]
    public void Settings_of_a_storage_that_do_not_fit_together_are_named(string settings, string words)
    {
        var wrong = Assert.Throws<SettingsException>(() => Read([.. Pairs(settings)]));
        Assert.Contains(words, wrong.Message);
        Assert.DoesNotContain("secret", wrong.Message);
    }

    [Theory]
    [InlineData("Azure=UseDevelopmentStorage~true;AzureContainer=abc", null)]
    [InlineData("AzureBlobs=https://a.blob.core.windows.net;AzureClientId=11111111-2222-3333-4444-555555555555", "https://a.table.core.windows.net/")]
    [InlineData("AzureBlobs=https://storage.example/b;AzureTables=https://storage.example/t;Cluster=a.b_c-1", "https://storage.example/t")]
    public void Settings_of_an_account_that_fit_are_taken(string settings, string? tables) =>
        Assert.Equal(tables, AzureProfile.AccountOf(Read([.. Pairs(settings)])).Tables?.AbsoluteUri);

    // With the profile Azure unless another is named; in values ~ stands for = and , for ;.
    static IEnumerable<(string, string)> Pairs(string settings) => settings.Split(';').Select(setting => setting.Split('='))
        .Select(pair => (pair[0], pair[1].Replace('~', '=').Replace(',', ';')))
        .Concat(settings.StartsWith("Profile", StringComparison.Ordinal) ? [] : [("Profile", "Azure")]);

    [Fact]
    public void Settings_are_read_by_name_whatever_the_case()
    {
        var settings = Read(
            ("profile", "postgres"), ("Postgres", "Host=db"), ("url", "http://*:80;https://localhost:443"), ("PublicUrl", "https://annotate.example/"),
            ("InlineScheduling", "true"), ("StopSeconds", "5"));
        Assert.Equal(Profile.Postgres, settings.Profile);
        Assert.Equal(["http://*:80", "https://localhost:443"], settings.Urls);
        Assert.Equal("annotate.example", settings.PublicUrl!.Host);
        Assert.True(settings.InlineScheduling);
        Assert.Equal(5, settings.StopSeconds);
        Assert.Equal("data", settings.DataFolder);
    }

    [Fact]
    public void Trust_in_whoever_sends_the_header_stops_the_start()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("ForwardedHeaders_Enabled", "True")]).Build();
        Assert.Contains("Annotate:Proxies", Assert.Throws<SettingsException>(() => NamedProxies.RefuseTrustInAnybody(configuration)).Message);
        NamedProxies.RefuseTrustInAnybody(new ConfigurationBuilder().Build());
    }

    [Fact]
    public void The_README_lists_every_setting_and_no_other()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Annotate.sln"))) folder = folder.Parent!;
        var table = File.ReadLines(Path.Combine(folder.FullName, "README.md"))
            .SkipWhile(line => line != "| Setting | Default | Meaning |").Skip(2).TakeWhile(line => line.StartsWith('|'));
        var listed = table.SelectMany(row => Names().Matches(row.Split('|')[1]).Select(name => name.Groups[1].Value));
        var known = typeof(Settings).GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => property.Name);
        Assert.Equal(known.Order(), listed.Order());
    }

    [GeneratedRegex("`(\\w+)`")]
    private static partial Regex Names();

    [Fact]
    public void A_socket_whose_path_would_be_too_long_moves_to_the_temporary_folder()
    {
        var folder = Path.Combine(Path.GetTempPath(), new string('x', 120));
        var path = PrivateSocket.PathIn(folder);
        Assert.True(path.Length <= Limits.SocketPathBytesMax);
        Assert.NotEqual(path, PrivateSocket.PathIn(folder + "y"));
        Assert.Equal(path, PrivateSocket.PathIn(folder));
        Assert.Equal(path, PrivateSocket.PathIn(folder + Path.DirectorySeparatorChar));
        Assert.Equal(Path.Combine(Path.GetTempPath(), "d", "annotate.sock"), PrivateSocket.PathIn(Path.Combine(Path.GetTempPath(), "d")));
    }

    [Fact, UnsupportedOSPlatform("windows")]
    public void A_socket_in_a_temporary_folder_that_others_may_have_made_is_not_used()
    {
        var dataFolder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + new string('x', 120));
        var trap = Directory.CreateDirectory(Path.GetDirectoryName(PrivateSocket.PathIn(dataFolder))!);
        try
        {
            Assert.Throws<UnauthorizedAccessException>(() => PrivateSocket.Prepare(dataFolder));
            File.WriteAllText(PrivateSocket.PathIn(dataFolder), "");
            Assert.Throws<UnauthorizedAccessException>(() => PrivateSocket.Find(dataFolder));
            File.SetUnixFileMode(trap.FullName, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            Assert.Equal(PrivateSocket.PathIn(dataFolder), PrivateSocket.Find(dataFolder));
        }
        finally
        {
            trap.Delete(recursive: true);
        }
    }

    static Settings Read(params (string Name, string Value)[] settings) => Settings.Read(new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create("Annotate:" + setting.Name, (string?)setting.Value))).Build());
}
