using System.Text.Json;
using Annotate.Access;
using Annotate.Coalitions;
using Annotate.Deciding;
using Annotate.Feeds;
using Annotate.Positions;
using Annotate.Statements;
using Annotate.Threads;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace Annotate.Tests.Deciding;

/// <summary>Whatever a journal holds, in whatever order: applying it never throws (G10), and replaying the bytes gives the same state.</summary>
public sealed class AnyEventTests
{
    const int SequencesPerState = 2_000;
    static readonly Serializer Serializer = new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<Serializer>();
    static readonly JsonSerializerOptions WithFields = new(Annotate.Json.Options) { IncludeFields = true };
    static readonly string[] Words = ["a", "b", "c"];

    [Fact]
    public void Coalition() => Check<CoalitionState>(state => (CoalitionView.Of("c", state, 0), state.Invitations.OrderBy(each => each.Key, StringComparer.Ordinal), Words.Select(state.HasAdministrators)));

    [Fact]
    public void Thread() => Check<Annotate.Threads.ThreadState>(state => ThreadView.Of(new ThreadKey("c", Tier.Coalition, "a", "art_1"), state, 0));

    [Fact]
    public void Positions() => Check<PositionState>(state => PositionsView.Of(state, 0));

    [Fact]
    public void Statement() => Check<StatementState>(state => StatementView.Of(new StatementKey("c", "s"), state, 0));

    [Fact]
    public void Feed() => Check<FeedState>(state => (IndexView.Of(state, 0), state.Recent));

    [Fact]
    public void Tokens() => Check<TokenState>(state => state.IsSpent);

    [Fact]
    public void TokensOfAPerson() => Check<PersonTokensState>(state => (state.View(state.Stay, default), state.Notices));

    [Fact]
    public void KeyOfTokens() => Check<TokenKeyState>(state => state.Key ?? []);

    [Fact]
    public void Revocations() => Check<RevocationState>(state => (state.Tokens, state.People, state.EveryoneUpTo, state.OperatorsUpTo, state.OperatorsExcept));

    [Fact]
    public void Section() => Check<SectionState>(state => (state.Encode(), state.StateVector, state.Owners.Values.Order()));

    static void Check<TState>(Func<TState, object> look) where TState : class, IState, new()
    {
        for (var seed = 0; seed < SequencesPerState; seed++)
        {
            try
            {
                Check(new Random(seed), look);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"seed {seed}", exception);
            }
        }
    }

    static void Check<TState>(Random random, Func<TState, object> look) where TState : class, IState, new()
    {
        var (live, replayed) = (new TState(), new TState());
        var snapshotAt = random.Next(40);
        for (var version = 1; version <= 40; version++)
        {
            var entry = Commands.Entry(version, random.Next(2) == 0 ? Commands.Ana : Commands.Eve, Any(random));
            live.Apply(version, entry);
            replayed.Apply(version, Serializer.Deserialize<Entry>(Serializer.SerializeToArray(entry))!);
            if (version == snapshotAt) replayed = Serializer.Deserialize<TState>(Serializer.SerializeToArray(replayed))!;
        }

        Assert.Equal(Json(look(live)), Json(look(replayed)));
    }

    static string Json(object value) => JsonSerializer.Serialize(value, WithFields);

    // Few ids, so that they meet. The bytes of the two states are not compared: Orleans writes an object once and then points back to it, and
    // a replayed state shares fewer objects.
    static Event Any(Random random)
    {
        string Word() => Words[random.Next(Words.Length)];
        string? Maybe() => random.Next(2) == 0 ? null : Word();
        Guid Id() => Commands.Id(random.Next(6));
        T Some<T>() where T : struct, Enum => Enum.GetValues<T>() is var all ? all[random.Next(all.Length)] : default;
        string[] List() => [.. Words.Where(_ => random.Next(2) == 0)];
        // A struct of one of two clients: what it builds on may be there or not, and the bytes may be none of an update.
        byte[] Update() => random.Next(8) == 0 ? [9] : [1, 1, (byte)(1 + random.Next(2)), (byte)random.Next(4), 4, 1, 1, 116, 1, 97, 0];
        return random.Next(38) switch
        {
            0 => new CoalitionDescribed(Word(), Some<Policy>()),
            1 => new PolicyChosen(Some<Policy>()),
            2 => new OrganisationNamed(Word(), Word()),
            3 or 4 => new PersonAdmitted(Word(), Word(), Maybe(), Maybe(), Some<Role>(), [new MandateHeld(Some<Mandate>(), null)]),
            5 => new PersonLeft(Word()),
            6 => new MandateGranted(Word(), Some<Mandate>(), Commands.Now),
            7 => new MandateRevoked(Word(), Some<Mandate>()),
            8 or 9 => new Annotated(Id(), new Target(Word(), Word(), "art_1"), Some<Motivation>(), Word(), List()),
            10 => new Replied(Id(), Id(), Word()),
            11 => new AnnotationEdited(Id(), Maybe(), random.Next(2) == 0 ? null : List()),
            12 => new AnnotationResolved(Id()),
            13 => new AnnotationReopened(Id()),
            14 => new AnnotationDeleted(Id()),
            15 => new PositionTaken(Word(), Some<PositionKind>(), true, Word()),
            16 => new CoalitionPositionProposed(Some<PositionKind>(), Word()),
            17 => new ConsentGiven(Word(), Some<Consent>(), Word(), random.Next(40)),
            18 => new StatementDescribed(Word(), Word(), Word(), Word()),
            19 => new SectionAdded(Word(), Word(), List(), Maybe()),
            20 => new SectionDescribed(Word(), Word(), List()),
            21 => new SectionMoved(Word(), Maybe()),
            22 => new ActivityReceived($"thread/c/coalition/{Word()}/art_1", random.Next(9), Commands.Now, Word(), Word(), Word(), default),
            23 => new TokenCounted(
                Word(), Commands.Now.AddMinutes(random.Next(40)), random.Next(2), Maybe(), random.Next(2) == 0, random.Next(2) == 0,
                random.Next(2) == 0 ? null : Some<TokenKind>(), Maybe(), Maybe()),
            24 => new TokensUncounted(Maybe()),
            25 => new TokenRevoked(Word(), Commands.Now.AddMinutes(random.Next(40))),
            26 => new PersonTokensRevoked(Word(), Word()),
            27 => new Edited(Update()),
            28 => new PersonInvited(Word(), Commands.Now.AddMinutes(random.Next(40)), random.Next(2) == 0),
            29 => new PersonCame(Word(), random.Next(2) == 0 ? null : Id()),
            30 => new TokensEnded(Word()),
            31 => new NoticesSeen(),
            32 => new EveryTokenRevoked(),
            33 => new OperatorKeysRevoked(Word()),
            34 => new CoalitionPositionProposed(Some<PositionKind>(), Word(), new ProposalTerms(Some<Policy>(), List(), Commands.Now)),
            35 => new CoalitionPositionAdopted(random.Next(40), Some<PositionKind>(), Some<OutcomeReason>(), new Tally(1, 2, 3, 4, 5)),
            36 => new CoalitionPositionLapsed(random.Next(40), Some<PositionKind>(), Some<OutcomeReason>(), new Tally(1, 2, 3, 4, 5)),
            _ => new TokenSpent(),
        };
    }
}
