namespace Annotate.Server;

public static partial class Limits
{
    /// <summary>When a request that the server could not serve just now may be sent again.</summary>
    public const int RetryAfterSeconds = 2;

    /// <summary>The same when the disk is full, which takes somebody to make room.</summary>
    public const int RetryWhenFullSeconds = 30;

    /// <summary>How often each silo asks for the grants and revocations it may have missed.</summary>
    public const int GrantsRenewMilliseconds = 500;

    /// <summary>Grants confirmed longer ago are asked for before they are used.</summary>
    public const int GrantsFreshMilliseconds = 1_000;

    /// <summary>How long a check waits for grants before it refuses.</summary>
    public const int GrantsTimeoutMilliseconds = 3_000;

    /// <summary>Open sockets are closed when grants could not be confirmed for so long.</summary>
    public const int GrantsLostMilliseconds = 10_000;

    /// <summary>How long Live has to say goodbye on a connection whose right went, before it is cut.</summary>
    public const int SocketGraceMilliseconds = 250;

    /// <summary>A token that was found valid is not looked up again for so long; a revocation is heard of sooner.</summary>
    public const int TokenCachedMilliseconds = 1_000;

    /// <summary>Tokens remembered at the same time.</summary>
    public const int TokensCachedMax = 20_000;

    /// <summary>Lookups of tokens with a right check that are under way at the same time; more wait.</summary>
    public const int TokenLookupsMax = 256;

    /// <summary>Those of tokens without a check, which may be made up; more wait.</summary>
    public const int UncheckedLookupsMax = 32;

    /// <summary>Those of one address among them; more wait for their turn.</summary>
    public const int UncheckedLookupsPerAddressMax = 2;

    /// <summary>Different wrong tokens that one address may send in <see cref="WrongTokensWindowSeconds"/>, to each server of a cluster.</summary>
    public const int WrongTokensPerAddressMax = 300;

    /// <summary>After so long an address may try others, and a wrong token counts, and is looked up, again.</summary>
    public const int WrongTokensWindowSeconds = 60;

    /// <summary>Wrong tokens of one or two such windows that are remembered; when there are more, the oldest are forgotten.</summary>
    public const int WrongTokensRememberedMax = 50_000;

    /// <summary>Coalitions whose grants a silo keeps up to date; the one asked for longest ago goes first.</summary>
    public const int CoalitionsFollowedMax = 1_000;

    /// <summary>Grants that nobody asked for in so long are let go.</summary>
    public const int CoalitionUnusedSeconds = 120;

    /// <summary>Longest life of a sign-in link.</summary>
    public const int SignInMinutesMax = 7 * 24 * 60;

    /// <summary>How long a browser stays signed in.</summary>
    public const int SessionDays = 14;

    /// <summary>Sessions that one browser holds at the same time.</summary>
    public const int SessionsPerBrowserMax = 8;

    /// <summary>How often a person's other tokens are looked for again when all of them are to end, while some of them make more.</summary>
    public const int EndOthersRoundsMax = 5;

    /// <summary>Longest name of a token, and so much of what a browser calls itself is kept for its session.</summary>
    public const int TokenNameCharactersMax = 200;

    /// <summary>Largest form that the sign-in pages take.</summary>
    public const int SignInFormBytesMax = 4_096;

    /// <summary>WebSockets that are being refused at the same time; more are refused in the handshake.</summary>
    public const int RefusedSocketsMax = 256;

    /// <summary>A socket that was refused by a frame is refused in the handshake for so long, when it comes back in the same way.</summary>
    public const int RefusalRememberedSeconds = 60;

    /// <summary>Refusals of one or two such times that are remembered; when there are more, the oldest are forgotten.</summary>
    public const int RefusalsRememberedMax = 50_000;

    /// <summary>How much of what a refused WebSocket says is read while its closing frame is under way.</summary>
    public const int RefusedSocketBytesMax = 4 << 10;

    /// <summary>How long a closing frame may take.</summary>
    public const int CloseTimeoutSeconds = 2;
}
