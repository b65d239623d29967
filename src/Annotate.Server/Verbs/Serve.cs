using System.CommandLine;
using Annotate.Server.Configuring;
using Annotate.Server.Hosting;

namespace Annotate.Server.Verbs;

/// <summary>Serves until it is told to stop.</summary>
sealed class Serve
{
    readonly Option<string?> _data = new("--data") { Description = "Data folder (default: the setting DataFolder, ./data)." };
    readonly Option<string?> _url = new("--url") { Description = "Address to listen on (default: the setting Url, http://localhost:5080)." };
    readonly Option<bool> _bare = new("--no-seeds") { Description = "Does not load the sample coalition into an empty server." };

    readonly Option<bool> _accept = new("--accept-storage") { Description = "Goes on with the storage that is there now, although the data folder's data was in another one." };

    public Command NewCommand()
    {
        var command = new Command("serve", "Serves the API, the live connections and the web pages.");
        AddTo(command);
        command.SetAction(RunAsync);
        return command;
    }

    public void AddTo(Command command)
    {
        command.Add(_data);
        command.Add(_url);
        command.Add(_bare);
        command.Add(_accept);
    }

    public async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        var settings = Settings.Read(AnnotateHost.NewBuilder().Configuration);
        settings = settings with
        {
            DataFolder = parsed.GetValue(_data) ?? settings.DataFolder,
            Url = parsed.GetValue(_url) ?? settings.Url,
            LoadSeeds = settings.LoadSeeds && !parsed.GetValue(_bare),
            AcceptsStorage = parsed.GetValue(_accept),
        };
        await using var host = await AnnotateHost.BuildAsync(settings);
        await host.StartAsync(stop);
        await using var first = FirstStart.Begin(host, Console.Out);
        await host.App.WaitForShutdownAsync(stop);
        return 0;
    }
}
