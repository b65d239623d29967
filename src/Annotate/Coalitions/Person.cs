using Annotate.Deciding;

namespace Annotate.Coalitions;

/// <summary>What a person may do for their organisation, or as an expert for themselves. Stored by number: never renumber.</summary>
public enum Mandate
{
    Annotate = 0,
    Position = 1,
    Draft = 2,
    SignOff = 3,
    Endorse = 4,

    /// <summary>Keeps the organisation's own: its name, its people, their mandates, links and tokens.</summary>
    Administer = 5,
}

/// <summary>Mandates in addresses: the words as JSON has them, so that neither numbers nor other spellings pass.</summary>
static class MandateWord
{
    public static bool TryRead(string word, out Mandate mandate)
    {
        mandate = Array.Find(Enum.GetValues<Mandate>(), each => Json.Word(each) == word);
        return Json.Word(mandate) == word;
    }
}

/// <summary>The coalition's own roles. Stored by number: never renumber.</summary>
public enum Role
{
    /// <summary>Reads, and nothing else, whatever mandates were given.</summary>
    Observer = 0,

    /// <summary>Does what their mandates allow.</summary>
    Member = 1,

    /// <summary>Does what their mandates allow, and keeps the coalition's list of people and mandates.</summary>
    Steward = 2,
}

/// <summary>When the coalition's own position is adopted. Stored by number: never renumber.</summary>
public enum Policy
{
    /// <summary>Everyone entitled agrees, with or without a caveat, or stands aside; nobody blocks.</summary>
    Unanimity = 0,

    /// <summary>Somebody agrees and nobody blocks.</summary>
    NoBlock = 1,
}

/// <param name="Until">From then on it is held no more; null while nobody revokes it.</param>
[GenerateSerializer, Immutable, Alias("annotate.mandate-held.v1")]
public sealed record MandateHeld([property: Id(0)] Mandate Mandate, [property: Id(1)] DateTimeOffset? Until);

[GenerateSerializer, Immutable, Alias("annotate.organisation.v1")]
public sealed record Organisation([property: Id(0)] string Id, [property: Id(1)] string Name);

/// <summary>A sign-in link that somebody else made for a person, while it can be used.</summary>
/// <param name="Id">Of the command that made it; the link's token knows it.</param>
/// <param name="ByOutsider">Made by a steward who brings in the first of an organisation: over as soon as anybody of it has come.</param>
[GenerateSerializer, Immutable, Alias("annotate.invitation.v1")]
public sealed record Invitation(
    [property: Id(0)] Guid Id, [property: Id(1)] By By, [property: Id(2)] DateTimeOffset Expires, [property: Id(3)] bool ByOutsider);

/// <param name="Organisation">Slug of the organisation they belong to; null for an individual expert or somebody who only helps.</param>
/// <param name="Affiliation">An individual expert's affiliation, as it is printed beside their name; null for everybody else.</param>
/// <param name="Mandates">At most one of each kind, in the order of the enumeration.</param>
/// <param name="HasLeft">Kept so that what they wrote keeps its author, and nobody else gets their id (G8).</param>
/// <param name="Stay">How often they have come back after they had left: what was given out in an earlier stay (a token) opens nothing.</param>
/// <param name="HasCome">Whether they ever used a link, or were given a token; false too for those who did so before it was recorded.</param>
[GenerateSerializer, Immutable, Alias("annotate.person.v1")]
public sealed record Person(
    [property: Id(0)] string Id,
    [property: Id(1)] string Name,
    [property: Id(2)] string? Organisation,
    [property: Id(3)] string? Affiliation,
    [property: Id(4)] Role Role,
    [property: Id(5)] MandateHeld[] Mandates,
    [property: Id(6)] bool HasLeft = false,
    [property: Id(7)] int Stay = 0,
    [property: Id(8)] bool HasCome = false)
{
    /// <summary>Whether they may act under the mandate at that time.</summary>
    /// <remarks>
    /// A mandate is given by an organisation, or held by an expert for themselves. Positions, sign-offs and administration are an
    /// organisation's, so an expert cannot be given them. Observers read.
    /// </remarks>
    public bool Has(Mandate mandate, DateTimeOffset now) =>
        !HasLeft && Role != Role.Observer && MayHold(mandate, Organisation, Affiliation) && Holds(mandate, now);

    /// <summary>Whether somebody with that organisation and affiliation can be given the mandate.</summary>
    public static bool MayHold(Mandate mandate, string? organisation, string? affiliation) =>
        organisation is not null || (affiliation is not null && mandate is not (Mandate.Position or Mandate.SignOff or Mandate.Administer));

    bool Holds(Mandate mandate, DateTimeOffset now)
    {
        foreach (var held in Mandates)
            if (held.Mandate == mandate) return held.Until is not { } until || now < until;
        return false;
    }
}
