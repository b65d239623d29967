using Annotate.Bench.Load;

namespace Annotate.Bench.Targets;

/// <summary>Annotate's own server, from the build output that this bench references.</summary>
sealed class AnnotateTarget(WireKind wire) : ITarget
{
    ServerProcess? _server;

    public string Name => TargetNames.Yjs;

    public WireKind Wire => wire;

    public int Port { get; } = ServerProcess.FreePort();

    public string Root => "t";

    public ServerProcess Server => _server ?? throw new InvalidOperationException("Not started.");

    public async Task StartAsync(string dataFolder) =>
        _server = await ServerProcess.StartAsync(
            Path.Combine(AppContext.BaseDirectory, "Annotate.Server"), ["serve"], dataFolder,
            new() { ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{Port}" }, new Uri($"http://127.0.0.1:{Port}/"));

    /// <summary>Sets up a coalition, people with a drafting mandate and their tokens, and a statement with that many sections.</summary>
    /// <exception cref="NotSupportedException">The server has no HTTP API yet.</exception>
    public Task<TextAccess[]> CreateTextsAsync(int count, int writersPerText) =>
        throw new NotSupportedException("the server's HTTP API for coalitions, tokens and statements is not there yet");

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
}
