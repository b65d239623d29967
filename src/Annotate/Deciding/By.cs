namespace Annotate.Deciding;

/// <summary>Who acts: a person, and the organisation they act for. Nobody speaks as another (G8): doors fill this from the token.</summary>
/// <param name="Person">Slug of the person within the coalition; <see cref="OperatorPerson"/> for the server's operator.</param>
/// <param name="Organisation">Slug of the organisation; null for an individual expert and for the operator.</param>
[GenerateSerializer, Immutable, Alias("annotate.by.v1")]
public sealed record By([property: Id(0)] string Person, [property: Id(1)] string? Organisation)
{
    /// <summary>The name under which the server's operator acts. Not a slug, so that no person can bear it.</summary>
    public const string OperatorPerson = "@operator";

    /// <summary>The name of what nobody does by hand: the coalition's own rule comes to a result. Not a slug either.</summary>
    public const string CoalitionPerson = "@coalition";

    public static readonly By Coalition = new(CoalitionPerson, null);

    public static readonly By Operator = new(OperatorPerson, null);
}
