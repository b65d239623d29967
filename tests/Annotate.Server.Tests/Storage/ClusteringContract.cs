using System.Net;

namespace Annotate.Server.Tests.Storage;

/// <summary>What Orleans needs of a list of silos. One subclass per provider; each test starts with an empty list.</summary>
public abstract class ClusteringContract
{
    static readonly DateTime Noon = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A list with a version and no silo in it.</summary>
    protected abstract Task<IMembershipTable> Open();

    /// <summary>Whether a sign of life that comes after a later one is dropped; else the next one, seconds later, mends it.</summary>
    protected virtual bool KeepsTheLastSign => true;

    static MembershipEntry Silo(int port, SiloStatus status = SiloStatus.Joining) => new()
    {
        SiloAddress = SiloAddress.New(IPAddress.Loopback, port, 7),
        SiloName = $"silo-{port}",
        HostName = "host",
        Status = status,
        ProxyPort = port + 1,
        StartTime = Noon,
        IAmAliveTime = Noon,
        SuspectTimes = [],
    };

    [Fact]
    public async Task Each_change_names_the_version_it_read()
    {
        var table = await Open();
        var read = await table.ReadAllAsync(Cancel);
        Assert.Empty(read.Members);
        Assert.True(await table.InsertRowAsync(Silo(1000), read.Version.Next(), Cancel));
        Assert.False(await table.InsertRowAsync(Silo(2000), read.Version.Next(), Cancel), "an outdated version");
        read = await table.ReadAllAsync(Cancel);
        Assert.False(await table.InsertRowAsync(Silo(1000), read.Version.Next(), Cancel), "a silo that is there already");
        Assert.Equal(read.Version.Version, (await table.ReadAllAsync(Cancel)).Version.Version);

        var (entry, etag) = Assert.Single(read.Members);
        Assert.Equal((Noon, Noon, "silo-1000", 1001), (entry.StartTime, entry.IAmAliveTime, entry.SiloName, entry.ProxyPort));
        entry.Status = SiloStatus.Active;
        entry.AddSuspector(SiloAddress.New(IPAddress.Loopback, 3000, 1), Noon);
        Assert.True(await table.UpdateRowAsync(entry, etag, read.Version.Next(), Cancel));
        Assert.False(await table.UpdateRowAsync(entry, etag, read.Version.Next(), Cancel));
        var one = await table.ReadRowAsync(entry.SiloAddress, Cancel);
        Assert.Equal(SiloStatus.Active, one.Members[0].Item1.Status);
        Assert.Single(one.Members[0].Item1.SuspectTimes!);
        Assert.Equal(read.Version.Version + 1, one.Version.Version);
        Assert.Empty((await table.ReadRowAsync(SiloAddress.New(IPAddress.Loopback, 4000, 1), Cancel)).Members);
    }

    [Fact]
    public async Task Of_silos_that_join_at_once_each_gets_in_after_trying_again()
    {
        var table = await Open();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(number => Join(Silo(5000 + number)))).WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        var read = await table.ReadAllAsync(Cancel);
        Assert.Equal(8, read.Members.Count);
        Assert.Equal(8, read.Version.Version);

        async Task Join(MembershipEntry silo)
        {
            while (!await table.InsertRowAsync(silo, (await table.ReadAllAsync(Cancel)).Version.Next(), Cancel))
            {
            }
        }
    }

    [Fact]
    public async Task A_sign_of_life_needs_no_version_and_does_not_go_back()
    {
        var table = await Open();
        await table.InsertRowAsync(Silo(1000), (await table.ReadAllAsync(Cancel)).Version.Next(), Cancel);
        foreach (var (said, kept) in new[] { (1, 1), (5, 5), (3, KeepsTheLastSign ? 5 : 3) })
        {
            var silo = Silo(1000);
            silo.IAmAliveTime = Noon.AddMinutes(said);
            await table.UpdateIAmAliveAsync(silo, Cancel);
            Assert.Equal(Noon.AddMinutes(kept), (await table.ReadAllAsync(Cancel)).Members[0].Item1.IAmAliveTime);
        }
    }

    [Fact]
    public async Task Only_the_long_dead_are_cleaned_away()
    {
        var table = await Open();
        foreach (var silo in new[] { Silo(1000, SiloStatus.Dead), Silo(2000, SiloStatus.Active) })
            Assert.True(await table.InsertRowAsync(silo, (await table.ReadAllAsync(Cancel)).Version.Next(), Cancel));
        await table.CleanupDefunctSiloEntriesAsync(Noon.AddMinutes(-1), Cancel);
        Assert.Equal(2, (await table.ReadAllAsync(Cancel)).Members.Count);
        await table.CleanupDefunctSiloEntriesAsync(Noon.AddMinutes(1), Cancel);
        Assert.Equal("silo-2000", Assert.Single((await table.ReadAllAsync(Cancel)).Members).Item1.SiloName);
        await table.DeleteMembershipTableEntriesAsync("test", Cancel);
    }
}
