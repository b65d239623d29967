using System.CommandLine;
using Annotate.Server.Configuring;
using Annotate.Server.Hosting;
using Annotate.Server.Seeding;

namespace Annotate.Server.Verbs;

/// <summary>Loads a folder of seeds. What is there already is left as it is.</summary>
sealed class Seed
{
    readonly Argument<string?> _folder = new("FOLDER") { Description = "Holds seeds.json (default: the sample coalition that comes with the server).", Arity = ArgumentArity.ZeroOrOne };
    readonly ServerOptions _server = new();

    public Command NewCommand()
    {
        var command = new Command("seed", "Loads instruments and coalitions from files, through the API. Loading twice changes nothing.");
        command.Add(_folder);
        _server.AddTo(command);
        command.SetAction(RunAsync);
        return command;
    }

    async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        var folder = parsed.GetValue(_folder) ?? Folders.FindSeeds(Settings.Read(AnnotateHost.NewBuilder().Configuration))
            ?? throw new SettingsException("There is no folder 'seeds' here; name one.");
        await using var server = await _server.OpenAsync(parsed, stop);
        await new Seeder(server.Http, server.Token, Console.Out).SeedAsync(folder, stop);
        return 0;
    }
}
