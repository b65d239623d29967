using Annotate.Bench.Load;

namespace Annotate.Bench.Targets;

/// <summary>A server that the bench measures.</summary>
interface ITarget : IAsyncDisposable
{
    /// <summary>As in tables and in <c>--only</c>.</summary>
    string Name { get; }

    WireKind Wire { get; }

    int Port { get; }

    /// <summary>The root type that writers type in.</summary>
    string Root { get; }

    ServerProcess Server { get; }

    /// <summary>Starts the server on a folder, new or of an earlier run, and waits until it answers HTTP.</summary>
    Task StartAsync(string dataFolder);

    /// <summary>Makes new, empty texts with people who may write in them.</summary>
    Task<TextAccess[]> CreateTextsAsync(int count, int writersPerText);
}

/// <summary>The targets by name.</summary>
static class TargetNames
{
    public const string Hocuspocus = "hocuspocus";
    public const string Yjs = "yjs";
    public const string Live = "live";
    public const string Relay = "relay";

    /// <summary>What is measured unless <c>--only</c> says otherwise. The relay is the generator's own ceiling, not a server.</summary>
    public static readonly string[] Default = [Hocuspocus, Yjs, Live];

    public static readonly string[] All = [.. Default, Relay];

    public static ITarget Create(string name) => name switch
    {
        Hocuspocus => new HocuspocusTarget(),
        Yjs => new AnnotateTarget(name, WireKind.Yjs),
        Live => new AnnotateTarget(name, WireKind.Hub),
        Relay => new RelayTarget(),
        _ => throw new ArgumentException($"No target is named '{name}'.", nameof(name)),
    };
}
