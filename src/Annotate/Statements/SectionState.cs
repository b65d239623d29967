using Annotate.Deciding;
using Annotate.Text;

namespace Annotate.Statements;

/// <summary>
/// The text of a section as updates, merged now and then, with who owns each Yjs client id. Nothing here builds a document.
/// </summary>
public sealed class SectionState : IState
{
    /// <summary>Merging again costs as much as the text is long, so it waits until this many bytes came, or as many as the text has.</summary>
    const int MergeBytesMin = 64 << 10;

    readonly TextState _held = new();
    readonly Dictionary<long, string> _owners = [];
    readonly List<ReadOnlyMemory<byte>> _updates = [];
    long _mergedBytes;
    long _newBytes;
    long _structs;
    long _deletes;

    public SectionState() { }

    internal SectionState(byte[] merged, Dictionary<long, string> owners)
    {
        foreach (var (client, person) in owners) _owners[client] = person;
        if (merged.Length == 0) return;
        if (!Update.TryRead(merged, out var update, out var fault))
            throw new InvalidDataException($"A stored text cannot be read: {fault}");
        _held.Add(update);
        _updates.Add(merged);
        _mergedBytes = merged.Length;
        Count(update);
    }

    /// <summary>Which person wrote first under each client id (G8).</summary>
    public IReadOnlyDictionary<long, string> Owners => _owners;

    /// <summary>Bytes of the updates that make the text.</summary>
    public long Bytes => _mergedBytes + _newBytes;

    public byte[] StateVector => _held.EncodeStateVector();

    /// <summary>What would become of an edit. Decides only; nothing changes but how the text is kept.</summary>
    /// <param name="fresh">What of it is new, when it is to be recorded.</param>
    public EditOutcome? Decide(Edit edit, long version, out Edited? fresh)
    {
        fresh = null;
        // Here and not where edits are applied, which never fails.
        if (_newBytes > Math.Max(MergeBytesMin, _mergedBytes)) Merge();
        if (edit.Update.Length > Limits.EditBytesMax)
            return Refused(version, Problem.TooLarge($"An edit has {edit.Update.Length} bytes; {Limits.EditBytesMax} is the most."));
        if (!Update.TryRead(edit.Update, out var update, out var fault))
            return Refused(version, Problem.Invalid($"The update cannot be read: {fault}."));

        switch (_held.Check(update, out var isNew))
        {
            case Verdict.Held: return new EditOutcome(EditStatus.Held, version);
            case Verdict.Missing: return new EditOutcome(EditStatus.Missing, version, StateVector);
        }

        if (Bytes + isNew!.Bytes.Length > Limits.TextBytesMax)
            return Refused(version, Problem.TooLarge($"The text would have more than {Limits.TextBytesMax} bytes."));
        if (RoomProblem(isNew) is { } full) return Refused(version, full);
        if (OwnershipProblem(isNew, edit.By.Person) is { } problem) return Refused(version, problem);
        fresh = new Edited(isNew.Bytes.ToArray()) { Decoded = isNew };
        return null;
    }

    public void Apply(long version, Entry entry)
    {
        if (entry.Event is not Edited edited) return;
        // The grain refuses to open when one cannot be read, before it is applied; here it is skipped, since applying never throws.
        if (!edited.TryDecode(out var update)) return;
        // So is what builds on something that is not there: it could not be merged with the rest.
        if (!_held.Add(update)) return;
        foreach (var range in update.Ranges) _owners.TryAdd(range.ClientId, entry.By.Person);
        _updates.Add(edited.Update);
        _newBytes += edited.Update.Length;
        Count(update);
    }

    /// <summary>The whole text as one update.</summary>
    public byte[] Merged()
    {
        if (_updates.Count != 1) Merge();
        return _updates.Count == 0 ? [0, 0] : ToArray(_updates[0]);
    }

    /// <summary>What somebody who holds <paramref name="stateVector"/> lacks; null when that cannot be read.</summary>
    public byte[]? Lacking(ReadOnlySpan<byte> stateVector)
    {
        if (stateVector.IsEmpty) return Merged();
        if (!ClientClocks.TryRead(stateVector, out var held, out _)) return null;
        // Whoever comes back has nearly always all of it: after a restart that is everybody, and merging is as long as the text.
        if (_held.IsHeldBy(held)) return _held.EncodeDeletes();
        return Updates.TryDiff(Merged(), stateVector, out var diff) ? diff : null;
    }

    static byte[] ToArray(ReadOnlyMemory<byte> bytes) =>
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(bytes, out var segment) && segment.Count == segment.Array!.Length
            ? segment.Array
            : bytes.ToArray();

    static EditOutcome Refused(long version, Problem problem) => new(EditStatus.Refused, version, null, problem);

    void Count(Update update)
    {
        foreach (var range in update.Ranges) _structs += range.Structs;
        _deletes += update.Deletes.Length;
    }

    // The merged text is read as one update again, and an update has its limits.
    Problem? RoomProblem(Update fresh)
    {
        var (structs, deletes) = (_structs, _deletes + fresh.Deletes.Length);
        foreach (var range in fresh.Ranges) structs += range.Structs;
        return structs > Limits.StructsPerTextMax ? Problem.TooLarge($"The text would be made of more than {Limits.StructsPerTextMax} pieces.")
            : deletes > Limits.DeletedRangesPerTextMax ? Problem.TooLarge($"The text would have more than {Limits.DeletedRangesPerTextMax} deleted stretches.")
            : null;
    }

    Problem? OwnershipProblem(Update update, string person)
    {
        var added = 0;
        foreach (var range in update.Ranges)
        {
            if (!_owners.TryGetValue(range.ClientId, out var owner)) added++;
            else if (owner != person)
                return Problem.MandateMissing($"The update carries text under the client id {range.ClientId}, which belongs to somebody else.");
        }

        return _owners.Count + added > Limits.ClientIdsPerTextMax
            ? Problem.TooLarge($"The text would have been written under more than {Limits.ClientIdsPerTextMax} client ids.")
            : null;
    }

    void Merge()
    {
        if (_updates.Count == 0) return;
        // Every one of them was read before, so a failure is a defect of ours: better loud than a text that silently stays apart.
        if (!Updates.TryMerge(_updates, out var merged)) throw new InvalidOperationException("The updates of a text do not merge.");
        _updates.Clear();
        _updates.Add(merged);
        _mergedBytes = merged.Length;
        _newBytes = 0;
        // Deleted ranges that touch have become one.
        _deletes = _held.DeleteRangeCount;
    }
}

/// <summary>How a <see cref="SectionState"/> is stored: the merged text and the owners; the rest follows from them.</summary>
[GenerateSerializer, Alias("annotate.section-state.v1")]
public struct StoredSection
{
    [Id(0)] public byte[] Merged { get; set; }

    [Id(1)] public Dictionary<long, string> Owners { get; set; }
}

[RegisterConverter]
public sealed class SectionStateConverter : IConverter<SectionState, StoredSection>
{
    public SectionState ConvertFromSurrogate(in StoredSection surrogate) => new(surrogate.Merged, surrogate.Owners);

    public StoredSection ConvertToSurrogate(in SectionState value) =>
        new() { Merged = value.Merged(), Owners = new Dictionary<long, string>(value.Owners) };
}
