using Annotate.Coalitions;
using Annotate.Deciding;

namespace Annotate.Tests.Coalitions;

/// <summary>
/// Who may do what about an organisation. Alma is Alpha's steward; Bea (steward), Bob and Bill are Beta's, whom the operator brought in; Eve is an
/// expert. Nobody has come, and nobody holds a mandate, until a test says so.
/// </summary>
public sealed partial class AuthorityTests
{
    static readonly DateTimeOffset Later = Commands.Now.AddHours(1);
    static readonly By Alma = new("alma", "alpha"), Bea = new("bea", "beta"), Bob = new("bob", "beta"), Bill = new("bill", "beta");

    readonly Bench<CoalitionState> _bench = new();
    readonly HashSet<string> _cameBefore = [];
    bool _canComeIn, _hasTokens = true;
    DateTimeOffset _now = Commands.Now;
    int _ids;

    public AuthorityTests()
    {
        Done(By.Operator, new DescribeCoalition("River", Policy.NoBlock) { Id = default, By = By.Operator });
        foreach (var organisation in new[] { "alpha", "beta", "gamma" }) Done(By.Operator, Name(organisation, $"The {organisation} society"));
        Done(By.Operator, Admit("alma", "alpha", Role.Steward));
        Done(By.Operator, Admit("bea", "beta", Role.Steward));
        foreach (var person in new[] { "bob", "bill" }) Done(By.Operator, Admit(person, "beta"));
        Done(By.Operator, Admit("eve", null));
    }

    [Fact]
    public void Nothing_of_another_organisation_is_a_stewards()
    {
        foreach (var (command, code) in new (CoalitionCommand, string)[]
        {
            (Name("beta", "Beta, renamed"), "administrators-only"),
            (Admit("bob", "beta") with { Name = "Mallory" }, "administrators-only"),
            (Admit("bob", "beta", Role.Steward), "administrators-only"),
            (Admit("bob", "beta", Role.Observer), "administrators-only"),
            (Admit("bea", "beta"), "administrators-only"),
            (Admit("bob", "beta", Role.Member, Mandate.Position), "administrators-only"),
            (Admit("bob", "alpha"), "operator-only"),
            (Admit("bob", null), "operator-only"),
            (Admit("mallory", "beta"), "operator-only"),
            (Remove("bob"), "administrators-only"),
            (Remove("bea"), "administrators-only"),
            (End("bob"), "administrators-only"),
            (End("bea"), "administrators-only"),
            (Grant("bob", Mandate.Draft), "administrators-only"),
            (Grant("bob", Mandate.Administer), "administrators-only"),
            (Revoke("bob", Mandate.Draft), "administrators-only"),
        })
            Assert.Equal((command.ToString(), code), (command.ToString(), Refused(Alma, command)));
    }

    [Fact]
    public void Until_the_mandate_is_first_given_an_organisations_own_stewards_administer_it_and_then_those_who_hold_it()
    {
        Done(Bea, Name("beta", "Beta, renamed"));
        Done(Bea, Admit("bert", "beta"));
        Assert.Equal("own-mandate", Refused(Bea, Grant("bea", Mandate.Administer)));
        Done(Bea, Grant("bob", Mandate.Administer));
        foreach (var command in new CoalitionCommand[] { Name("beta", "Beta once more"), Remove("bill"), End("bill"), Grant("bill", Mandate.Draft) })
            Assert.Equal("administrators-only", Refused(Bea, command));
        Assert.Equal("operator-only", Refused(Bea, Admit("bess", "beta")));
        Done(Bob, Name("beta", "Beta once more"));
        Done(Bob, Admit("bess", "beta"));
        Done(Bob, Grant("bea", Mandate.Administer));
        Done(Bob, Remove("bess"));
        Assert.Equal("own-mandate", Refused(Bob, Grant("bob", Mandate.Draft)));
        // What is the coalition's, or another organisation's, is not theirs.
        foreach (var command in new CoalitionCommand[] { Name("delta", "A new one"), Admit("dan", null), Admit("bill", "beta", Role.Steward), new ChoosePolicy(Policy.Unanimity) { Id = default, By = Bob } })
            Assert.Equal("mandate-missing", Refused(Bob, command));
        Assert.Equal("administrators-only", Refused(Bob, Name("alpha", "Mine")));
        Assert.Equal("mandate-missing", Refused(Bill, Name("beta", "Mine")));
    }

