using System.Diagnostics.CodeAnalysis;
using Annotate.Deciding;
using Annotate.Text;

namespace Annotate.Statements;

/// <summary>The text of a section as a Yjs document, with who owns each Yjs client id.</summary>
public sealed class SectionState : IState
{
    /// <summary>Weighing costs as much as the text is long, so it waits until this many bytes may have come, or half of what the text has.</summary>
    const int WeighBytesMin = 64 << 10;

    /// <summary>So much work may have been added to that of opening the text before that is tried again.</summary>
    const long NewStepsMax = 5 * Annotate.Text.Limits.PlacingStepsMax;

    Document _document = new();
    readonly Dictionary<long, string> _owners = [];
    Edited? _proposed;
    long _weighedBytes;
    long _newBytes;
    long _weighedHolding;
    long _newPieces;
    bool _isTangled;

    /// <summary>The document may say something else than one that loads the same; it is read again before anybody hears what it says.</summary>
    bool _mayReadOtherwise;

    public SectionState() { }

    internal SectionState(byte[] text, Dictionary<long, string> owners)
    {
        foreach (var (client, person) in owners) _owners[client] = person;
        if (text.Length == 0) return;
        if (!Update.TryRead(text, out var update, out var fault)) throw new InvalidDataException($"A stored text cannot be read: {fault}");
        if (!_document.TryReplay(update, out var steps)) throw new InvalidDataException("A stored text is not whole");
        (_weighedBytes, _weighedHolding) = (text.Length, Holding);
        _isTangled = steps > Annotate.Text.Limits.PlacingStepsMax;
        _mayReadOtherwise = _document.MayReadOtherwise;
    }

    /// <summary>Which person wrote first under each client id (G8).</summary>
    public IReadOnlyDictionary<long, string> Owners => _owners;

    /// <summary>
    /// What the text says is not what everybody reads who loads it, until it is loaded again. Undone, something may stand between two things that
    /// never stood side by side, and where it stands in a document depends on what came first. What is held does not, so this costs only whoever reads.
    /// </summary>
    internal bool IsToBeLoaded => _mayReadOtherwise;

    /// <summary>The text, to be read: what everybody reads who loads it.</summary>
    internal Document Document
    {
        get
        {
            if (IsToBeLoaded) Take(Load(Encode()), isCurrent: true);
            return _document;
        }
    }

    /// <summary>Loads what <see cref="Encode"/> gave. That needs no state, so it can be done beside it.</summary>
    internal static LoadedText Load(byte[] whole)
    {
        var document = new Document();
        return Update.TryRead(whole, out var update, out _) && document.TryReplay(update, out var steps)
            ? new LoadedText(document, steps)
            : throw new InvalidOperationException("What a text holds cannot be loaded.");
    }

    /// <summary>The text was loaded again.</summary>
    /// <param name="isCurrent">Nothing has come since it was encoded.</param>
    internal void Take(LoadedText loaded, bool isCurrent)
    {
        // Whoever writes so that this takes long cannot go on doing so.
        _isTangled |= loaded.Steps > Annotate.Text.Limits.PlacingStepsMax;
        if (!isCurrent) return;
        TakeBack();
        (_document, _mayReadOtherwise) = (loaded.Document, false);
    }

    /// <inheritdoc/>
    public bool IsDamaged { get; private set; }

    public byte[] StateVector => _document.EncodeStateVector();

    /// <summary>
    /// What would become of an edit. One that is to be recorded is in the document from here on, on trial: the next call takes it back,
    /// unless <see cref="Apply"/> came before with the entry that holds it.
    /// </summary>
    /// <param name="fresh">What of it is new, when it is to be recorded.</param>
    public EditOutcome? Decide(Edit edit, long version, out Edited? fresh)
    {
        fresh = null;
        TakeBack();
        // Here and not where edits are applied, so that replaying a long history examines it once.
        if (_newBytes > Math.Max(WeighBytesMin, _weighedBytes / 2) || _newPieces * _document.ItemCount > NewStepsMax) Examine();
        if (edit.Update.Length > Limits.EditBytesMax)
            return Refused(version, Problem.TooLarge($"An edit has {edit.Update.Length} bytes; {Limits.EditBytesMax} is the most."));
        if (!Update.TryRead(edit.Update, out var update, out var fault))
            return Refused(version, Problem.Invalid($"The update cannot be read: {fault}."));

        switch (_document.Check(update, out var isNew))
        {
            // Whoever syncs sends others' text as well, so it is not asked whose it is. Of two documents that chose one client id by chance the
            // later is told the same, wrongly, until it is the longer: telling them apart would mean to compare every piece, and of those that
            // were deleted nothing is left to compare.
            case Verdict.Held: return new EditOutcome(EditStatus.Held, version);
            case Verdict.Missing: return new EditOutcome(EditStatus.Missing, version, StateVector);
        }

        if (RoomProblem(isNew!) is { } full) return Refused(version, full);
        if (OwnershipProblem(isNew!, edit.By.Person) is { } problem) return Refused(version, problem);
        if (!_document.TryPropose(isNew!, out fault)) return Refused(version, Problem.Invalid($"The update cannot be taken in: {fault}."));
        if (_document.ItemCount > Limits.PiecesPerTextMax * RoomFactor(isNew!))
        {
            TakeBack();
            return Refused(version, Problem.TooLarge($"The text would be made of more than {Limits.PiecesPerTextMax} pieces."));
        }

        _proposed = fresh = new Edited(isNew!.Bytes.ToArray()) { Decoded = isNew };
        return null;
    }

