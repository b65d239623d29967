namespace Annotate.Deciding;

/// <summary>Values for the samples of stored events: the same for ever.</summary>
static class Sample
{
    static readonly DateTimeOffset First = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static readonly DateTimeOffset Until = new(2026, 12, 31, 23, 0, 0, TimeSpan.Zero);

    /// <summary>The n-th id of a command: a UUID of version 7.</summary>
    public static Guid Id(byte n)
    {
        Span<byte> bytes = stackalloc byte[16];
        Guid.CreateVersion7(First.AddMilliseconds(n)).TryWriteBytes(bytes, bigEndian: true, out _);
        (bytes[6], bytes[7]) = (0x70, 0);
        bytes[8..].Clear();
        (bytes[8], bytes[15]) = (0x80, n);
        return new Guid(bytes, bigEndian: true);
    }
}