    [Fact]
    public void The_last_administrator_stays_and_time_takes_the_mandate_from_no_last_one()
    {
        // Nobody gets it until a time who would be the last then, by whatever command; the operator may do so.
        Assert.Equal("conflict", Refused(Bea, Grant("bob", Mandate.Administer, Later)));
        Assert.Equal("conflict", Refused(Bea, AdmitUntil("bob", Later)));
        Assert.Equal("conflict", Refused(Bea, AdmitUntil("bert", Later)));
        Done(Bea, Grant("bob", Mandate.Administer));
        foreach (var command in new CoalitionCommand[]
        {
            Remove("bob"), Revoke("bob", Mandate.Administer), Admit("bob", "beta"), Admit("bob", "beta", Role.Observer),
        })
            Assert.Equal("conflict", Refused(Bob, command));
        Done(Bob, Grant("bill", Mandate.Administer, Later));
        // Bill has it for a while only: Bob is the last still.
        foreach (var command in new CoalitionCommand[] { Revoke("bob", Mandate.Administer), Remove("bob"), Admit("bob", "beta") })
            Assert.Equal("conflict", Refused(Bob, command));
        Assert.Equal("conflict", Refused(Bill, AdmitUntil("bob", Later.AddDays(1))));
        Done(Bob, Revoke("bill", Mandate.Administer));
        Done(Bob, Grant("bill", Mandate.Administer, Later));
        _now = Later;
        Assert.Equal("mandate-missing", Refused(Bill, Name("beta", "Mine")));
        Assert.Equal("conflict", Refused(Bob, Revoke("bob", Mandate.Administer)));
        Done(Bob, Grant("bill", Mandate.Administer));
        Done(Bob, Revoke("bob", Mandate.Administer));
        Assert.Equal("conflict", Refused(Bill, Remove("bill")));
    }

    [Fact]
    public void An_end_that_the_operator_set_may_be_put_off_and_not_brought_forward()
    {
        Done(By.Operator, Grant("bob", Mandate.Administer, Later));
        Done(By.Operator, Grant("bill", Mandate.Administer, Later));
        Done(Bill, Grant("bob", Mandate.Administer, Later.AddDays(2)));
        Done(Bill, AdmitUntil("bob", Later.AddDays(3)));
        Assert.Equal("conflict", Refused(Bill, Grant("bob", Mandate.Administer, Later.AddDays(1))));
    }

    [Fact]
    public void Where_time_took_the_last_administrator_away_the_operator_helps()
    {
        // As it was given before an end was refused: the operator may still.
        Done(By.Operator, Grant("bob", Mandate.Administer, Later));
        Done(By.Operator, Grant("bill", Mandate.Administer, Later.AddDays(1)));
        // To say what is so already is no act; to give it up is, of the only one who is left in the end.
        Assert.Null(Run(Bill, AdmitUntil("bob", Later)).Problem);
        Done(Bob, Revoke("bob", Mandate.Administer));
        Assert.Equal("conflict", Refused(Bill, Revoke("bill", Mandate.Administer)));
        _now = Later.AddDays(1);
        foreach (var by in new[] { Bea, Bill, Alma }) Assert.NotNull(Refused(by, Grant("bob", Mandate.Administer)));
        Done(By.Operator, Grant("bob", Mandate.Administer));
    }

