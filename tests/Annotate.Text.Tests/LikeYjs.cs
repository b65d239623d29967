using System.Text.Json.Nodes;

namespace Annotate.Text.Tests;

/// <summary>What is computed here is what real yjs computes, on random programs of several peers.</summary>
public sealed class LikeYjs(Oracle yjs)
{
    const int Programs = 240;
    const int Steps = 60;

    static Update Read(byte[] bytes)
    {
        Assert.True(Update.TryRead(bytes, out var update, out var fault), $"{fault}: {Convert.ToBase64String(bytes)}");
        return update;
    }

    static byte[][] Some(Random random, byte[][] from) =>
        [.. from.Where(_ => random.Next(3) > 0).OrderBy(_ => random.Next()).DefaultIfEmpty(from[0])];

    [Fact]
    public void Merging_updates_gives_what_yjs_gives()
    {
        Dictionary<string, int> apart = [], overlapping = [];
        for (var seed = 1; seed <= Night.Times(Programs); seed++)
        {
            var random = new Random(seed);
            var (updates, syncs) = yjs.Program(seed, Steps);
            var mixed = Some(random, [.. updates, .. syncs]);
            byte[][][] picks = [updates, Some(random, updates), [.. Enumerable.Repeat(updates[0], 3)], mixed, syncs];
            for (var i = 0; i < picks.Length; i++)
            {
                var ours = Merged(picks[i]);
                Note(i < 3 ? apart : overlapping, yjs.Ask(new { ask = "merge", updates = picks[i], ours }), $"seed {seed}");
            }
        }
        // Of structs that overlap yjs takes the ones of the reader that happens to stand first; their cuts may differ, the document may
        // not.
        Assert.Equal(0, apart.GetValueOrDefault("document"));
        TestContext.Current.SendDiagnosticMessage($"merge: {Say(apart)}; overlapping: {Say(overlapping)}");
    }

    [Fact]
    public void The_difference_to_a_state_vector_is_what_yjs_gives()
    {
        var alike = new Dictionary<string, int>();
        for (var seed = 1; seed <= Night.Times(Programs); seed++)
        {
            var random = new Random(seed);
            var (updates, syncs) = yjs.Program(seed, Steps);
            var whole = Merged(Some(random, updates));
            foreach (var update in syncs.Append(whole).Append(Merged(updates)))
            {
                var vector = ClientClocks.Encode(RandomVector(random, Read(update)));
                Assert.True(Updates.TryDiff(update, vector, out var ours));
                Note(alike, yjs.Ask(new { ask = "diff", update, vector, ours }), $"seed {seed}");
            }
        }
        Assert.Equal(0, alike.GetValueOrDefault("document"));
        TestContext.Current.SendDiagnosticMessage("diff: " + Say(alike));
    }

    [Fact]
    public void The_state_vector_of_an_update_is_what_yjs_gives()
    {
        for (var seed = 1; seed <= Night.Times(Programs); seed++)
        {
            var random = new Random(seed);
            var (updates, syncs) = yjs.Program(seed, Steps);
            foreach (var update in syncs.Append(Merged(Some(random, updates))).Append(Merged(updates)))
            {
                Assert.True(Updates.TryStateVectorOf(update, out var ours));
                var theirs = (string)yjs.Ask(new { ask = "vector", update })["bytes"]!;
                Assert.True(theirs == Convert.ToBase64String(ours), $"seed {seed}");
            }
        }
    }

    [Fact]
    public void Applying_a_merge_makes_the_document_that_all_updates_make()
    {
        for (var seed = 1; seed <= Night.Times(Programs); seed++) ApplyMerge(seed);
    }

    internal void ApplyMerge(int seed)
    {
        var random = new Random(seed);
        var (updates, _) = yjs.Program(seed, Steps);
        var some = Some(random, updates);
        var whole = (string)yjs.Ask(new { ask = "see", updates = new[] { Merged(some) } })["seen"]!;
        Assert.True(whole == (string)yjs.Ask(new { ask = "see", updates = some })["seen"]!, $"seed {seed}: one by one");
        var half = some.Length / 2;
        var halves = Merged([Merged([.. some[half..]]), Merged([.. some[..half]]), some[0]]);
        Assert.True(whole == (string)yjs.Ask(new { ask = "see", updates = new[] { halves } })["seen"]!, $"seed {seed}: in halves");
    }

    /// <summary>Cuts at every clock, also through surrogate pairs.</summary>
    [Theory]
    [InlineData("AQEHAAQBAXQLYfCfkY1i8J+nqmMA", "text at the root")]
    [InlineData("AQH/////D4CAgIAIBAEBdBjwn6eq8J+RjcOp5ryi8J+RqeKAjfCfkakA", "text of a late clock and a large client")]
    [InlineData("AQEHBcQHA6wCAQhhYvCfkY1jZAA=", "text between two others")]
    [InlineData("AQEHBUSsAgEIYWLwn5GNY2QA", "text before another")]
    [InlineData("AQEHBQQABwMGeHnwn5GNAA==", "text in a nested type")]
    [InlineData("AQEHAAIBAXQEATEIeyJ4IjpbXX0JdW5kZWZpbmVkBCLDqSIA", "JSON")]
    [InlineData("AQEHAAgBAXQGfUF8P8AAAHcCw6l2AQFrdQJ4eX50AgECAA==", "any")]
    [InlineData("AQEHAAEBAXTIAQA=", "deleted")]
    [InlineData("AQEHCQAFAA==", "collected")]
    public void A_struct_is_cut_like_yjs_cuts_it(string base64, string what)
    {
        var update = Convert.FromBase64String(base64);
        var range = Read(update).Ranges[0];
        for (var clock = range.From; clock <= range.To; clock++)
        {
            var vector = ClientClocks.Encode([new ClientClock(range.ClientId, clock)]);
            Assert.True(Updates.TryDiff(update, vector, out var ours));
            var answer = yjs.Ask(new { ask = "diff", update, vector, ours });
            Assert.True((string)answer["alike"]! == "bytes", $"{what}, cut at {clock}: {Convert.ToBase64String(ours)}");
        }
    }

    static void Note(Dictionary<string, int> alike, JsonNode answer, string where)
    {
        var how = (string)answer["alike"]!;
        Assert.True(how != "different", $"{where}: the results differ");
        alike[how] = alike.GetValueOrDefault(how) + 1;
    }

    static string Say(Dictionary<string, int> alike) => string.Join(", ", alike.Select(entry => $"{entry.Key} {entry.Value}"));

    static byte[] Merged(byte[][] updates)
    {
        Assert.True(Updates.TryMerge([.. updates.Select(bytes => (ReadOnlyMemory<byte>)bytes)], out var merged));
        return merged;
    }

    static ClientClock[] RandomVector(Random random, Update update)
    {
        var vector = new List<ClientClock>();
        foreach (var range in update.Ranges)
            if (random.Next(5) > 0 && vector.All(entry => entry.ClientId != range.ClientId))
                vector.Add(new ClientClock(range.ClientId, random.NextInt64(range.To + 2)));
        return [.. vector];
    }
}
