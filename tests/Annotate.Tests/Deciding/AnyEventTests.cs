using System.Reflection;
using System.Text.Json;
using Annotate.Access;
using Annotate.Coalitions;
using Annotate.Deciding;
using Annotate.Feeds;
using Annotate.Instruments;
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

    /// <summary>Each state, and all that can be seen of it.</summary>
    static readonly Dictionary<Type, Action> Checks = new()
    {
        [typeof(CoalitionState)] = () => Check<CoalitionState>(state => (
            CoalitionView.Of("c", state, 0), state.Invitations.OrderBy(each => each.Key, StringComparer.Ordinal), Words.Select(state.HasAdministrators))),
        [typeof(Annotate.Threads.ThreadState)] = () => Check<Annotate.Threads.ThreadState>(state => ThreadView.Of(new ThreadKey("c", Tier.Coalition, "a", "art_1"), state, 0)),
        [typeof(PositionState)] = () => Check<PositionState>(state => PositionsView.Of(state, 0)),
        [typeof(StatementState)] = () => Check<StatementState>(state => StatementView.Of(new StatementKey("c", "s"), state, 0)),
        [typeof(SectionState)] = () => Check<SectionState>(state => (state.Encode(), state.StateVector, state.Owners.Values.Order())),
        [typeof(FeedState)] = () => Check<FeedState>(state => (CoalitionIndex.Of(state, 0), state.Recent)),
        [typeof(InstrumentState)] = () => Check<InstrumentState>(state => (state.Title, state.Drafts)),
        [typeof(CatalogueState)] = () => Check<CatalogueState>(state => (state.Coalitions, state.Instruments)),
        [typeof(TokenState)] = () => Check<TokenState>(state => (state.Issued, state.IssuedAt, state.IsSpent)),
        [typeof(PersonTokensState)] = () => Check<PersonTokensState>(state => (state.View(state.Stay, default, "a"), state.Notices)),
        [typeof(TokenKeyState)] = () => Check<TokenKeyState>(state => state.Key ?? []),
        [typeof(RevocationState)] = () => Check<RevocationState>(state => (state.Tokens, state.People, state.EveryoneUpTo, state.OperatorsUpTo, state.OperatorsExcept)),
    };

    public static TheoryData<Type> States =>
        [.. typeof(Event).Assembly.GetTypes().Where(type => !type.IsAbstract && type.IsAssignableTo(typeof(IState))).OrderBy(type => type.Name, StringComparer.Ordinal)];

    [Theory, MemberData(nameof(States))]
    public void Of_any_event_a_state_makes_something_or_nothing(Type state) => Checks[state]();

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

    // Every event that there is, so that a state meets those that are none of its own, too. The bytes of the two states are not compared:
    // Orleans writes an object once and then points back to it, and a replayed state shares fewer objects.
    static Event Any(Random random) => (Event)Made(GoldenSamples.EventTypes[random.Next(GoldenSamples.EventTypes.Count)], random);

    static object Made(Type type, Random random)
    {
        var maker = type.GetConstructors().MaxBy(each => each.GetParameters().Length)!;
        return maker.Invoke([.. maker.GetParameters().Select(parameter => Value(parameter, random))]);
    }

    static object? Value(ParameterInfo parameter, Random random)
    {
        var mayBeNull = new NullabilityInfoContext().Create(parameter).WriteState == NullabilityState.Nullable;
        return mayBeNull && random.Next(2) == 0 ? null : Value(Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType, random);
    }

    // Few ids, so that they meet.
    static object Value(Type type, Random random)
    {
        if (type == typeof(string)) return Words[random.Next(Words.Length)];
        if (type == typeof(Guid)) return Commands.Id(random.Next(6));
        if (type == typeof(bool)) return random.Next(2) == 0;
        if (type == typeof(int)) return random.Next(3);
        if (type == typeof(long)) return (long)random.Next(40);
        if (type == typeof(DateTimeOffset)) return Commands.Now.AddMinutes(random.Next(40));
        if (type == typeof(byte[])) return Update(random);
        if (type.IsEnum) return Enum.GetValues(type) is var all ? all.GetValue(random.Next(all.Length))! : 0;
        if (type.IsArray) return Several(type.GetElementType()!, random);
        return Made(type, random);
    }

    static Array Several(Type type, Random random)
    {
        var some = type == typeof(string) ? [.. Words.Where(_ => random.Next(2) == 0)] : Enumerable.Range(0, random.Next(2)).Select(_ => Value(type, random)).ToArray();
        var all = Array.CreateInstance(type, some.Length);
        some.CopyTo(all, 0);
        return all;
    }

    // A struct of one of two clients: what it builds on may be there or not, and the bytes may be none of an update.
    static byte[] Update(Random random) =>
        random.Next(8) == 0 ? [9] : [1, 1, (byte)(1 + random.Next(2)), (byte)random.Next(4), 4, 1, 1, 116, 1, 97, 0];
}
