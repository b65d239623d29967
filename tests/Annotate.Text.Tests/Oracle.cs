using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Annotate.Text.Tests;

[assembly: AssemblyFixture(typeof(Oracle))]

namespace Annotate.Text.Tests;

/// <summary>Real yjs, in one Node process for all tests, started when it is first asked. Answers one question at a time.</summary>
public sealed class Oracle : IDisposable
{
    const int InstallMilliseconds = 120_000;
    const int ExitMilliseconds = 10_000;

    readonly Lock _turn = new();
    Process? _node;

    public static string Folder { get; } = Path.Combine(SourceFolder(), "yjs");

    static string SourceFolder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!Directory.Exists(Path.Combine(folder.FullName, "Annotate.Text.Tests", "yjs")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException("The tests must run below their source folder.");
        return Path.Combine(folder.FullName, "Annotate.Text.Tests");
    }

    static Process Start(string program, string arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        WorkingDirectory = Folder,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        StandardInputEncoding = new System.Text.UTF8Encoding(false),
        StandardOutputEncoding = new System.Text.UTF8Encoding(false),
    })!;

    /// <summary>What npm installed is no older than what it was asked for.</summary>
    static bool IsInstalled()
    {
        var installed = Path.Combine(Folder, "node_modules", ".package-lock.json");
        return File.Exists(installed) && File.GetLastWriteTimeUtc(installed) >= File.GetLastWriteTimeUtc(Path.Combine(Folder, "package-lock.json"));
    }

    static void Install()
    {
        using var npm = Start("npm", "ci --no-audit --no-fund --loglevel=error");
        npm.StandardInput.Close();
        var said = npm.StandardOutput.ReadToEndAsync();
        if (!npm.WaitForExit(InstallMilliseconds)) npm.Kill(entireProcessTree: true);
        else if (npm.ExitCode == 0) return;
        throw new InvalidOperationException("npm ci failed: " + said.Result);
    }

    static Process Begin()
    {
        if (!IsInstalled()) Install();
        return Start("node", "oracle.mjs");
    }

    public JsonNode Ask(object question)
    {
        lock (_turn)
        {
            var node = _node ??= Begin();
            node.StandardInput.WriteLine(JsonSerializer.Serialize(question));
            node.StandardInput.Flush();
            var line = node.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The oracle has ended.");
            var answer = JsonNode.Parse(line)!;
            return answer["error"] is { } error ? throw new InvalidOperationException($"The oracle failed: {error}") : answer;
        }
    }

    /// <summary>Several questions that no other test's may come between.</summary>
    public void InOneTurn(Action questions)
    {
        lock (_turn) questions();
    }

    /// <summary>
    /// Each transaction's update of a random program, and updates that a sync would send. Every eighth program writes values as JSON, as the first
    /// versions of yjs did.
    /// </summary>
    public (byte[][] Updates, byte[][] Syncs) Program(int seed, int steps) => Program(seed, steps, inJson: seed % 8 == 7);

    public (byte[][] Updates, byte[][] Syncs) Program(int seed, int steps, bool inJson)
    {
        var answer = Ask(new { ask = "program", seed, steps, inJson });
        return (Bytes(answer["updates"]!), Bytes(answer["syncs"]!));
    }

    static byte[][] Bytes(JsonNode list) => [.. list.AsArray().Select(entry => Convert.FromBase64String((string)entry!))];

    public void Dispose()
    {
        if (_node is null) return;
        _node.StandardInput.Close();
        if (!_node.WaitForExit(ExitMilliseconds)) _node.Kill();
        _node.Dispose();
    }
}
