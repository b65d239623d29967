namespace Annotate.Text;

/// <summary>A client and the number of clock ticks known of it: an entry of a state vector.</summary>
/// <param name="ClientId">The Yjs client id.</param>
/// <param name="Clock">The first clock that is not known.</param>
public readonly record struct ClientClock(long ClientId, long Clock);

/// <summary>An unbroken run of structs of one client in an update.</summary>
public readonly record struct ClientRange
{
    /// <summary>The Yjs client id.</summary>
    public long ClientId { get; internal init; }

    /// <summary>The first clock.</summary>
    public long From { get; internal init; }

    /// <summary>The clock behind the last.</summary>
    public long To { get; internal init; }

    /// <summary>Where the first struct starts in the update's bytes.</summary>
    internal int Start { get; init; }

    /// <summary>Where the last struct ends.</summary>
    internal int End { get; init; }

    /// <summary>How many structs these are.</summary>
    public int Structs { get; internal init; }
}

/// <summary>A range of clocks of one client whose content is deleted.</summary>
/// <param name="ClientId">The Yjs client id.</param>
/// <param name="From">The first clock.</param>
/// <param name="To">The clock behind the last.</param>
public readonly record struct DeleteRange(long ClientId, long From, long To);

/// <summary>A struct of another client that a struct builds on: its origin, its right origin or its parent.</summary>
/// <param name="Range">The index of the range that holds the struct.</param>
/// <param name="At">The struct's first clock.</param>
/// <param name="Client">The client of the struct it builds on.</param>
/// <param name="Clock">The clock it builds on.</param>
readonly record struct Dependency(int Range, long At, long Client, long Clock);