    /// <summary>What was decided last is not recorded after all.</summary>
    public void TakeBack()
    {
        _document.TakeBack();
        _proposed = null;
    }

    public void Apply(long version, Entry entry)
    {
        if (entry.Event is IEventOf<SectionState> happened) happened.ApplyTo(this, version, entry);
    }

    internal void Take(Edited edited, string person)
    {
        if (!TryTake(edited, out var update))
        {
            IsDamaged = true;
            return;
        }

        _mayReadOtherwise = _document.MayReadOtherwise;
        foreach (var range in update.Ranges) _owners.TryAdd(range.ClientId, person);
        _newBytes += GrowthOf(update);
        _newPieces += PiecesOf(update);
        // The entry is kept for followers for a while; what was decoded of it is larger than it is, and needed no more.
        edited.Decoded = null;
    }

    /// <summary>The whole text as one update.</summary>
    public byte[] Encode() => _document.EncodeState();

    /// <summary>What the text says, as UTF-8; null when that is longer than <see cref="Limits.ReadingBytesMax"/>.</summary>
    public byte[]? Read(TextForm form) => SectionReading.Read(Document, form, _owners);

    /// <summary>What somebody who holds <paramref name="stateVector"/> lacks; null when that cannot be read.</summary>
    public byte[]? Lacking(ReadOnlySpan<byte> stateVector)
    {
        if (stateVector.IsEmpty) return Encode();
        return ClientClocks.TryRead(stateVector, out var held, out _) ? _document.EncodeState(held) : null;
    }

    bool TryTake(Edited edited, [NotNullWhen(true)] out Update? update)
    {
        if (!ReferenceEquals(edited, _proposed))
        {
            TakeBack();
            return edited.TryDecode(out update) && _document.TryReplay(update);
        }

        update = edited.Decoded!;
        _document.Accept();
        _proposed = null;
        return true;
    }

    static EditOutcome Refused(long version, Problem problem) => new(EditStatus.Refused, version, null, problem);

    /// <summary>
    /// Weighs the text, and opens it as whoever joins does, server or browser. What comes bit by bit is little work each time, but all of it
    /// together can be the square of that.
    /// </summary>
    void Examine()
    {
        var whole = Encode();
        (_weighedBytes, _newBytes, _newPieces, _weighedHolding) = (whole.Length, 0, 0, Holding);
        // What was recorded before some place was refused opens all the same.
        _isTangled = !Update.TryRead(whole, out var update, out _)
            || (!new Document().TryPropose(update, out var fault) && fault != UpdateFault.Reference);
    }

    /// <summary>What goes down when much is deleted.</summary>
    long Holding => _document.ContentBytes + (long)_document.ItemCount * Limits.PieceBytesMax;

    bool MayHaveRoomAgain => _newBytes > WeighBytesMin || _weighedHolding - Holding > WeighBytesMin;

    /// <summary>How many bytes longer an edit makes the text at most: what it brings, and the cuts it makes in what is there.</summary>
    static long GrowthOf(Update update) => update.Bytes.Length + (long)PiecesOf(update) * Limits.PieceBytesMax;

    static int PiecesOf(Update update)
    {
        var pieces = update.Deletes.Length;
        foreach (ref readonly var range in update.Ranges) pieces += range.Structs;
        return pieces;
    }

    // Whoever only deletes may go beyond, and as far again: a full text could not be made smaller otherwise.
    static long RoomFactor(Update fresh) => fresh.Ranges.IsEmpty ? 2 : 1;

    Problem? RoomProblem(Update fresh)
    {
        var factor = RoomFactor(fresh);
        if (_isTangled && factor == 1)
            return Problem.TooLarge("So much was written at the same places that the text takes too long to open. Go on in a new section.");
        if (_weighedBytes + _newBytes + fresh.Bytes.Length > Limits.TextBytesMax * factor && MayHaveRoomAgain) Examine();
        return _weighedBytes + _newBytes + fresh.Bytes.Length > Limits.TextBytesMax * factor
            ? Problem.TooLarge($"The text would have more than {Limits.TextBytesMax} bytes.")
            : null;
    }

    Problem? OwnershipProblem(Update update, string person)
    {
        var added = 0;
        foreach (var range in update.Ranges)
        {
            if (!_owners.TryGetValue(range.ClientId, out var owner)) added++;
            else if (owner != person) return Problem.ClientIdTaken;
        }

        if (added == 0) return null;
        if (_owners.Count + added > Limits.ClientIdsPerTextMax)
            return Problem.TooLarge($"The text would have been written under more than {Limits.ClientIdsPerTextMax} client ids.");
        return _owners.Values.Count(owner => owner == person) + added > Limits.ClientIdsPerPersonAndTextMax
            ? Problem.TooLarge($"You would have written in the text under more than {Limits.ClientIdsPerPersonAndTextMax} client ids.")
            : null;
    }
}

/// <summary>A text that was loaded, and how much work that was.</summary>
sealed record LoadedText(Document Document, long Steps);

/// <summary>How a <see cref="SectionState"/> is stored: the text as one update, and the owners.</summary>
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
        new() { Merged = value.Encode(), Owners = new Dictionary<long, string>(value.Owners) };
}
