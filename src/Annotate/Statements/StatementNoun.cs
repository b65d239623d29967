using Annotate.Calls;

namespace Annotate.Statements;

/// <summary>Statements, as something that takes commands.</summary>
public static class StatementNoun
{
    /// <summary>Path of a statement.</summary>
    public const string Path = "/api/coalitions/{coalition}/statements/{statement}";

    public static Noun Noun { get; } = new(
        "Statements", Path, KeyOf, (grains, key, command) => grains.GetGrain<IStatementGrain>(key).RunAsync((StatementCommand)command))
    {
        Doors = Noun.DoorsOf<StatementCommand>(),
    };

    internal static IStatementGrain Of(Call call) => call.Grains.GetGrain<IStatementGrain>(KeyOf(call));

    static string KeyOf(Call call) => new StatementKey(call["coalition"], call["statement"]).ToString();
}
