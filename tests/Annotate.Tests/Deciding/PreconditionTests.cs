using Annotate.Coalitions;
using Annotate.Deciding;
using Annotate.Threads;

namespace Annotate.Tests.Deciding;

/// <summary>If-Match is looked at in one place, for every command.</summary>
public sealed class PreconditionTests
{
    static readonly ThreadKey Key = new("c", Tier.Coalition, "treaty", "art_1");

    readonly Bench<CoalitionState> _coalition = new();

    [Fact]
    public void A_command_that_would_be_carried_out_fails_when_the_thing_has_changed()
    {
        Founded();
        Assert.Equal("version-mismatch", Choose(Policy.NoBlock, seen: 0).Problem?.Code);
        Assert.Empty(_coalition.Entries.Skip(1));
        Assert.NotNull(Choose(Policy.NoBlock, seen: 1).Event);
    }

    [Fact]
    public void One_that_changes_nothing_fails_as_well() => Assert.Equal("version-mismatch", Founded().Choose(Policy.Unanimity, seen: 7).Problem?.Code);

    [Fact]
    public void One_that_is_refused_is_told_why() => Assert.Equal("invalid", Founded().Choose((Policy)77, seen: 7).Problem?.Code);

    [Fact]
    public void The_version_is_that_of_what_is_changed()
    {
        var bench = new Bench<Annotate.Threads.ThreadState>();
        for (var n = 1; n <= 2; n++)
            bench.Run<ThreadCommand, ThreadKey>(new AnnotateProvision(new Target("treaty", "l15", "art_1"), Motivation.Commenting, "words", []) { Id = Commands.Id(n), By = Commands.Ana }, Key);
        ThreadCommand Resolve(long seen) => new ResolveAnnotation(Commands.Id(1)) { Id = Commands.Id(3), By = Commands.Ana, IfVersion = seen };
        Assert.Equal("version-mismatch", bench.Run(Resolve(0), Key).Problem?.Code);
        Assert.Equal("version-mismatch", bench.Run(Resolve(2), Key).Problem?.Code);
        Assert.NotNull(bench.Run(Resolve(bench.State.Find(Commands.Id(1))!.Version), Key).Event);
    }

    PreconditionTests Founded()
    {
        Assert.NotNull(Run(new DescribeCoalition("C", Policy.Unanimity) { Id = Commands.Id(1), By = By.Operator }).Event);
        return this;
    }

    Decision Choose(Policy policy, long seen) => Run(new ChoosePolicy(policy) { Id = Commands.Id(2), By = By.Operator, IfVersion = seen });

    Decision Run(CoalitionCommand command) => _coalition.Run(command, new Circumstances(Commands.Now, new HashSet<string>(), CanComeIn: false, HasTokens: false));
}
