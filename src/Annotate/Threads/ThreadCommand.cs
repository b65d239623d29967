using Annotate.Deciding;

namespace Annotate.Threads;

/// <summary>What somebody wants of a thread.</summary>
[GenerateSerializer, Alias("annotate.thread-command.v1")]
public abstract record ThreadCommand : Command, ICommandOn<ThreadState, ThreadKey>
{
    /// <summary>Decides it in the thread that has that key.</summary>
    public abstract Decision Decide(ThreadState state, ThreadKey known);

    public virtual long? VersionIn(ThreadState state) => null;

    /// <summary>Finds what the command is about, or the reason why it cannot be changed by this sender now.</summary>
    /// <param name="mayOthers">Whether somebody else than its author may do this.</param>
    protected Problem? Find(ThreadState state, Guid id, bool mayOthers, out Written written)
    {
        written = state.Find(id)!;
        return written is null ? Problem.NotFound
            : !mayOthers && written.By.Person != By.Person ? Problem.NotYours
            : written.IsDeleted ? Problem.Conflict("It was deleted.")
            : null;
    }

    /// <summary>Whether so much more may be written in the thread.</summary>
    protected static Problem? CheckRoom(ThreadState state, int characters) =>
        state.Characters + characters > Limits.ThreadCharactersMax
            ? Problem.TooLarge($"A thread holds at most {Limits.ThreadCharactersMax} characters, earlier wordings included.")
            : null;
}
