using Annotate.Coalitions;
using Annotate.Deciding;

namespace Annotate.Tests.Coalitions;

public sealed class CoalitionTests
{
    readonly Bench<CoalitionState> _bench = new();
    int _ids;

    public CoalitionTests()
    {
        Recorded(By.Operator, id => new DescribeCoalition("Against the draft", Policy.Unanimity) { Id = id, By = By.Operator });
        Recorded(By.Operator, id => new NameOrganisation("rights-now", "Rights Now") { Id = id, By = By.Operator });
        Recorded(By.Operator, id => Person("ana", "rights-now", null, Role.Steward) with { Id = id, By = By.Operator });
    }

    [Theory]
    [InlineData("", "invalid")]
    [InlineData("Two\nlines", "invalid")]
    public void Names_that_are_none_are_refused(string name, string code) =>
        Assert.Equal(code, Refused(By.Operator, id => new DescribeCoalition(name, Policy.NoBlock) { Id = id, By = By.Operator }));

    // Not inline data: attributes cannot hold half a character.
    [Fact]
    public void Half_a_character_is_refused() =>
        Assert.Equal("invalid", Refused(By.Operator, id => new DescribeCoalition("half \ud800", Policy.NoBlock) { Id = id, By = By.Operator }));

    [Fact]
    public void Names_have_a_limit() => Assert.Equal("too-large", Refused(By.Operator, id =>
        new NameOrganisation("long", new string('x', Limits.NameCharactersMax + 1)) { Id = id, By = By.Operator }));

    [Theory]
    [InlineData("rights-now", "A university", Role.Member, Mandate.Annotate)] // either an organisation or an affiliation
    [InlineData(null, "A university", Role.Member, Mandate.Position)] // an expert speaks for no organisation
    [InlineData(null, "A university", Role.Member, Mandate.SignOff)]
    [InlineData(null, null, Role.Member, Mandate.Annotate)] // neither organisation nor expert
    [InlineData("rights-now", null, Role.Observer, Mandate.Annotate)] // observers read
    [InlineData("unknown", null, Role.Member, Mandate.Annotate)]
    [InlineData("rights-now", null, Role.Member, (Mandate)99)]
    public void People_who_cannot_hold_a_mandate_are_not_given_it(string? organisation, string? affiliation, Role role, Mandate mandate) =>
        Assert.Equal("invalid", Refused(Commands.Ana, id => Person("new", organisation, affiliation, role, mandate) with { Id = id, By = Commands.Ana }));

    [Fact]
    public void A_mandate_runs_out_and_can_be_revoked()
    {
        var until = Commands.Now.AddDays(1);
        Recorded(By.Operator, id => new GrantMandate("ana", Mandate.Draft, until) { Id = id, By = By.Operator });
        Assert.True(_bench.State.Has("ana", Mandate.Draft, until.AddTicks(-1)));
        Assert.False(_bench.State.Has("ana", Mandate.Draft, until));
        Recorded(Commands.Ana, id => new RevokeMandate("ana", Mandate.Draft) { Id = id, By = Commands.Ana });
        Assert.False(_bench.State.Has("ana", Mandate.Draft, Commands.Now));
    }

    [Fact]
    public void Only_stewards_and_the_operator_keep_the_list()
    {
        Recorded(Commands.Ana, id => Person("ben", "rights-now", null, Role.Member, Mandate.Annotate) with { Id = id, By = Commands.Ana });
        Assert.Equal("mandate-missing", Refused(Commands.Ben, id => new RemovePerson("ana") { Id = id, By = Commands.Ben }));
    }

    [Fact]
    public void A_steward_gets_into_no_other_organisation_and_brings_nobody_into_one_that_has_people()
    {
        Recorded(By.Operator, id => new NameOrganisation("open-net", "Open Net") { Id = id, By = By.Operator });
        AdmitPerson Admit(string person, string? organisation) => Person(person, organisation, null, Role.Member) with { By = Commands.Ana };
        // The first of an organisation, people of one's own, and those without any.
        Recorded(Commands.Ana, id => Admit("ben", "open-net") with { Id = id });
        Recorded(Commands.Ana, id => Admit("cleo", "rights-now") with { Id = id });
        Recorded(Commands.Ana, id => Admit("dan", null) with { Id = id });

        Assert.Equal("operator-only", Refused(Commands.Ana, id => Admit("made-up", "open-net") with { Id = id }));
        Assert.Equal("operator-only", Refused(Commands.Ana, id => Admit("dan", "open-net") with { Id = id }));
        Assert.Equal("operator-only", Refused(Commands.Ana, id => Admit("cleo", "open-net") with { Id = id }));
        Assert.Equal("operator-only", Refused(Commands.Ana, id => Admit("ben", "rights-now") with { Id = id }));
        Assert.Equal("operator-only", Refused(Commands.Ana, id => Admit("ben", null) with { Id = id }));
        foreach (var organisation in new[] { "open-net", null })
            Assert.Equal("operator-only", Refused(Commands.Ana, id => Admit("ana", organisation) with { Id = id, Role = Role.Steward }));
        // Not by way of leaving, either.
        Recorded(By.Operator, id => new RemovePerson("ben") { Id = id, By = By.Operator });
        Assert.Equal("operator-only", Refused(Commands.Ana, id => Admit("made-up", "open-net") with { Id = id }));
        Assert.Equal("operator-only", Refused(Commands.Ana, id => Admit("ben", "rights-now") with { Id = id }));
        Recorded(By.Operator, id => Person("ben", "rights-now", null, Role.Member) with { Id = id, By = By.Operator });
    }

