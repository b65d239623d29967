using Orleans.Storage;

namespace Annotate.Server.Storage;

/// <summary>A record to write where the storage still has the version its writer last saw (or none, where it saw none).</summary>
sealed class RecordWrite<T>(string name, GrainId grain, IGrainState<T> state, RecordTag? seen, ReadOnlyMemory<byte> bytes) : QueuedWrite(bytes.Length)
{
    RecordTag? _written;
    RecordTag? _found;

    public override void Apply(SqliteTables tables)
    {
        _written = seen is { } tag ? tables.Overwrite(tag, bytes.Span) : tables.Insert(grain, name, bytes.Span);
        if (_written is null) _found = tables.RowOf(grain, name);
    }

    public override void Complete()
    {
        if (_written is not { } tag)
        {
            TrySetException(Conflict.Of("write", name, grain, _found, state.ETag));
            return;
        }

        state.ETag = tag.ToString();
        state.RecordExists = true;
        TrySetResult();
    }
}

/// <summary>A record to remove where the storage still has the version its writer last saw.</summary>
sealed class RecordErasure<T>(string name, GrainId grain, IGrainState<T> state, RecordTag? seen, T nothing) : QueuedWrite(0)
{
    bool _isErased;
    RecordTag? _found;

    public override void Apply(SqliteTables tables)
    {
        _found = tables.RowOf(grain, name);
        _isErased = seen is { } tag ? tables.Erase(grain, name, tag) : _found is null;
    }

    public override void Complete()
    {
        if (!_isErased)
        {
            TrySetException(Conflict.Of("clear", name, grain, _found, state.ETag));
            return;
        }

        state.State = nothing;
        state.ETag = null;
        state.RecordExists = false;
        TrySetResult();
    }
}

/// <summary>Words the error of a writer that acted on an outdated version.</summary>
static class Conflict
{
    public static InconsistentStateException Of(string doing, string name, GrainId grain, RecordTag? found, string? seen) => new(
        $"Cannot {doing} '{name}' of {grain}: its writer last saw {seen ?? "no record"}, the storage has {found?.ToString() ?? "none"}.",
        found?.ToString() ?? "",
        seen ?? "");
}
