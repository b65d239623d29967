using Annotate.Calls;
using Annotate.Deciding;

namespace Annotate.Positions;

/// <summary>Says what one's organisation wants of the provision.</summary>
[GenerateSerializer, Alias("annotate.take-position.v1")]
public sealed record TakePosition(
    [property: Id(0)] string Organisation,
    [property: Id(1)] PositionKind Kind,
    [property: Id(2)] bool RedLine,
    [property: Id(3)] string Reason) : PositionCommand, IHasDoor
{
    public static CommandDoor Door { get; } = CommandDoor.Of<PositionBody>(
        "PUT", "/positions/{organisation}", Right.Position, "Says what one's organisation wants of the provision.", Ask);

    static Asked Ask(Call call, PositionBody body)
    {
        if (body.Kind is not { } kind) return Problem.Invalid("Say which position.");
        var organisation = call["organisation"];
        return Asked.For(new TakePosition(organisation, kind, body.RedLine ?? false, body.Reason ?? "") { Id = call.Id, By = call.By }, organisation);
    }

    public override Decision Decide(PositionState state, PositionMoment known)
    {
        var problem = CheckSpeaksFor(Organisation)
            ?? (Enum.IsDefined(Kind) ? null : Problem.Invalid("There is no such position."))
            ?? (RedLine && Kind == PositionKind.NoPosition ? Problem.Invalid("Who takes no position draws no red line.") : null)
            ?? Words.CheckOptional(Reason, "The reason", Limits.RemarkCharactersMax);
        if (problem is not null) return problem;
        return state.PositionOf(Organisation) is { } taken && taken.Kind == Kind && taken.RedLine == RedLine && taken.Reason == Reason
            ? Decision.Unchanged
            : new PositionTaken(Organisation, Kind, RedLine, Reason);
    }
}

public sealed record PositionBody(PositionKind? Kind, bool? RedLine, string? Reason);

[GenerateSerializer, Immutable, Alias("annotate.position-taken.v1")]
public sealed record PositionTaken(
    [property: Id(0)] string Organisation,
    [property: Id(1)] PositionKind Kind,
    [property: Id(2)] bool RedLine,
    [property: Id(3)] string Reason) : Event, IEventOf<PositionState>
{
    public static IReadOnlyList<Event> Samples => [new PositionTaken("rights-now", PositionKind.Oppose, true, "Reason")];

    public override Activity? ToActivity() => new(Organisation, RedLine ? $"{Json.Word(Kind)}, red line" : Json.Word(Kind));

    public void ApplyTo(PositionState state, long version, Entry entry) =>
        state.Take(new OrganisationPosition(Organisation, Kind, RedLine, Reason, entry.By, entry.At));
}