    [Fact]
    public void A_steward_gives_themself_no_mandate()
    {
        Recorded(By.Operator, id => new GrantMandate("ana", Mandate.Draft, Commands.Now) { Id = id, By = By.Operator });
        Assert.Equal("own-mandate", Refused(Commands.Ana, id => new GrantMandate("ana", Mandate.Draft, null) { Id = id, By = Commands.Ana }));
        AdmitPerson Herself(params Mandate[] mandates) => Person("ana", "rights-now", null, Role.Steward, mandates) with { By = Commands.Ana };
        Assert.Equal("own-mandate", Refused(Commands.Ana, id => Herself(Mandate.Draft) with { Id = id }));
        Assert.Equal("own-mandate", Refused(Commands.Ana, id => Herself(Mandate.Position) with { Id = id }));
        // To give one up is another matter.
        Recorded(Commands.Ana, id => Herself() with { Id = id });
    }

    [Fact]
    public void The_last_steward_stays()
    {
        Assert.Equal("conflict", Refused(Commands.Ana, id => new RemovePerson("ana") { Id = id, By = Commands.Ana }));
        Assert.Equal("conflict", Refused(Commands.Ana, id => Person("ana", "rights-now", null, Role.Member) with { Id = id, By = Commands.Ana }));
        Recorded(By.Operator, id => new RemovePerson("ana") { Id = id, By = By.Operator });
    }

    [Fact]
    public void An_id_never_passes_to_another_person()
    {
        Recorded(Commands.Ana, id => Person("ben", "rights-now", null, Role.Member, Mandate.Annotate) with { Id = id, By = Commands.Ana });
        Recorded(Commands.Ana, id => new RemovePerson("ben") { Id = id, By = Commands.Ana });
        Assert.Null(_bench.State.Find("ben"));
        Assert.False(_bench.State.Has("ben", Mandate.Annotate, Commands.Now));
        var other = Person("ben", "rights-now", null, Role.Member) with { Name = "Another Ben", By = Commands.Ana };
        Assert.Equal("conflict", Refused(Commands.Ana, id => other with { Id = id }));
        Recorded(Commands.Ana, id => Person("ben", "rights-now", null, Role.Member) with { Id = id, By = Commands.Ana });
        Assert.NotNull(_bench.State.Find("ben"));
    }

    [Fact]
    public void Each_stay_is_told_from_the_one_before()
    {
        AdmitPerson Ben(Role role) => Person("ben", "rights-now", null, role);
        Recorded(Commands.Ana, id => Ben(Role.Member) with { Id = id, By = Commands.Ana });
        Recorded(Commands.Ana, id => Ben(Role.Observer) with { Id = id, By = Commands.Ana });
        Assert.Equal(0, _bench.State.Find("ben")!.Stay);
        Recorded(Commands.Ana, id => new RemovePerson("ben") { Id = id, By = Commands.Ana });
        Recorded(Commands.Ana, id => Ben(Role.Member) with { Id = id, By = Commands.Ana });
        Assert.Equal(1, _bench.State.Find("ben")!.Stay);
        Recorded(Commands.Ana, id => new GrantMandate("ben", Mandate.Draft, null) { Id = id, By = Commands.Ana });
        Assert.Equal(1, _bench.State.Find("ben")!.Stay);
    }

    [Fact]
    public void Voices_are_the_organisations_that_may_take_positions_now()
    {
        Recorded(By.Operator, id => new NameOrganisation("open-net", "Open Net") { Id = id, By = By.Operator });
        Recorded(Commands.Ana, id => Person("ben", "open-net", null, Role.Member, Mandate.Position) with { Id = id, By = Commands.Ana });
        Assert.Equal(["open-net"], _bench.State.OrganisationsWith(Mandate.Position, Commands.Now));
    }

    static AdmitPerson Person(string id, string? organisation, string? affiliation, Role role, params Mandate[] mandates) =>
        new(id, "Name of " + id, organisation, affiliation, role, [.. mandates.Select(mandate => new MandateHeld(mandate, null))])
        {
            Id = default,
            By = By.Operator,
        };

    void Recorded(By by, Func<Guid, CoalitionCommand> make)
    {
        var command = make(Commands.Id(++_ids));
        Assert.Equal(by, command.By);
        Assert.NotNull(Run(command).Event);
        // Said again, under another id, it already holds.
        Assert.Equal(Decision.Unchanged, command.Decide(_bench.State, At));
    }

    string? Refused(By by, Func<Guid, CoalitionCommand> make)
    {
        var command = make(Commands.Id(++_ids));
        Assert.Equal(by, command.By);
        return Run(command).Problem?.Code;
    }

    static Circumstances At => new(Commands.Now, new HashSet<string>(), CanComeIn: false, HasTokens: true);

    Decision Run(CoalitionCommand command) => _bench.Run(command, At);
}
