using Annotate.Calls;
using Annotate.Coalitions;

namespace Annotate.Server.Access;

/// <summary>A set of rights.</summary>
public readonly record struct RightSet
{
    readonly uint _bits;

    RightSet(uint bits) => _bits = bits;

    public bool Has(Right right) => (_bits & Bit(right)) != 0;

    public RightSet With(Right right) => new(_bits | Bit(right));

    /// <summary>The operator keeps the house and its lists of people; they speak for no organisation, so they hold no mandate.</summary>
    public static readonly RightSet OfOperator =
        default(RightSet).With(Right.Anyone).With(Right.SignedIn).With(Right.Read).With(Right.Administer).With(Right.Steward)
            .With(Right.Operator);

    /// <summary>What somebody who belongs to a coalition may do in it at that time.</summary>
    public static RightSet Of(Person person, DateTimeOffset now)
    {
        var rights = default(RightSet).With(Right.Anyone).With(Right.SignedIn).With(Right.Read);
        if (person.Role == Role.Steward) rights = rights.With(Right.Administer).With(Right.Steward);
        foreach (var held in person.Mandates)
            if (person.Has(held.Mandate, now)) rights = rights.With(RightOf(held.Mandate));
        return rights;
    }

    static Right RightOf(Mandate mandate) => mandate switch
    {
        Mandate.Annotate => Right.Annotate,
        Mandate.Position => Right.Position,
        Mandate.Draft => Right.Draft,
        Mandate.SignOff => Right.SignOff,
        Mandate.Endorse => Right.Endorse,
        Mandate.Administer => Right.Administer,
        // A mandate that this version does not know opens nothing.
        _ => Right.Anyone,
    };

    static uint Bit(Right right) => 1u << (int)right;
}
