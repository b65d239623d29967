using System.Diagnostics;

namespace Annotate.Server.Tests;

/// <summary>What a run of the built executable came to.</summary>
sealed record Ran(int Code, string Output, string Error);

/// <summary>The built executable, beside the tests, as people start it.</summary>
static class Executable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Runs a verb to its end.</summary>
    /// <param name="settings">Environment variables, such as Annotate__Url.</param>
    public static async Task<Ran> RunAsync(string[] arguments, params (string Name, string Value)[] settings)
    {
        using var process = Start(arguments, settings);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"annotate {string.Join(' ', arguments)} did not end: {await output} {await error}");
        }

        return new Ran(process.ExitCode, await output, await error);
    }

    public static Process Start(string[] arguments, params (string Name, string Value)[] settings)
    {
        // Tests that run in the background of a script were told to ignore what a keyboard sends, and would hand that on.
        var start = new ProcessStartInfo("env", ["--default-signal=INT", Path.Combine(AppContext.BaseDirectory, "Annotate.Server"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("Annotate__", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);
        foreach (var (name, value) in settings) start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
