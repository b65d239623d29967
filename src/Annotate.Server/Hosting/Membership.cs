using Orleans.Configuration;

namespace Annotate.Server.Hosting;

/// <summary>
/// How the servers of a cluster notice that one of them is gone, in every profile that has more than one. A process that ends closes its
/// connections, and each probe after that fails at once; one that only says nothing, on a slow machine or behind a broken network, is given
/// longer, and as long as anything comes from it, it lives.
/// </summary>
static class Membership
{
    public static ISiloBuilder UseMembership(this ISiloBuilder silo)
    {
        silo.Configure<ClusterMembershipOptions>(Tune);
        silo.AddOutgoingGrainCallFilter<PassingFailures>();
        return silo;
    }

    static void Tune(ClusterMembershipOptions options)
    {
        options.ProbeTimeout = TimeSpan.FromMilliseconds(Limits.ProbeMilliseconds);
        options.MaxProbeTimeout = TimeSpan.FromMilliseconds(Limits.ProbeMillisecondsMax);
        options.NumMissedProbesLimit = Limits.MissedProbesMax;
        // What one server has found out is told to all; whoever did not hear it reads it here.
        options.TableRefreshTimeout = TimeSpan.FromSeconds(Limits.MembershipReadSeconds);
        // One that has signed so long ago is left out when a server joins: else it would wait for the answers of those that crashed.
        options.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(Limits.AliveSignSeconds);
        options.NumMissedTableIAmAliveLimit = Limits.AliveSignsMissedMax;
    }
}
