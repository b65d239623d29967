using System.CommandLine;
using System.CommandLine.Parsing;
using Annotate.Bench.Targets;

namespace Annotate.Bench;

/// <summary>What every verb is asked with.</summary>
/// <param name="Only">Names of targets and scenarios; empty: all.</param>
/// <param name="Rate">Edits per second, in place of what the verb would take or search; null: as the verb does.</param>
sealed record Options(double Seconds, string[] Only, string? Json, int Seed, double? Rate)
{
    /// <summary>The targets to measure.</summary>
    public IEnumerable<string> Targets =>
        Only.Any(TargetNames.All.Contains) ? TargetNames.All.Where(Only.Contains) : TargetNames.Default;

    /// <summary>Whether a scenario is to be measured, out of a verb's <paramref name="all"/>.</summary>
    public bool Includes(string scenario, IEnumerable<string> all) => !all.Any(Only.Contains) || Only.Contains(scenario);

    /// <summary>Makes a verb of a bench that takes these options.</summary>
    public static Command Verb(string name, string description, double? seconds, string[] scenarios, Func<Options, Task> run)
    {
        string[] names = [.. TargetNames.All, .. scenarios];
        var duration = new Option<double>("--seconds") { Description = "Seconds measured per run, after a warm-up", DefaultValueFactory = _ => seconds ?? 0, Hidden = seconds == null };
        var only = new Option<string[]>("--only")
        {
            Description = $"Only these, by commas: {string.Join(", ", names)}",
            CustomParser = r => r.Tokens.SelectMany(t => t.Value.Split(',')).ToArray(),
            DefaultValueFactory = _ => [],
        };
        only.Validators.Add(r => RefuseUnknown(r, names));
        var json = new Option<string?>("--json") { Description = "Write the figures to this file" };
        var seed = new Option<int>("--seed") { Description = "Seed of the writers' client ids", DefaultValueFactory = _ => 1 };
        var rate = new Option<double?>("--rate") { Description = "Edits per second, in place of the verb's own", Hidden = seconds == null };
        var priority = new Option<bool>("--priority") { Description = "Run servers and load before other work of this machine (needs root)" };
        var command = new Command(name, description) { duration, only, json, seed, rate, priority };
        command.SetAction(async parsed =>
        {
            Core.HasPriority = parsed.GetValue(priority);
            await run(new Options(
                parsed.GetValue(duration), parsed.GetValue(only)!, parsed.GetValue(json), parsed.GetValue(seed), parsed.GetValue(rate)));
            return 0;
        });
        return command;
    }

    static void RefuseUnknown(OptionResult result, string[] names)
    {
        foreach (var name in result.Tokens.SelectMany(t => t.Value.Split(',')).Except(names))
            result.AddError($"--only: '{name}' is none of {string.Join(", ", names)}");
    }
}
