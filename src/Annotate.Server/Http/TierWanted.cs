namespace Annotate.Server.Http;

/// <summary>Which of the caller's tiers.</summary>
public enum TierWanted
{
    Coalition,

    /// <summary>The caller's own organisation's.</summary>
    Organisation,
}

/// <summary>The query's <c>tier</c>: the word as JSON has it. The framework would ask for the enumeration's own spelling.</summary>
public sealed record TierQuery(TierWanted? Wanted)
{
    const string Name = "tier";

    /// <exception cref="BadHttpRequestException">There is no such tier.</exception>
    public static ValueTask<TierQuery?> BindAsync(HttpContext context)
    {
        var word = context.Request.Query[Name].ToString();
        return ValueTask.FromResult<TierQuery?>(word switch
        {
            "" => new TierQuery((TierWanted?)null),
            "coalition" => new TierQuery(TierWanted.Coalition),
            "organisation" => new TierQuery(TierWanted.Organisation),
            _ => throw new BadHttpRequestException("The tier is coalition or organisation."),
        });
    }
}
