using Annotate.Coalitions;
using Annotate.Deciding;

namespace Annotate.Tests.Coalitions;

/// <summary>The rules one by one: each with one who may and one who may not, told apart by the reason.</summary>
public sealed partial class AuthorityTests
{
    static readonly By Eve = new("eve", null);

    [Fact]
    public void The_servers_own_is_the_operators()
    {
        var described = new DescribeCoalition("Another name", Policy.NoBlock) { Id = default, By = By.Operator };
        Assert.Equal("operator-only", Refused(Alma, described));
        Done(By.Operator, described);
        // Nobody says of somebody else that they have come.
        Assert.Equal("operator-only", Refused(Alma, Come("bob", null)));
        Assert.Equal("operator-only", Refused(Bea, Come("bob", null)));
        Done(Bob, Come("bob", null));
    }

    [Fact]
    public void Of_somebody_unknown_those_hear_so_who_keep_a_list()
    {
        Done(Bea, Grant("bob", Mandate.Administer));
        foreach (var by in new[] { Alma, Bea, Bob, By.Operator }) Assert.Equal("not-found", Refused(by, Remove("nobody")));
        foreach (var by in new[] { Bill, Eve }) Assert.Equal("mandate-missing", Refused(by, Remove("nobody")));
    }

    [Fact]
    public void Who_belongs_to_no_organisation_is_the_stewards()
    {
        Done(Bea, Grant("bob", Mandate.Administer));
        foreach (var command in new CoalitionCommand[] { Grant("eve", Mandate.Draft), End("eve"), Invite("eve"), Admit("eve", "beta"), Remove("eve") })
            foreach (var by in new[] { Bill, Bob }) Assert.Equal((by, "mandate-missing"), (by, Refused(by, command)));
        Done(Alma, Grant("eve", Mandate.Draft));
        Done(Alma, End("eve"));
        Done(Alma, Remove("eve"));
    }

    [Fact]
    public void The_operator_makes_a_link_for_whoever_and_whenever()
    {
        _cameBefore.UnionWith(["eve", "bob", "bea"]);
        _canComeIn = true;
        foreach (var person in new[] { "eve", "bob", "bea" }) Done(By.Operator, Invite(person));
    }

    [Fact]
    public void Links_of_those_who_administer_an_organisation_end_none_of_others()
    {
        Done(Bea, Grant("bob", Mandate.Administer));
        Done(By.Operator, Invite("bea"));
        Done(Bob, Invite("bill"));
        Assert.False(_bench.State.InvitationOf("bill")!.ByOutsider);
        Done(Bob, Come("bob", null));
        foreach (var person in new[] { "bea", "bill" }) Assert.NotNull(_bench.State.InvitationOf(person));
    }

    [Fact]
    public void Those_who_administer_keep_a_stewards_record_and_make_none()
    {
        Done(Bea, Grant("bob", Mandate.Administer));
        Done(Bob, Admit("bea", "beta", Role.Steward, Mandate.Draft));
        Done(Bob, Admit("bill", "beta", Role.Member, Mandate.Draft));
        Done(Bob, End("bea"));
        Done(Bob, Remove("bea"));
        // Who was one comes back as one by the coalition's leave.
        Assert.Equal("mandate-missing", Refused(Bob, Admit("bea", "beta", Role.Steward)));
        Done(Bob, Admit("bea", "beta"));
    }

    [Fact]
    public void The_mandate_to_administer_one_organisation_is_worth_nothing_in_another()
    {
        Done(By.Operator, Grant("alma", Mandate.Administer));
        Assert.Equal("stewards-are-equals", Refused(Alma, Invite("bea")));
        Done(By.Operator, Admit("eva", null, Role.Steward));
        Assert.Equal("stewards-are-equals", Refused(Alma, End("eva")));
        Done(By.Operator, End("eva"));
        Done(Alma, End("alma"));
        Done(Bea, Grant("bob", Mandate.Administer));
        Assert.Equal("administrators-only", Refused(Bob, Admit("gil", "gamma")));
        Assert.Equal("administrators-only", Refused(Bob, Admit("alma", "alpha", Role.Steward, Mandate.Administer, Mandate.Draft)));
        Done(By.Operator, Admit("abe", "alpha", Role.Member, Mandate.Administer));
        Assert.Equal("administrators-only", Refused(Bob, Admit("abe", "alpha", Role.Steward, Mandate.Administer)));
        // With the role nothing else comes along.
        Assert.Equal("administrators-only", Refused(Alma, Admit("bob", "beta", Role.Steward, Mandate.Administer, Mandate.Draft)));
    }

    [Fact]
    public void What_is_so_already_can_be_said_by_those_who_keep_a_list()
    {
        Assert.Equal(Annotate.Deciding.Decision.Unchanged, Run(Alma, Admit("bob", "beta")));
        Assert.Equal("mandate-missing", Refused(Bill, Admit("bob", "beta")));
        Assert.Equal("mandate-missing", Refused(new By("ghost", null), Admit("ghost", null, Role.Member, Mandate.Draft)));
        Done(By.Operator, Remove("bob"));
        Assert.Equal("administrators-only", Refused(Alma, Admit("bob", "beta")));
        Done(Bea, Admit("bob", "beta"));
    }
}
