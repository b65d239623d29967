using Annotate.Bench.Load;

namespace Annotate.Bench.Targets;

/// <summary>The bench's own relay, which stores and checks nothing: what it reaches is the ceiling of the generator and the machine.</summary>
sealed class RelayTarget : ITarget
{
    int _texts;
    ServerProcess? _server;

    public string Name => TargetNames.Relay;

    public WireKind Wire => WireKind.Yjs;

    public int Port { get; } = ServerProcess.FreePort();

    public string Root => "t";

    public ServerProcess Server => _server ?? throw new InvalidOperationException("Not started.");

    public async Task StartAsync(string dataFolder) =>
        _server = await ServerProcess.StartAsync(
            Environment.ProcessPath!, ["relay", "--port", $"{Port}"], dataFolder, [], new Uri($"http://127.0.0.1:{Port}/"));

    public Task<TextAccess[]> CreateTextsAsync(int count, int writersPerText) =>
        Task.FromResult(Enumerable.Range(0, count).Select(_ => new TextAccess($"text-{_texts++}", [.. Enumerable.Repeat("any", writersPerText)])).ToArray());

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
}
