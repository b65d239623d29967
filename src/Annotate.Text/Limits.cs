namespace Annotate.Text;

/// <summary>What this project reads at most. Past a limit, reading fails with a fault; nothing is cut short.</summary>
public static class Limits
{
    /// <summary>
    /// The largest update that is read, in bytes. A text must be kept below it, or its merged state cannot be read again.
    /// </summary>
    public const int UpdateBytesMax = 64 * 1024 * 1024;

    /// <summary>
    /// How many bytes of format 1 a byte of format 2 may stand for, beyond <see cref="Format2BytesMin"/>. Columns of equal values are
    /// written in a few bytes, however long they are.
    /// </summary>
    public const int Format2GrowthMax = 64;

    /// <summary>However small an update of format 2 is, it may become as many bytes of format 1.</summary>
    public const int Format2BytesMin = 1024 * 1024;

    /// <summary>The most structs that one update may hold.</summary>
    public const int UpdateStructsMax = 8 * 1024 * 1024;

    /// <summary>The most clients that one update, state vector or text may name.</summary>
    public const int ClientsMax = 256 * 1024;

    /// <summary>The most ranges of deleted clocks that one update may hold.</summary>
    public const int DeleteRangesMax = 4 * 1024 * 1024;

    /// <summary>The most bytes of a binary value where format 2 writes "any" and format 1 JSON: each becomes ten characters or so.</summary>
    public const int BytesInJsonMax = 64 * 1024;

    /// <summary>
    /// How deep values (arrays, objects, JSON) may nest, in levels. Yjs has no limit and overflows its stack somewhere above.
    /// </summary>
    public const int ValueDepthMax = 64;

    /// <summary>The largest clock and client id: the largest integer that a JavaScript number holds exactly, 2^53 - 1.</summary>
    public const long ClockMax = (1L << 53) - 1;

    /// <summary>The most bytes that a number on the wire takes: eight groups of seven bits hold 2^53 - 1.</summary>
    public const int NumberBytesMax = 8;

    /// <summary>The largest clock that a document holds. A client would have to write two billion characters to come there.</summary>
    public const int DocumentClockMax = int.MaxValue - 1;

    /// <summary>The most root types that a document may have.</summary>
    public const int DocumentRootsMax = 4096;

    /// <summary>How deep shared types may nest in a document, in levels. Reading a document calls itself that deep.</summary>
    public const int NestingMax = 256;

    /// <summary>
    /// How much work an update may make, beyond what grows with its size: items passed on the way to the places of its structs, and elements
    /// of arrays passed to cut them. What people write takes one or two for a struct; an update made for it takes the square of its structs.
    /// </summary>
    public const long PlacingStepsMax = 10_000_000;

    /// <summary>The most bytes of updates that a document keeps because something they build on is missing.</summary>
    public const int PendingBytesMax = 16 * 1024 * 1024;

    /// <summary>The largest y-protocols message that is read, in bytes: an update and its head.</summary>
    public const int MessageBytesMax = UpdateBytesMax + 16;

    /// <summary>The most clients that one awareness update may name.</summary>
    public const int AwarenessClientsMax = 4096;

    /// <summary>The largest awareness state of one client, in bytes of UTF-8.</summary>
    public const int AwarenessStateBytesMax = 64 * 1024;

    /// <summary>The longest reason in an auth message, in bytes of UTF-8.</summary>
    public const int AuthReasonBytesMax = 4096;
}
