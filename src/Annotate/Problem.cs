namespace Annotate;

/// <summary>
/// Why something was refused, in a form every door can show: over HTTP an RFC 9457 problem, over the hub a typed problem.
/// </summary>
/// <param name="Code">Stable, for programs: lower-case words joined by hyphens, the last part of the problem type URI.</param>
/// <param name="Status">The HTTP status that fits.</param>
/// <param name="Title">One short sentence, the same for every occurrence of the code.</param>
/// <param name="Detail">What was wrong this time, for the person who has to mend it; never names what they may not see (G7).</param>
[GenerateSerializer, Immutable, Alias("annotate.problem.v1")]
public sealed record Problem(
    [property: Id(0)] string Code,
    [property: Id(1)] int Status,
    [property: Id(2)] string Title,
    [property: Id(3)] string? Detail = null)
{
    public static readonly Problem NotFound = new("not-found", 404, "There is nothing here, or nothing you may see.");
    public static readonly Problem SignInNeeded = new("sign-in-needed", 401, "Sign in first, or send a token.");
    public static readonly Problem VersionMismatch = new("version-mismatch", 412, "It has changed since the version you named.");
    public static readonly Problem CommandReused = new("command-reused", 422, "This command id was used for something else.");
    public static readonly Problem CommandTooOld = new("command-too-old", 422, "This command id is older than those remembered; it was not run.");
    public static readonly Problem CommandMalformed = new("command-malformed", 400, "A command id is a UUID of version 7, dated no later than now.");
    public static readonly Problem Busy = new("busy", 503, "Too much is waiting to be written; try again in a moment.");
    public static readonly Problem Damaged = new(
        "damaged", 500, "What is stored here cannot be read, so it was closed; nothing was changed.",
        "Tell whoever runs this server: 'annotate verify' names the record, and a backup brings it back. Everything else goes on.");
    public static readonly Problem StorageFull = new(
        "storage-full", 507, "The server has no room left to store this; nothing was changed.",
        "Keep what you wrote, and send it again later. Whoever runs this server has to make room; it then goes on by itself.");
    public static readonly Problem Unavailable = new(
        "unavailable", 503, "A part of the server is away just now: where it stores things, or one of its servers.",
        "Try again in a few seconds. A command that is sent again with the same id happens once.");

    /// <summary>The caller is known and may see this, but may not do it.</summary>
    public static Problem MandateMissing(string what) => new("mandate-missing", 403, "Your organisation has not given you a mandate for this.", what);

    /// <summary>Only whoever wrote it may do this.</summary>
    public static readonly Problem NotYours = new("not-yours", 403, "Only whoever wrote this may do that.");

    /// <summary>Text under a Yjs client id that another person wrote under first: two documents chose the same one by chance.</summary>
    public static readonly Problem ClientIdTaken = new("client-id-taken", 403, "Somebody else writes under this Yjs client id.",
        "Take a fresh document, which has another client id, and bring the words in again as new edits. Nothing of this one was kept.");

    /// <summary>The content of the request is wrong; says what and where.</summary>
    public static Problem Invalid(string detail) => new("invalid", 400, "The request cannot be understood as it is.", detail);

    /// <summary>A named limit was passed.</summary>
    public static Problem TooLarge(string detail) => new("too-large", 413, "It is larger than the limit.", detail);

    /// <summary>The state of things does not allow this now.</summary>
    public static Problem Conflict(string detail) => new("conflict", 409, "This does not fit the present state.", detail);

    /// <summary>The same problem with words for this occurrence.</summary>
    public Problem With(string detail) => this with { Detail = detail };
}
