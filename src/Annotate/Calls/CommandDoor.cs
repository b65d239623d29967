namespace Annotate.Calls;

/// <summary>How a command comes in: where, by which right, with what. Said by its feature, without a word about HTTP but its verb.</summary>
/// <remarks>The server makes a route of each; who calls, and whether they may, it has checked before it asks.</remarks>
/// <param name="Verb">As HTTP has it: PUT, POST, PATCH or DELETE.</param>
/// <param name="Path">Below the noun's own: ids in braces, <c>{annotation:guid}</c> for one that is a UUID.</param>
/// <param name="Right">What it asks of whoever sends it.</param>
/// <param name="Summary">One sentence for the description of the API.</param>
public abstract record CommandDoor(string Verb, string Path, Right Right, string Summary)
{
    /// <summary>What may be given in the query beside what the noun takes: name and type.</summary>
    public IReadOnlyList<(string Name, Type Type)> Query { get; init; } = [];

    /// <summary>Type of the body; null where there is none.</summary>
    public abstract Type? Body { get; }

    /// <param name="body">Of the type <see cref="Body"/>; null where there is none.</param>
    public abstract Task<Asked> AskAsync(Call call, object? body);

    public static CommandDoor Of(string verb, string path, Right right, string summary, Func<Call, Asked> ask) => new WithoutBody(verb, path, right, summary, ask);

    public static CommandDoor Of<TBody>(string verb, string path, Right right, string summary, Func<Call, TBody, Asked> ask) where TBody : class =>
        new WithBody<TBody>(verb, path, right, summary, (call, body) => Task.FromResult(ask(call, body)));

    /// <summary>One that has to look something up before it knows the command.</summary>
    public static CommandDoor Of<TBody>(string verb, string path, Right right, string summary, Func<Call, TBody, Task<Asked>> ask) where TBody : class =>
        new WithBody<TBody>(verb, path, right, summary, ask);

    sealed record WithoutBody(string Verb, string Path, Right Right, string Summary, Func<Call, Asked> Ask) : CommandDoor(Verb, Path, Right, Summary)
    {
        public override Type? Body => null;

        public override Task<Asked> AskAsync(Call call, object? body) => Task.FromResult(Ask(call));
    }

    sealed record WithBody<TBody>(string Verb, string Path, Right Right, string Summary, Func<Call, TBody, Task<Asked>> Ask)
        : CommandDoor(Verb, Path, Right, Summary)
    {
        public override Type? Body => typeof(TBody);

        public override Task<Asked> AskAsync(Call call, object? body) => Ask(call, (TBody)body!);
    }
}

/// <summary>A command that says how it comes in.</summary>
public interface IHasDoor
{
    static abstract CommandDoor Door { get; }
}