    [Fact]
    public void What_somebody_was_called_before_nobody_else_is_called()
    {
        Done(Bea, Name("beta", "Beta International"));
        Assert.Equal("name-taken", Refused(Alma, Name("delta", "The beta society")));
        Assert.Equal("name-taken", Refused(Alma, Name("delta", "Τhe beta society"))); // Greek T
        Assert.Equal("name-taken", Refused(Alma, Admit("dan", null) with { Affiliation = "The beta society" }));
        Assert.Equal("name-taken", Refused(Alma, Admit("dan", null) with { Name = "The beta society" }));
        Done(Bea, Admit("bob", "beta") with { Name = "Robert" });
        Assert.Equal("name-taken", Refused(Alma, Admit("dan", null) with { Name = "Somebody called bob" }));
        Assert.Contains("Robert, which was called Somebody called bob", Run(Alma, Admit("dan", null) with { Name = "Somebody called bob" }).Problem!.Detail);
        // They themselves may go back, and the operator knows what they do.
        Done(Bea, Admit("bob", "beta"));
        Done(Bea, Name("beta", "The beta society"));
        Assert.Equal("name-taken", Refused(Alma, Name("delta", "Beta International")));
        Done(By.Operator, Name("delta", "Beta International"));
        // Nobody reserves more than a few.
        for (var i = 0; i <= Limits.FormerNamesMax; i++) Done(Bea, Name("beta", $"Beta, number {(char)('a' + i)}"));
        Done(Alma, Name("epsilon", "The beta society"));
        Assert.Equal("name-taken", Refused(Alma, Name("zeta", "Beta, number a")));
    }

    [Fact]
    public void What_ends_nothing_is_not_recorded()
    {
        Done(Bea, End("bob"));
        _hasTokens = false;
        Assert.Equal(Annotate.Deciding.Decision.Unchanged, Run(Bea, End("bob")));
        Assert.Equal("not-found", Refused(Bea, End("nobody")));
        Assert.Equal("administrators-only", Refused(Alma, End("bob")));
        Done(Bea, Invite("bob"));
        Done(Bea, End("bob"));
    }

    [Fact]
    public void A_steward_lets_in_the_first_of_an_organisation_and_each_link_ends_the_one_before()
    {
        Done(Alma, Invite("bob"));
        var bobs = _bench.State.InvitationOf("bob")!.Id;
        Done(Alma, Invite("bill"));
        Assert.Equal("link-spent", Refused(Bob, Come("bob", bobs)));
        var bills = _bench.State.InvitationOf("bill")!.Id;
        Assert.Equal("link-spent", Refused(Bob, Come("bob", bills)));
        Done(Bill, Come("bill", bills));
        Assert.Equal("administrators-only", Refused(Alma, Invite("bob")));
        Assert.Equal("link-spent", Refused(Bill, Come("bill", bills)));
        // Not when the one who came has left, either.
        Done(By.Operator, Remove("bill"));
        Assert.Equal("administrators-only", Refused(Alma, Invite("bob")));
    }

    [Fact]
    public void A_link_kept_back_is_over_when_somebody_of_the_organisation_has_come_another_way()
    {
        Done(Alma, Invite("bob"));
        var kept = _bench.State.InvitationOf("bob")!.Id;
        Done(By.Operator, Come("bill", null));
        Assert.Equal("link-spent", Refused(Bob, Come("bob", kept)));
        Done(By.Operator, Invite("bob"));
        Done(Bob, Come("bob", _bench.State.InvitationOf("bob")!.Id));
    }

    [Fact]
    public void Who_came_before_it_was_recorded_has_come()
    {
        _cameBefore.Add("bill");
        Assert.Equal("administrators-only", Refused(Alma, Invite("bob")));
        _cameBefore.Add("eve");
        Assert.Equal("has-come", Refused(Alma, Invite("eve")));
    }

    [Fact]
    public void Own_people_are_let_in_again_when_nothing_is_left_to_them()
    {
        Done(Bea, Invite("bob"));
        Done(Bob, Come("bob", _bench.State.InvitationOf("bob")!.Id));
        _canComeIn = true;
        Assert.Equal("can-come-in", Refused(Bea, Invite("bob")));
        _canComeIn = false;
        Done(Bea, Invite("bob"));
        Assert.Equal("mandate-missing", Refused(Bill, Invite("bob")));
        // What ends somebody's tokens ends their links.
        Done(Bea, End("bob"));
        Assert.Null(_bench.State.InvitationOf("bob"));
    }

