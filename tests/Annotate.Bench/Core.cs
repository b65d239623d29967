using System.Diagnostics;

namespace Annotate.Bench;

/// <summary>Starts child processes each on one core: servers on the first, the load on the second.</summary>
static class Core
{
    // Linux weighs sessions against each other before it looks at niceness: the child gets a session of its own and says what that weighs.
    const string Favoured = "echo -19 > /proc/self/autogroup; exec nice -n -19 \"$@\"";

    /// <summary>Whether children run before other work of this machine; it takes root's rights, without which it is as if not asked for.</summary>
    public static bool HasPriority { get; set; }

    /// <summary>Starts a program on a core. What runs it becomes that program, so the process's id is the program's.</summary>
    public static Process Start(int core, string program, IEnumerable<string> arguments, Action<ProcessStartInfo> configure)
    {
        string[] pinned = ["taskset", "-c", $"{core}", program, .. arguments];
        string[] command = HasPriority ? ["setsid", "sh", "-c", Favoured, "sh", .. pinned] : pinned;
        var info = new ProcessStartInfo(command[0], command[1..]);
        configure(info);
        return Process.Start(info) ?? throw new IOException($"{program} did not start");
    }
}
