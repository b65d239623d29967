namespace Annotate.Server.Access;

/// <summary>
/// Whom a request says it acts as. Its token may be another's by now: a browser has changed to another session, and one of its pages does not know
/// yet. Such a page must stop; otherwise what is typed into it would be somebody else's (G8).
/// </summary>
static class ActingAs
{
    public const string Header = "Annotate-As";

    /// <summary>In the address of a socket, where browsers can send no header.</summary>
    public const string Query = "as";

    public static readonly Problem Changed = new(
        "identity-changed", StatusCodes.Status409Conflict, "You are signed in as somebody else by now, so this was not done.",
        "Load the page again, or change back to the session it was opened with.");

    /// <summary>How a caller is named: "coalition/person", or the operator by their name.</summary>
    public static string NameOf(Principal principal) => principal.IsOperator ? principal.Person : $"{principal.Coalition}/{principal.Person}";

    /// <summary>Null when the request acts as it says, or says nothing.</summary>
    public static Problem? Check(HttpContext context, Principal principal)
    {
        var name = NameOf(principal);
        foreach (var claimed in context.Request.Headers[Header])
            if (claimed != name) return Changed;
        if (CallerToken.IsSocketPath(context.Request.Path))
            foreach (var claimed in context.Request.Query[Query])
                if (claimed != name) return Changed;
        return null;
    }
}
