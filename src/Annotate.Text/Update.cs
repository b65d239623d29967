using System.Diagnostics.CodeAnalysis;

namespace Annotate.Text;

/// <summary>
/// What a Yjs update (13.x, format 1) says, read once: which clocks of which clients it brings, what these build on, and what it deletes.
/// Immutable. The structs stay where they are in the bytes; merging and trimming copy them as they came.
/// </summary>
public sealed class Update
{
    readonly ClientRange[] _ranges;
    readonly DeleteRange[] _deletes;
    readonly Dependency[] _dependencies;

    Update(ReadOnlyMemory<byte> bytes, ClientRange[] ranges, DeleteRange[] deletes, Dependency[] dependencies)
    {
        Bytes = bytes;
        _ranges = ranges;
        _deletes = deletes;
        _dependencies = dependencies;
    }

    /// <summary>The update that says nothing.</summary>
    public static Update Nothing { get; } = new(new byte[] { 0, 0 }, [], [], []);

    /// <summary>
    /// The bytes it was read from. They are not copied: whoever gave them must not change them. Where clients stood in another order, which yjs
    /// wrote before 13.2, it is a copy in order.
    /// </summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>
    /// The clocks it brings, by descending client, then ascending clock. A client has several ranges where the update leaves a gap (Skip
    /// structs).
    /// </summary>
    public ReadOnlySpan<ClientRange> Ranges => _ranges;

    /// <summary>The clocks it deletes, by descending client, then ascending clock; ranges neither touch nor overlap.</summary>
    public ReadOnlySpan<DeleteRange> Deletes => _deletes;

    /// <summary>What its structs need of other clients, in the order of the ranges, then of the clocks.</summary>
    internal ReadOnlySpan<Dependency> Dependencies => _dependencies;

    /// <summary>It brings no structs and deletes nothing.</summary>
    public bool IsEmpty => _ranges.Length == 0 && _deletes.Length == 0;

    /// <summary>
    /// Reads an update. Never throws, takes time and memory linear in the size of the bytes, and accepts what Yjs can apply: on everything
    /// else the decoders of other clients would throw, and the text would be lost for them.
    /// </summary>
    /// <param name="bytes">The update. Kept, not copied.</param>
    /// <param name="update">What it says.</param>
    /// <param name="fault">Why it was refused, or <see cref="UpdateFault.None"/>.</param>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out Update? update, out UpdateFault fault) =>
        TryRead(bytes, out update, out fault, out _);

    /// <summary>Reads an update, as the other overload, and says how far that went.</summary>
    /// <param name="bytes">The update. Kept, not copied.</param>
    /// <param name="update">What it says.</param>
    /// <param name="fault">Why it was refused, or <see cref="UpdateFault.None"/>.</param>
    /// <param name="offset">How many bytes were read: the fault is right before or behind them.</param>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out Update? update, out UpdateFault fault, out int offset)
    {
        update = null;
        offset = 0;
        fault = UpdateFault.TooLarge;
        if (bytes.Length > Limits.UpdateBytesMax) return false;
        var reader = new ByteReader(bytes.Span);
        var draft = default(UpdateDraft);
        if (draft.TryRead(ref reader) && Text.Deletes.TryRead(ref reader, out var deletes) && reader.TryEnd())
            update = new Update(bytes, draft.Ranges.ToArray(), deletes, draft.Dependencies.ToArray());
        (fault, offset) = (reader.Fault, reader.At);
        if (fault == UpdateFault.Clients && SectionOrder.TryRestore(bytes.Span, out var ordered))
            return TryRead(ordered, out update, out fault, out offset);
        return update is not null;
    }
}

/// <summary>The sections of an update in the making.</summary>
ref struct UpdateDraft
{
    /// <summary>A section is a number of structs, a client and a clock, and at least one struct of two bytes.</summary>
    public const int SectionBytesMin = 3, StructBytesMin = 2;

    public Rows<ClientRange> Ranges;
    public Rows<Dependency> Dependencies;
    int _structs;
    long _lastClient;

    public bool TryRead(ref ByteReader reader)
    {
        _lastClient = long.MaxValue;
        if (!reader.TryCount(SectionBytesMin, Limits.ClientsMax, out var sections)) return false;
        for (var i = 0; i < sections; i++)
            if (!TryReadSection(ref reader)) return false;
        return true;
    }

    bool TryReadSection(ref ByteReader reader)
    {
        if (!reader.TryCount(1, Limits.UpdateStructsMax - _structs, out var count)) return false;
        if (!reader.TryUint(out var client) || !reader.TryUint(out var clock)) return false;
        if (client >= _lastClient) return reader.Fail(UpdateFault.Clients);
        if (count > reader.Left / StructBytesMin) return reader.Fail(UpdateFault.Truncated);
        _lastClient = client;
        _structs += count;
        return TryReadStructs(ref reader, client, clock, count);
    }

    bool TryReadStructs(ref ByteReader reader, long client, long clock, int count)
    {
        int structs = 0, start = reader.At;
        var from = clock;
        for (var i = 0; i < count; i++)
        {
            if (!StructReader.TryRead(ref reader, client, clock, out var head)) return false;
            if (head.Kind == StructKind.Skip)
            {
                Close(client, from, clock, start, head.Start, structs);
                structs = 0;
                start = head.End;
                from = clock + head.Length;
            }
            else
            {
                structs++;
                Need(clock, client, head.LeftClient, head.LeftClock);
                Need(clock, client, head.RightClient, head.RightClock);
            }
            clock += head.Length;
        }
        Close(client, from, clock, start, reader.At, structs);
        return true;
    }

    void Close(long client, long from, long to, int start, int end, int structs)
    {
        if (structs == 0) return;
        Ranges.Add(new ClientRange { ClientId = client, From = from, To = to, Start = start, End = end, Structs = structs });
    }

    /// <summary>
    /// Notes what a struct builds on. Own structs need no note: they come in order. Nor does what the struct before, in the same range,
    /// needed too.
    /// </summary>
    void Need(long at, long ownClient, long client, long clock)
    {
        if (client < 0 || client == ownClient) return;
        var range = Ranges.Count;
        if (Dependencies.Count > 0)
        {
            ref var last = ref Dependencies.Last;
            if (last.Range == range && last.Client == client && last.Clock >= clock) return;
        }
        Dependencies.Add(new Dependency(range, at, client, clock));
    }
}