    [Fact]
    public void A_steward_is_let_in_and_out_by_none_of_their_equals_but_those_who_administer_their_organisation()
    {
        Done(By.Operator, Admit("bert", "beta", Role.Steward));
        foreach (var by in new[] { Alma, Bea })
        {
            Assert.Equal("stewards-are-equals", Refused(by, Invite("bert")));
            Assert.NotNull(Refused(by, End("bert")));
        }

        Done(Bea, Grant("bob", Mandate.Administer));
        Assert.Equal("mandate-missing", Refused(Bob, Invite("bert")));
        Done(Bob, Grant("bea", Mandate.Administer));
        Done(Bea, Invite("bert"));
        Done(Bea, End("bert"));
    }

    [Fact]
    public void Experts_are_the_stewards_until_they_have_come()
    {
        Done(Alma, Invite("eve"));
        Done(new By("eve", null), Come("eve", _bench.State.InvitationOf("eve")!.Id));
        Assert.Equal("has-come", Refused(Alma, Invite("eve")));
        // In an organisation's hands they could be taken over.
        Assert.Equal("operator-only", Refused(Alma, Admit("eve", "alpha")));
        Done(Alma, Admit("dan", null));
        Done(Alma, Admit("dan", "alpha"));
        Done(Alma, Admit("fay", null));
        Done(Alma, Admit("fay", "gamma"));
    }

    [Fact]
    public void A_steward_is_made_of_another_organisations_people_only_of_those_who_administer_it()
    {
        Assert.Equal("administrators-only", Refused(Alma, Admit("bob", "beta", Role.Steward)));
        Done(Bea, Grant("bob", Mandate.Administer));
        Assert.Equal("administrators-only", Refused(Alma, Admit("bob", "beta", Role.Steward)));
        Done(Alma, Admit("bob", "beta", Role.Steward, Mandate.Administer));
    }

    [Fact]
    public void A_person_who_leaves_or_changes_organisation_takes_no_link_along()
    {
        Done(Bea, Invite("bob"));
        Done(By.Operator, Admit("bob", "gamma"));
        Assert.Null(_bench.State.InvitationOf("bob"));
        Done(Bea, Invite("bill"));
        Done(Bea, Remove("bill"));
        Assert.Null(_bench.State.InvitationOf("bill"));
    }

    [Fact]
    public void An_organisation_whose_people_were_all_moved_is_no_stewards_to_people_anew()
    {
        foreach (var person in new[] { "bea", "bob", "bill" }) Done(By.Operator, Admit(person, "gamma"));
        Assert.Equal("administrators-only", Refused(Alma, Name("beta", "Beta, renamed")));
        Assert.Equal("operator-only", Refused(Alma, Admit("mallory", "beta")));
        Assert.Equal("operator-only", Refused(Alma, Admit("eve", "beta")));
        Done(By.Operator, Admit("bert", "beta"));
        Assert.Equal("administrators-only", Refused(Alma, Invite("bert")));
    }

    [Theory]
    [InlineData("The beta society")] // the same
    [InlineData("The bеta society")] // Cyrillic e
    [InlineData("THE  BETA SOCIETY")]
    [InlineData("The\u00a0beta society ")]
    [InlineData("Τhe beta society")] // Greek T
    [InlineData("The 𝐛eta society")]
    public void Names_that_look_alike_are_refused(string name)
    {
        Assert.Equal("name-taken", Refused(Alma, Name("delta", name)));
        Assert.Equal("name-taken", Refused(By.Operator, Name("delta", name)));
        Done(Alma, Admit("dan", null) with { Name = "The Beta Societist" });
        Assert.Equal("name-taken", Refused(Alma, Admit("dora", null) with { Name = name.Replace("ety", "etist").Replace("ETY", "ETIST") }));
        // Whose name or affiliation reads like an organisation's would seem to speak for it.
        Assert.Equal("name-taken", Refused(Alma, Admit("dora", null) with { Name = name }));
        Assert.Equal("name-taken", Refused(Alma, Admit("dora", null) with { Affiliation = name }));
        Assert.Equal("name-taken", Refused(By.Operator, Admit("eve", null) with { Affiliation = name }));
        // A capital I for the l, beside a small letter for a capital.
        Assert.Equal("name-taken", Refused(Alma, Name("delta", "the aIpha society")));
        // One's own may be written anew, and what is stored stays.
        Done(By.Operator, Name("beta", name == "The beta society" ? "The beta Society" : name));
    }

