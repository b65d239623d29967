using Annotate.Access;
using Annotate.Calls;
using Annotate.Coalitions;
using Annotate.Server.Http;

namespace Annotate.Server.Access;

/// <param name="Id">For selecting it.</param>
/// <param name="OrganisationName">Null for somebody of no organisation.</param>
/// <param name="Selected">Whether requests of this browser are answered by it.</param>
public sealed record BrowserSession(
    string Id, string Coalition, string CoalitionName, string Person, string Name, string? Organisation, string? OrganisationName, bool Selected, DateTimeOffset Expires);

/// <param name="Sessions">The selected one first.</param>
public sealed record BrowserSessionsAnswer(IReadOnlyList<BrowserSession> Sessions);

/// <summary>A session that a browser holds, and that is good.</summary>
sealed record HeldSession(string Token, Standing Who);

/// <summary>The sessions that a browser holds at the same time: to list them, and to change from one to another.</summary>
sealed class BrowserSessions(Doors doors, IGrainFactory grains, OwnOrigin origin, OpenSockets sockets, TimeProvider clock)
{
    static readonly Problem TooMany = new(
        "too-many-sessions", StatusCodes.Status409Conflict, "This browser holds as many sessions as it can.",
        $"It holds {Limits.SessionsPerBrowserMax}. Sign out of one of them first; your link still works.");

    public static void Map(IEndpointRouteBuilder routes)
    {
        var sessions = routes.MapGroup("/api/browser/sessions").WithCheckedAddress().WithTags("Access");
        sessions.MapGet("", ListAsync).Requires(Right.Anyone)
            .WithSummary("The sessions that this browser holds in its cookie, those that have ended left out.").Produces<BrowserSessionsAnswer>();
        sessions.MapPost("/{session}/select", SelectAsync).Requires(Right.Anyone)
            .WithSummary("Changes to another session that this browser holds. Connections opened with the one before end; pages of it get identity-changed.");
    }

    /// <summary>Those in the cookie that are good. A token of a program is none, whoever put it there: it would outlive every session.</summary>
    public async Task<IReadOnlyList<HeldSession>> FindAsync(HttpContext context)
    {
        var found = new List<HeldSession>();
        foreach (var token in InCookie(context).All)
            if (await doors.FindAsync(token, CallerAddress.Of(context)) is { Kind: TokenKind.Session } principal && await doors.StandingAsync(principal, null) is { } who)
                found.Add(new HeldSession(token, who));
        return found;
    }

    /// <summary>Why the browser cannot hold another session; null when it can.</summary>
    public static Problem? CheckRoom(IReadOnlyList<HeldSession> held, Standing who) =>
        held.Count(each => !IsSame(each.Who, who)) >= Limits.SessionsPerBrowserMax ? TooMany : null;

    /// <summary>Whether both are the same person.</summary>
    public static bool IsSame(Standing one, Standing other) => one.Coalition == other.Coalition && one.By.Person == other.By.Person;

    /// <summary>Keeps the sessions in the browser, that one selected. What is open with the one before ends.</summary>
    public void Keep(HttpContext context, IEnumerable<HeldSession> held, string selected)
    {
        if (InCookie(context).Selected is { Length: > 0 } before && before != selected) sockets.EndOf(Secrets.HashOf(before));
        var sessions = new HeldSessions("", [.. held.Select(each => each.Token)]).Select(selected);
        Set(context, sessions);
    }

    /// <summary>Takes a session that has ended out of the browser. Then none is selected.</summary>
    public void Drop(HttpContext context, string token)
    {
        var rest = InCookie(context).Without(token);
        if (rest.IsEmpty) SessionCookie.Delete(context.Response, origin.IsHttps(context.Request));
        else Set(context, rest);
    }

    /// <summary>Changes to a session that the browser holds.</summary>
    /// <param name="session">Hash of its token.</param>
    /// <returns>False when it holds no such session that is good.</returns>
    public async Task<bool> TrySelectAsync(HttpContext context, string session)
    {
        var held = await FindAsync(context);
        if (held.FirstOrDefault(each => each.Who.Principal.Token == session) is not { } chosen) return false;
        Keep(context, held, chosen.Token);
        return true;
    }

    /// <summary>Who it is, in names.</summary>
    public async Task<BrowserSession> DescribeAsync(Standing who, bool isSelected)
    {
        var coalition = await grains.GetGrain<ICoalitionGrain>(who.Coalition!).ReadAsync();
        var organisation = coalition?.Organisations.FirstOrDefault(each => each.Id == who.By.Organisation);
        return new BrowserSession(
            who.Principal.Token, who.Coalition!, coalition?.Name ?? "", who.By.Person, who.Person?.Name ?? "", organisation?.Id, organisation?.Name, isSelected,
            who.Principal.Expires);
    }

    public async Task<IReadOnlyList<BrowserSession>> DescribeAllAsync(HttpContext context)
    {
        var selected = InCookie(context).Selected;
        var all = new List<BrowserSession>();
        foreach (var held in await FindAsync(context)) all.Add(await DescribeAsync(held.Who, held.Token == selected));
        return all;
    }

    static async Task<IResult> ListAsync(HttpContext context, BrowserSessions browser)
    {
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new BrowserSessionsAnswer(await browser.DescribeAllAsync(context)));
    }

    static async Task<IResult> SelectAsync(string session, HttpContext context, BrowserSessions browser, OwnOrigin origin) =>
        !origin.Matches(context.Request) ? OwnOrigin.Foreign.Result()
        : await browser.TrySelectAsync(context, session) ? TypedResults.NoContent()
        : Problem.NotFound.Result();

    // Each session has its own end; the cookie stays until the last that it can hold.
    void Set(HttpContext context, HeldSessions sessions) => SessionCookie.Set(
        context.Response, sessions.ToString(), clock.GetUtcNow().AddDays(Limits.SessionDays), origin.IsHttps(context.Request));

    HeldSessions InCookie(HttpContext context) => HeldSessions.Parse(SessionCookie.Read(context.Request, origin.IsHttps(context.Request), out _));
}
