using System.Reflection;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using Annotate.Server.Hosting;
using Microsoft.Extensions.Configuration;

namespace Annotate.Server.Tests.Hosting;

public sealed partial class SettingsTests
{
    [Theory]
    [InlineData("Profile", "Oracle", "Sqlite, Postgres, Azure")]
    [InlineData("Profile", "1", "Sqlite, Postgres, Azure")]
    [InlineData("Profile", "Postgres", "Annotate:Postgres")]
    [InlineData("Profile", "Azure", "Azure")]
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