    [Theory]
    [InlineData("Rights\u202eNow")] // right-to-left override
    [InlineData("Rights\u2066Now")]
    [InlineData("Rights\u200fNow")]
    [InlineData("Rights\u200bNow")]
    [InlineData("Rights\u200dNow")]
    [InlineData("Rights\u00adNow")]
    [InlineData("Rights\ufeffNow")]
    [InlineData("Rights\u3164Now")]
    [InlineData("Rights\u2800Now")]
    [InlineData("Rights\ufe0fNow")]
    [InlineData("Rights\u2028Now")]
    [InlineData("Rights\ue000Now")]
    [InlineData("Rights\U000E0041Now")]
    public void Names_that_hide_something_are_refused(string name)
    {
        Assert.Equal("invalid", Refused(Alma, Name("delta", name)));
        Assert.Equal("invalid", Refused(Alma, Admit("dan", null) with { Name = name }));
        Assert.Equal("invalid", Refused(Alma, Admit("dan", null) with { Affiliation = name }));
        Assert.Equal("invalid", Refused(By.Operator, new DescribeCoalition(name, Policy.NoBlock) { Id = default, By = By.Operator }));
    }

    [Fact]
    public void Names_in_any_script_are_taken_and_differ_by_more_than_joiners()
    {
        foreach (var (id, name) in new[] { ("a", "ශ්‍රී ලංකා"), ("b", "خانه‌های ایران"), ("c", "Fundación Karisma"), ("d", "人权组织"), ("e", "Права людини") })
            Done(Alma, Name(id, name));
        Assert.Equal("name-taken", Refused(Alma, Name("f", "خانههای ایران")));
    }

    void Done(By by, CoalitionCommand command)
    {
        var decision = Run(by, command);
        Assert.True(decision is { Event: not null, Problem: null }, $"{command}: {decision.Problem}");
    }

    string? Refused(By by, CoalitionCommand command) => Run(by, command).Problem?.Code;

    Decision Run(By by, CoalitionCommand command)
    {
        command = command with { Id = Commands.Id(++_ids), By = by };
        return _bench.Run(command, new Circumstances(_now, _cameBefore, _canComeIn, _hasTokens));
    }

    static NameOrganisation Name(string organisation, string name) => new(organisation, name) { Id = default, By = By.Operator };

    static AdmitPerson Admit(string person, string? organisation, Role role = Role.Member, params Mandate[] mandates) =>
        new(person, "Somebody called " + person, organisation, organisation is null ? "A university" : null, role, [.. mandates.Select(mandate => new MandateHeld(mandate, null))])
        {
            Id = default,
            By = By.Operator,
        };

    static AdmitPerson AdmitUntil(string person, DateTimeOffset until) =>
        Admit(person, "beta") with { Mandates = [new MandateHeld(Mandate.Administer, until)] };

    static RemovePerson Remove(string person) => new(person) { Id = default, By = By.Operator };

    static EndTokens End(string person) => new(person) { Id = default, By = By.Operator };

    static GrantMandate Grant(string person, Mandate mandate, DateTimeOffset? until = null) => new(person, mandate, until) { Id = default, By = By.Operator };

    static RevokeMandate Revoke(string person, Mandate mandate) => new(person, mandate) { Id = default, By = By.Operator };

    static InvitePerson Invite(string person) => new(person, Later) { Id = default, By = By.Operator };

    static Come Come(string person, Guid? invitation) => new(person, invitation) { Id = default, By = By.Operator };
}
