using System.Net;
using System.Text.RegularExpressions;
using Annotate.Server.Verbs;

namespace Annotate.Server.Tests.Verbs;

public sealed partial class FirstStartTests
{
    [Fact]
    public async Task An_empty_server_loads_the_sample_and_every_link_it_prints_works()
    {
        await using var server = await TestServerHost.StartAsync(settings => settings with { LoadSeeds = true });
        var said = await SaidAsync(server);
        Assert.Contains($"Annotate listens on {server.Address}", said);
        var links = Links().Matches(said).Select(link => link.Groups[1].Value).ToList();
        Assert.NotEmpty(links);
        foreach (var link in links)
        {
            using var signedIn = await server.Anonymous.PostAsync("/sign-in", new FormUrlEncodedContent([new("token", link)]));
            Assert.Equal(HttpStatusCode.SeeOther, signedIn.StatusCode);
        }

        using var example = server.NewClient(Bearer().Match(said).Groups[1].Value);
        using var me = await example.GetAsync("/api/me");
        Assert.Equal(HttpStatusCode.OK, me.StatusCode);
        Assert.DoesNotContain("loading", await SaidAsync(server));
    }

    [Fact]
    public async Task A_sample_that_cannot_be_loaded_leaves_the_server_running_and_says_why()
    {
        var broken = Directory.CreateTempSubdirectory("annotate-test-");
        await File.WriteAllTextAsync(Path.Combine(broken.FullName, "seeds.json"), "{ \"instruments\": [");
        await using var server = await TestServerHost.StartAsync(settings => settings with { LoadSeeds = true, SeedsFolder = broken.FullName });
        var said = await SaidAsync(server);
        broken.Delete(recursive: true);
        Assert.Contains("seeds.json", said);
        Assert.Contains("could not be loaded", said);
        using var me = await server.Operator.GetAsync("/api/me");
        Assert.Equal(HttpStatusCode.OK, me.StatusCode);
    }

    [Fact]
    public async Task A_stop_while_the_sample_is_loading_is_said()
    {
        await using var server = await TestServerHost.StartAsync(settings => settings with { LoadSeeds = true });
        await using var to = new StoppingWriter("instrument ", server.Host.App.Lifetime.StopApplication);
        await using var first = FirstStart.Begin(server.Host, to);
        await first.Finished.WaitAsync(TimeSpan.FromMinutes(2));
        Assert.Contains("not loaded whole", to.ToString());
        Assert.DoesNotContain("is loaded.", to.ToString());
    }

    /// <summary>Stops the server when a line begins with these words.</summary>
    sealed class StoppingWriter(string words, Action stop) : StringWriter
    {
        public override Task WriteLineAsync(string? value)
        {
            if (value?.StartsWith(words, StringComparison.Ordinal) == true) stop();
            return base.WriteLineAsync(value);
        }
    }

    static async Task<string> SaidAsync(TestServerHost server)
    {
        await using var to = new StringWriter();
        await using (var first = FirstStart.Begin(server.Host, to)) await first.Finished.WaitAsync(TimeSpan.FromMinutes(2));
        return to.ToString();
    }

    [GeneratedRegex(@"/sign-in\?token=(ann_\S+)")]
    private static partial Regex Links();

    [GeneratedRegex(@"Bearer (ann_[^']+)'")]
    private static partial Regex Bearer();
}
