namespace Annotate.Deciding;

/// <summary>
/// The commands a grain remembers (G11): for each person the last <see cref="Limits.CommandsRememberedPerPersonMax"/>, and below which
/// date everything is forgotten. What falls below that date is refused, because nobody can tell any more whether it has run.
/// </summary>
/// <remarks>
/// <para>A command that was recorded is remembered by its entry. One that changed nothing costs no entry: it is remembered by the next one,
/// which is the first that a repeat could tell from it. Until then the state is the one it was decided on, so that after a crash a repeat
/// comes to the same and gets the same version.</para>
/// <para>A command that was refused is not remembered: it has not happened. Sent again it is decided again, and may happen then, once.</para>
/// </remarks>
[GenerateSerializer, Alias("annotate.command-log.v1")]
public sealed class CommandLog
{
    [Id(0)] readonly Dictionary<string, PersonLog> _people = [];

    /// <summary>What is known of a command id.</summary>
    /// <param name="problem">Set when the command must be refused.</param>
    /// <param name="version">The first answer, when it has run before.</param>
    public bool TryFind(string person, Guid command, ulong digest, DateTimeOffset now, out long version, out Problem? problem)
    {
        version = 0;
        problem = null;
        if (!TryDate(command, out var milliseconds) || milliseconds > now.ToUnixTimeMilliseconds() + Limits.CommandAheadSecondsMax * 1000L)
        {
            problem = Problem.CommandMalformed;
            return false;
        }

        if (!_people.TryGetValue(person, out var log)) return false;
        if (log.Known.TryGetValue(command, out var known))
        {
            version = known.Version;
            if (known.Digest != digest) problem = Problem.CommandReused;
            return problem is null;
        }

        if (milliseconds <= log.ForgottenUpToMilliseconds) problem = Problem.CommandTooOld;
        return false;
    }

    /// <summary>Remembers a command that was carried out; forgets the earliest dated one when there are too many.</summary>
    public void Remember(string person, Guid command, ulong digest, long version)
    {
        if (!TryDate(command, out _)) return;
        if (!_people.TryGetValue(person, out var log)) _people[person] = log = new PersonLog();
        log.Known[command] = new Remembered(digest, version);
        if (log.Known.Count <= Limits.CommandsRememberedPerPersonMax) return;

        var earliest = log.Known.Keys.MinBy(DateOf);
        log.Known.Remove(earliest);
        log.ForgottenUpToMilliseconds = Math.Max(log.ForgottenUpToMilliseconds, DateOf(earliest));
    }

    static long DateOf(Guid id) => TryDate(id, out var milliseconds) ? milliseconds : 0;

    /// <summary>The date in a UUID of version 7 (RFC 9562 section 5.7), in milliseconds of Unix time.</summary>
    public static bool TryDate(Guid id, out long milliseconds)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        milliseconds = 0;
        for (var i = 0; i < 6; i++) milliseconds = milliseconds << 8 | bytes[i];
        return bytes[6] >> 4 == 7 && bytes[8] >> 6 == 2;
    }

    [GenerateSerializer, Alias("annotate.command-log.person.v1")]
    internal sealed class PersonLog
    {
        [Id(0)] public Dictionary<Guid, Remembered> Known { get; set; } = [];

        [Id(1)] public long ForgottenUpToMilliseconds { get; set; }
    }

    [GenerateSerializer, Immutable, Alias("annotate.command-log.remembered.v1")]
    internal readonly record struct Remembered([property: Id(0)] ulong Digest, [property: Id(1)] long Version);
}
