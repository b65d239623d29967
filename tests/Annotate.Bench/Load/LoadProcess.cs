using System.Diagnostics;
using System.Text.Json;

namespace Annotate.Bench.Load;

/// <summary>The load as a child process on its own core. The plan goes in and the result comes out as one line of JSON each.</summary>
static class LoadProcess
{
    const string Opened = "opened";

    /// <summary>Has a plan carried out.</summary>
    /// <param name="whileOpen">Runs when all connections are open; a plan that holds them goes on until it is done.</param>
    /// <exception cref="IOException">The load could not be carried out, or did not end in time.</exception>
    public static async Task<LoadResult> RunAsync(LoadPlan plan, Func<Task>? whileOpen = null)
    {
        using var process = Core.Start(
            Limits.LoadCore, Environment.ProcessPath!, ["load"], info => info.RedirectStandardInput = info.RedirectStandardOutput = true);
        EventHandler kill = (_, _) => Kill(process);
        AppDomain.CurrentDomain.ProcessExit += kill;
        try
        {
            await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(plan));
            await process.StandardInput.FlushAsync();
            var seconds = plan.WarmUpSeconds + plan.Seconds + Limits.DrainSeconds + 2 * Limits.OpenSeconds;
            return await ConverseAsync(process, whileOpen).WaitAsync(TimeSpan.FromSeconds(seconds));
        }
        catch (TimeoutException e)
        {
            throw new IOException("the load did not end in time", e);
        }
        finally
        {
            AppDomain.CurrentDomain.ProcessExit -= kill;
            Kill(process);
        }
    }

    /// <summary>The child's side.</summary>
    public static int Run()
    {
        var plan = JsonSerializer.Deserialize<LoadPlan>(Console.In.ReadLine() ?? "") ?? throw new InvalidDataException("No plan on standard input.");
        using var run = new LoadRun(plan);
        var result = run.Run(() => Console.Out.WriteLine(Opened));
        Console.Out.WriteLine(JsonSerializer.Serialize(result));
        return 0;
    }

    static async Task<LoadResult> ConverseAsync(Process process, Func<Task>? whileOpen)
    {
        var line = await process.StandardOutput.ReadLineAsync();
        if (line != Opened) throw new IOException("the load could not open its connections");
        if (whileOpen != null) await whileOpen();
        process.StandardInput.Close();
        line = await process.StandardOutput.ReadLineAsync();
        return line == null ? throw new IOException("the load ended without a result") : JsonSerializer.Deserialize<LoadResult>(line)!;
    }

    static void Kill(Process process)
    {
        if (!process.HasExited) process.Kill();
    }
}
