using System.CommandLine;
using Annotate.Server.Configuring;
using Annotate.Server.Hosting;
using Annotate.Server.Seeding;

namespace Annotate.Server.Verbs;

/// <summary>The verbs of the executable. All but <c>serve</c>, <c>verify</c>, <c>backup</c> and <c>text</c> speak HTTP to a server.</summary>
public static class CommandLine
{
    /// <summary>Something went wrong; it was said on standard error.</summary>
    public const int Failed = 1;

    /// <summary>The command line or a setting is wrong.</summary>
    public const int Misused = 2;

    /// <summary>Runs the verb that the arguments name.</summary>
    /// <returns>The exit code: 0, <see cref="Failed"/> or <see cref="Misused"/>.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var parsed = NewRoot().Parse(args);
        // A stop takes as long as the setting StopSeconds allows; the library would cut it off after two.
        var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromMinutes(10) };
        try
        {
            var code = await parsed.InvokeAsync(configuration);
            return parsed.Errors.Count > 0 ? Misused : code;
        }
        catch (SettingsException wrong)
        {
            return await SayAsync(wrong, Misused);
        }
        catch (Exception known) when (IsToldInWords(known))
        {
            return await SayAsync(known, Failed);
        }
    }

    static RootCommand NewRoot()
    {
        var root = new RootCommand(
            "Annotate: organisations annotate a legal text, take positions on it, and write a joint statement, live. Without a verb it serves.");
        var serve = new Serve();
        serve.AddTo(root);
        root.SetAction(serve.RunAsync);
        root.Add(serve.NewCommand());
        root.Add(new Seed().NewCommand());
        root.Add(new Import().NewCommand());
        root.Add(new Export().NewCommand());
        root.Add(new Token().NewCommand());
        root.Add(new Verify().NewCommand());
        root.Add(new Backup().NewCommand());
        root.Add(new TextVerbs().NewCommand());
        return root;
    }

    // What the message says is enough; a stack trace would hide it. Anything else is a fault of ours, and is shown whole.
    static bool IsToldInWords(Exception exception) =>
        StartRefusal.IsToldInWords(exception) || exception is RefusedException or SeedFileException or SeedRefusedException or HttpRequestException;

    static async Task<int> SayAsync(Exception exception, int code)
    {
        await Console.Error.WriteLineAsync("annotate: " + LogScrubbing.Scrub(exception.Message.ReplaceLineEndings(" ")));
        return code;
    }
}
