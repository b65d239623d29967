using System.Diagnostics;

namespace Annotate.Bench;

/// <summary>Starts child processes each on one core: servers on the first, the load on the second.</summary>
static class Core
{
    const int Niceness = -19;

    /// <summary>Whether children run before other work of this machine; it takes root's rights, without which it is as if not asked for.</summary>
    public static bool HasPriority { get; set; }

    /// <summary>The command that runs a program on a core. It becomes that program, so the child's id is the program's.</summary>
    public static ProcessStartInfo Command(int core, string program, IEnumerable<string> arguments)
    {
        string[] pinned = ["taskset", "-c", $"{core}", program, .. arguments];
        return HasPriority ? new ProcessStartInfo("nice", ["-n", $"{Niceness}", .. pinned]) : new ProcessStartInfo(pinned[0], pinned[1..]);
    }
}
