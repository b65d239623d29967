using System.Text.RegularExpressions;

namespace Annotate.Server.Tests.Style;

/// <summary>Each assembly is rooms without a circle, and docs/map.md says which needs which.</summary>
public sealed partial class RoomsTests
{
    [Theory]
    [InlineData("Annotate")]
    [InlineData("Annotate.Server")]
    public void Rooms_need_what_the_map_says_and_nothing_else(string assembly)
    {
        var rooms = Rooms.Read(Path.Combine(AppContext.BaseDirectory, assembly + ".dll"), assembly);
        var map = ReadMap(assembly);
        var unsaid = rooms.SelectMany(room => room.Value.Where(arrow => map.Find(each => each.Name == room.Key).Needed?.Contains(arrow.Key) != true)
            .Select(arrow => $"{room.Key} -> {arrow.Key}: {arrow.Value}")).ToArray();
        Assert.True(unsaid.Length == 0, $"The map lacks\n{string.Join('\n', unsaid)}");
        var gone = map.SelectMany(room => room.Needed.Where(needed => !rooms[room.Name].ContainsKey(needed)).Select(needed => $"{room.Name} -> {needed}"));
        Assert.Empty(gone);
        Assert.Equal(rooms.Keys, map.Select(room => room.Name).Order(StringComparer.Ordinal));
    }

    /// <summary>A room needs such as stand above it only: so there is no circle.</summary>
    [Theory]
    [InlineData("Annotate")]
    [InlineData("Annotate.Server")]
    public void The_map_is_read_from_top_to_bottom(string assembly)
    {
        var above = new HashSet<string>();
        foreach (var (name, needed) in ReadMap(assembly))
        {
            Assert.Empty(needed.Except(above).Select(below => $"{name} needs {below}, which stands below it"));
            above.Add(name);
        }
    }

    static List<(string Name, string[] Needed)> ReadMap(string assembly)
    {
        var map = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "map.md"));
        var block = Regex.Match(map, $"### {Regex.Escape(assembly)}\n.*?```\n(?<rooms>.*?)```", RegexOptions.Singleline);
        Assert.True(block.Success, $"The map has no rooms of {assembly}");
        return [.. Line().Matches(block.Groups["rooms"].Value).Select(line => (line.Groups["name"].Value, line.Groups["needed"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)))];
    }

    // Name, what it needs after an arrow, what it is after a hash.
    [GeneratedRegex(@"^(?<name>\w+)\s*(->(?<needed>[\w ]*))?(#.*)?$", RegexOptions.Multiline)]
    private static partial Regex Line();
}
