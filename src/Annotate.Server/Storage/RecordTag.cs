using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Annotate.Server.Storage;

/// <summary>
/// What an ETag of the SQLite provider says: the row, the version in it, and which record that row belongs to. With the row in hand an
/// overwrite needs no lookup of names. Rows are never used twice, so a tag never comes back with another meaning; a tag that belongs to
/// another record is told by its key and refused.
/// </summary>
/// <param name="Row">Row of the table <c>records</c>.</param>
/// <param name="Version">Counts the writes of that row, from 1.</param>
/// <param name="Key">Hash of the grain and the record's name, see <see cref="KeyOf"/>.</param>
readonly record struct RecordTag(long Row, long Version, uint Key)
{
    /// <summary>The tag after one more write.</summary>
    public RecordTag Next => this with { Version = Version + 1 };

    /// <summary>A hash of the record's full name. It ends up in checksums on disk, so it never changes.</summary>
    public static uint KeyOf(GrainId grain, string name)
    {
        var seed = (long)XxHash3.HashToUInt64(grain.Key.AsSpan(), (long)XxHash3.HashToUInt64(grain.Type.AsSpan()));
        return (uint)XxHash3.HashToUInt64(MemoryMarshal.AsBytes(name.AsSpan()), seed);
    }

    /// <summary>The checksum kept beside a record's bytes: over them, the version, and whose they are.</summary>
    public int ChecksumOf(ReadOnlySpan<byte> bytes) => (int)XxHash3.HashToUInt64(bytes, (long)Key << 32 ^ Version);

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out RecordTag tag)
    {
        tag = default;
        var first = text.IndexOf('.');
        var last = text.LastIndexOf('.');
        if (first == last) return false;
        var isWhole = long.TryParse(text[..first], NumberStyles.None, CultureInfo.InvariantCulture, out var row)
            & long.TryParse(text[(first + 1)..last], NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            & uint.TryParse(text[(last + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var key);
        tag = new RecordTag(row, version, key);
        return isWhole;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Row}.{Version}.{Key}");
}
