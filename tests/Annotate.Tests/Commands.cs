using Annotate.Deciding;

namespace Annotate.Tests;

/// <summary>Ids, people and times for tests: the same in every run.</summary>
static class Commands
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    public static readonly By Ana = new("ana", "rights-now");
    public static readonly By Ben = new("ben", "open-net");
    public static readonly By Eve = new("eve", null);

    /// <summary>The n-th command id: a UUID of version 7, dated n milliseconds after <see cref="Now"/>.</summary>
    public static Guid Id(int n)
    {
        Span<byte> bytes = stackalloc byte[16];
        var milliseconds = Now.ToUnixTimeMilliseconds() + n;
        for (var i = 5; i >= 0; i--, milliseconds >>= 8) bytes[i] = (byte)milliseconds;
        bytes[6] = 0x70;
        bytes[8] = 0x80;
        bytes[15] = (byte)n;
        return new Guid(bytes, bigEndian: true);
    }

    public static Entry Entry(int version, By by, Event happened) => new(Now.AddMinutes(version), by, Id(version), 0, happened);
}

/// <summary>A state that commands are run against as a grain would: decided, then applied.</summary>
sealed class Bench<TState> where TState : class, IState, new()
{
    public TState State { get; } = new();

    public List<Entry> Entries { get; } = [];

    public long Version => Entries.Count;

    public Decision Run<TCommand, TKnown>(TCommand command, TKnown known) where TCommand : Command, ICommandOn<TState, TKnown>
    {
        var decision = Decision.Of(command, State, Version, known);
        if (decision.Event is { } happened) Record(command, happened);
        return decision;
    }

    public void Record(Command command, Event happened)
    {
        var entry = new Entry(Commands.Now.AddMinutes(Version), command.By, command.Id, 0, happened);
        Entries.Add(entry);
        State.Apply(Version, entry);
    }
}
