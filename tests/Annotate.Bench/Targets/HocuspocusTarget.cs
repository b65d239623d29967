using System.Diagnostics;
using Annotate.Bench.Load;

namespace Annotate.Bench.Targets;

/// <summary>The stock server: Hocuspocus with its SQLite extension, from npm, with its own defaults.</summary>
sealed class HocuspocusTarget : ITarget
{
    int _texts;
    ServerProcess? _server;

    public string Name => TargetNames.Hocuspocus;

    public WireKind Wire => WireKind.Hocuspocus;

    public int Port { get; } = ServerProcess.FreePort();

    public string Root => "t";

    public ServerProcess Server => _server ?? throw new InvalidOperationException("Not started.");

    /// <summary>The folder of its package.json, beside the bench's sources.</summary>
    public static string Folder => Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../hocuspocus"));

    public async Task StartAsync(string dataFolder)
    {
        await InstallAsync();
        _server = await ServerProcess.StartAsync(
            "node", ["server.mjs", $"{Port}", Path.Combine(dataFolder, "hocuspocus.sqlite")], Folder,
            new() { ["NODE_ENV"] = "production" }, new Uri($"http://127.0.0.1:{Port}/"));
    }

    /// <summary>A document comes into being when it is opened; without an authentication hook every token will do.</summary>
    public Task<TextAccess[]> CreateTextsAsync(int count, int writersPerText) =>
        Task.FromResult(Enumerable.Range(0, count).Select(_ => new TextAccess($"text-{_texts++}", [.. Enumerable.Repeat("any", writersPerText)])).ToArray());

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Installs its packages when they are missing.</summary>
    public static async Task InstallAsync()
    {
        if (Directory.Exists(Path.Combine(Folder, "node_modules", "@hocuspocus", "server"))) return;
        Console.Error.WriteLine("Installing Hocuspocus from npm (npm ci; building its SQLite module may take two minutes)");
        var info = new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]) { WorkingDirectory = Folder };
        using var npm = Process.Start(info)!;
        await npm.WaitForExitAsync();
        if (npm.ExitCode != 0) throw new IOException($"npm ci ended with {npm.ExitCode}");
    }
}
