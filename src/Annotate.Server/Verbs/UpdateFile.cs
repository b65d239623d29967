using System.Diagnostics.CodeAnalysis;
using Annotate.Text;

namespace Annotate.Server.Verbs;

/// <summary>
/// Yjs updates in a file, and how they stand there: the whole file is one, or each stands behind its length (seven bits a byte, low ones first).
/// </summary>
/// <param name="Bytes">How large the file is.</param>
/// <param name="Format">1 or 2, the same for all of them.</param>
/// <param name="IsWhole">The file is one update.</param>
/// <param name="Updates">The updates, in format 1.</param>
sealed record UpdateFile(int Bytes, int Format, bool IsWhole, IReadOnlyList<Update> Updates)
{
    /// <exception cref="InvalidDataException">It is none of these; the message says where reading ended each time, and why.</exception>
    public static UpdateFile Read(byte[] bytes, string name)
    {
        if (bytes.Length == 0) throw new InvalidDataException($"{name} is empty. The smallest update has 2 bytes.");
        if (TryReadOne(bytes, 1, out var whole, out var asFirst)) return new UpdateFile(bytes.Length, 1, true, [whole]);
        if (TryReadOne(bytes, 2, out whole, out var asSecond)) return new UpdateFile(bytes.Length, 2, true, [whole]);
        if (TryReadAll(bytes, 1, out var all, out var asPrefixed)) return new UpdateFile(bytes.Length, 1, false, all);
        var read = all.Count;
        if (TryReadAll(bytes, 2, out all, out var asPrefixed2)) return new UpdateFile(bytes.Length, 2, false, all);
        throw new InvalidDataException(
            $"""
            {name} holds no Yjs updates.
              Read as one update of format 1: {asFirst}
              Read as one update of format 2: {asSecond}
              Read as updates behind their lengths: {(read >= all.Count ? asPrefixed : asPrefixed2)}
            """);
    }

    static bool TryReadOne(ReadOnlyMemory<byte> bytes, int format, [NotNullWhen(true)] out Update? update, out string problem)
    {
        var offset = 0;
        var isRead = format == 1 ? Update.TryRead(bytes, out update, out var fault, out offset) : UpdateFormat2.TryRead(bytes.Span, out update, out fault);
        // Format 2 is read in several places at the same time, so that there is no one offset.
        problem = isRead ? "" : format == 1 ? $"at byte {offset}, {Reason(fault)}." : $"{Reason(fault)}.";
        return isRead;
    }

    static bool TryReadAll(ReadOnlyMemory<byte> bytes, int format, out List<Update> updates, out string problem)
    {
        updates = [];
        long sum = 0;
        for (var at = 0; at < bytes.Length;)
        {
            var start = at;
            if (!TryReadLength(bytes.Span, ref at, out var length, out problem)) return false;
            if (!TryReadOne(bytes.Slice(at, length), format, out var update, out problem))
            {
                problem = $"update {updates.Count + 1}, which starts at byte {start} and has {length} bytes: {problem}";
                return false;
            }
            updates.Add(update);
            at += length;
            sum += update.Bytes.Length;
            if (sum <= Limits.InspectedBytesMax) continue;
            problem = $"they are more than {Limits.InspectedBytesMax / 1024 / 1024} MiB in format 1, the most that is read.";
            return false;
        }
        problem = "";
        return true;
    }

    static bool TryReadLength(ReadOnlySpan<byte> bytes, ref int at, out int length, out string problem)
    {
        const int GroupsMax = 4;
        (length, problem) = (0, "");
        var start = at;
        for (var group = 0; group < GroupsMax && at < bytes.Length; group++)
        {
            var part = bytes[at++];
            length |= (part & 0x7f) << (7 * group);
            if (part >= 0x80) continue;
            if (length <= bytes.Length - at) return true;
            problem = $"at byte {start}, a length says that {length} bytes follow, and {bytes.Length - at} do.";
            return false;
        }
        problem = at == bytes.Length ? $"at byte {start}, a length breaks off." : $"at byte {start}, a length is too large.";
        return false;
    }

    internal static string Reason(UpdateFault fault) => fault switch
    {
        UpdateFault.TooLarge => "there is more than is ever read at once",
        UpdateFault.Truncated => "the bytes end before what they announce",
        UpdateFault.TrailingBytes => "more bytes follow behind the end",
        UpdateFault.Number => "a number is too large",
        UpdateFault.Clients => "a client appears twice",
        UpdateFault.Struct => "a struct is of no known kind, or has flags that its kind cannot have",
        UpdateFault.Empty => "a struct or a range of deleted clocks has no length",
        UpdateFault.Reference => "a struct refers to a later one of its own client",
        UpdateFault.Text => "a string is not UTF-8",
        UpdateFault.Value => "a value is not JSON, or of no known kind",
        UpdateFault.Depth => "types or values nest too deep",
        UpdateFault.Work => "putting its structs in their places is more work than is ever done for one update",
        _ => fault.ToString(),
    };
}
