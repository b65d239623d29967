using System.Runtime.CompilerServices;
using System.Text.Json;
using Annotate.Deciding;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace Annotate.Tests.Deciding;

/// <summary>
/// What was stored once loads for ever (G10). Each line of golden.txt is a stored type and its bytes as they were when it was added; "/2" and so
/// on are further samples of it. When a type gets a member that changes the bytes of a sample, the old line stays, under its name with a
/// tilde before it, and is still read as the same.
/// </summary>
public sealed class GoldenTests
{
    static readonly Serializer Serializer = new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<Serializer>();
    static readonly Dictionary<string, string> Golden = Read();

    public static TheoryData<string> Names => [.. Samples.Keys.Order(StringComparer.Ordinal)];

    public static TheoryData<string> OlderNames => [.. Golden.Keys.Where(IsOlder).Order(StringComparer.Ordinal)];

    static Dictionary<string, object> Samples { get; } = Wrap();

    [Theory, MemberData(nameof(Names))]
    public void Stored_bytes_stay_what_they_are(string name)
    {
        var bytes = Convert.ToHexStringLower(Write(Samples[name]));
        Assert.True(Golden.ContainsKey(name), $"golden.txt lacks this line:\n{name} {bytes}");
        Assert.Equal(Golden[name], bytes);
    }

    [Theory, MemberData(nameof(Names))]
    public void Stored_bytes_are_still_read_as_what_they_were(string name)
    {
        Assert.True(Golden.TryGetValue(name, out var hex), $"golden.txt has no line for {name}");
        var expected = Samples[name];
        var read = expected is Entry
            ? Serializer.Deserialize<Entry>(Convert.FromHexString(hex))!
            : ReadKept(expected.GetType(), Convert.FromHexString(hex));
        Assert.Equal(expected.GetType(), read.GetType());
        Assert.Equal(hex, Convert.ToHexStringLower(Write(read)));
        if (expected is Entry { Event: var happened })
            Assert.Equal(ToJson(happened), ToJson(((Entry)read).Event));
    }

    [Theory, MemberData(nameof(OlderNames))]
    public void Older_bytes_are_read_as_the_same(string name)
    {
        var sample = name.TrimStart('~');
        var bytes = Convert.FromHexString(Golden[name]);
        var read = Samples[sample] is Entry ? Serializer.Deserialize<Entry>(bytes)! : ReadKept(Samples[sample].GetType(), bytes);
        Assert.Equal(Golden[sample], Convert.ToHexStringLower(Write(read)));
    }

    [Fact]
    public void Every_event_and_every_state_has_its_golden_bytes()
    {
        var types = typeof(Event).Assembly.GetTypes();
        var missing = types.Where(type => !type.IsAbstract && typeof(Event).IsAssignableFrom(type)).Select(type => type.Name)
            .Concat(types.Where(type => !type.IsAbstract && typeof(IState).IsAssignableFrom(type)).Select(type => $"Kept<{type.Name}>"))
            .Where(name => !Samples.ContainsKey(name) || !Golden.ContainsKey(name));
        Assert.Empty(missing);
    }

    // One that is of none would be recorded, and nothing would come of it.
    [Fact]
    public void Every_event_is_of_some_state() => Assert.Equal(
        [typeof(NothingChanged)],
        GoldenSamples.EventTypes.Where(type => !type.GetInterfaces().Any(each => each.IsGenericType && each.GetGenericTypeDefinition() == typeof(IEventOf<>))));

    [Fact]
    public void No_line_is_left_over() => Assert.Empty(Golden.Keys.Where(name => !IsOlder(name)).Except(Samples.Keys));

    static bool IsOlder(string name) => name.StartsWith('~');

    static Dictionary<string, object> Wrap()
    {
        var all = new Dictionary<string, object>();
        foreach (var entry in GoldenSamples.Entries) Add(all, entry.Event.GetType().Name, entry);
        foreach (var snapshot in GoldenSamples.Snapshots) Add(all, $"Kept<{snapshot.GetType().GetGenericArguments()[0].Name}>", snapshot);
        return all;
    }

    static void Add(Dictionary<string, object> all, string name, object sample)
    {
        var number = 1;
        while (!all.TryAdd(number == 1 ? name : $"{name}/{number}", sample)) number++;
    }

    static byte[] Write(object value) => value is Entry entry ? Serializer.SerializeToArray(entry) : (byte[])Method(nameof(WriteKept), value.GetType()).Invoke(null, [value])!;

    static object ReadKept(Type type, byte[] bytes) => Method(nameof(ReadAs), type).Invoke(null, [bytes])!;

    // As the journal does: by the declared type, so that the bytes are the journal's.
    static byte[] WriteKept<T>(T value) => Serializer.SerializeToArray(value);

    static T ReadAs<T>(byte[] bytes) => Serializer.Deserialize<T>(bytes)!;

    static System.Reflection.MethodInfo Method(string name, Type type) =>
        typeof(GoldenTests).GetMethod(name, System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!.MakeGenericMethod(type);

    static string ToJson(Event happened) => JsonSerializer.Serialize(happened, happened.GetType(), Json.Options);

    static Dictionary<string, string> Read([CallerFilePath] string here = "") =>
        File.ReadLines(Path.Combine(Path.GetDirectoryName(here)!, "golden.txt"))
            .Select(line => line.Split(' ')).ToDictionary(parts => parts[0], parts => parts[1]);
}
