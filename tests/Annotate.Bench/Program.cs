using System.CommandLine;
using Annotate.Bench;
using Annotate.Bench.Load;

var root = new RootCommand(
    "Measures Annotate's edit path beside Hocuspocus, in one run, on this machine: servers on one core, the load on another. " +
    "Figures of different machines or runs do not compare.")
{
    EditsBench.Verb(),
    LatencyBench.Verb(),
    IdleBench.Verb(),
    ColdStartBench.Verb(),
    KillBench.Verb(),
    YjsCheck.Verb(),
    TextBench.Verb(),
    TextBench.ChildVerb(),
    TextWorstCases.Verb(),
    StorageBench.Verb(),
    StorageBench.ChildVerb(),
    Hidden("load", "The load's side of a measurement; reads its plan from standard input", LoadProcess.Run),
    RelayVerb(),
};
return await root.Parse(args).InvokeAsync();

static Command Hidden(string name, string description, Func<int> run)
{
    var command = new Command(name, description) { Hidden = true };
    command.SetAction(_ => run());
    return command;
}

static Command RelayVerb()
{
    var port = new Option<int>("--port") { Description = "The loopback port", Required = true };
    var command = new Command("relay", "Passes updates on and does nothing else: the ceiling of the load generator") { port };
    command.Hidden = true;
    command.SetAction((parsed, ends) =>
    {
        using var relay = new Relay(parsed.GetValue(port));
        relay.Run(ends);
        return Task.CompletedTask;
    });
    return command;
}
