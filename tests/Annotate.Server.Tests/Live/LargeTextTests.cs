using Annotate.Client;
using Annotate.Deciding;
using Annotate.Journals;
using Annotate.Statements;
using Annotate.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using Orleans.Configuration;

namespace Annotate.Server.Tests.Live;

/// <summary>A text as large as the limit is still a text: it opens, it is kept, it loads.</summary>
public sealed class LargeTextTests
{
    const int CrumbBytesMax = 8;
    const int CrumbsPerEdit = Annotate.Limits.EditBytesMax / CrumbBytesMax - 16;
    static readonly By Ada = new("ada", "tide");

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_opens_through_every_door_and_again_after_a_restart()
    {
        await using var house = await LiveHouse.BuildAsync();
        var typist = new YjsTypist(1);
        var clock = await FillAsync(house, () => typist.Type(new string('x', Annotate.Limits.EditBytesMax - 32)));
        await OpensAsync(house, clock);
        await house.Server.RestartAsync();
        await OpensAsync(house, clock);
    }

    [Fact]
    public async Task However_small_its_parts_are_it_loads()
    {
        await using var house = await LiveHouse.BuildAsync();
        var at = 0u;
        var clock = await FillAsync(house, () => Crumbs(ref at));
        Assert.True(clock > Annotate.Limits.PiecesPerTextMax - CrumbsPerEdit);
        await house.Server.RestartAsync();
        var opening = await GrainOf(house).OpenAsync([]);
        Assert.True(Updates.TryStateVectorOf(opening.Update, out var vector));
        Assert.Equal(opening.StateVector, vector);
        Assert.Equal(clock, ClockIn(vector));
    }

    [Fact]
    public async Task The_limits_fit_into_each_other()
    {
        await using var house = await LiveHouse.BuildAsync();
        const int owners = Annotate.Limits.ClientIdsPerTextMax * (Annotate.Limits.SlugCharactersMax + 16);
        var (text, snapshot) = (Annotate.Limits.TextBytesMax, JournalLimits.Default.SnapshotBytesMax);
        // Deletions may go as far again.
        text *= 2;
        Assert.True(text <= Annotate.Text.Limits.UpdateBytesMax, "as one update");
        Assert.True(2 * Annotate.Limits.PiecesPerTextMax <= Annotate.Text.Limits.UpdateStructsMax, "as one update");
        Assert.True(text + owners <= snapshot, "as a snapshot");
        Assert.True(snapshot + 1024 <= Limits.StorageRecordBytesMax, "a snapshot as a record");
        var messages = house.Server.Services.GetRequiredService<IOptions<SiloMessagingOptions>>().Value;
        Assert.True(2 * text <= messages.MaxMessageBodySize, "as a message between silos");
    }

    static ISectionGrain GrainOf(LiveHouse house) => house.Server.Grains.GetGrain<ISectionGrain>($"{LiveHouse.Coalition}/reply/opening");

    /// <summary>Edits as large as can be, until there is no room for another.</summary>
    /// <returns>The clock up to which the text was written.</returns>
    static async Task<long> FillAsync(LiveHouse house, Func<byte[]> edit)
    {
        var grain = GrainOf(house);
        EditOutcome outcome;
        do outcome = await EditAsync(grain, edit());
        while (outcome.Status == EditStatus.Durable);
        Assert.Equal((EditStatus.Refused, "too-large"), (outcome.Status, outcome.Problem?.Code));
        return ClockIn(await grain.StateVectorAsync());
    }

    static async Task<EditOutcome> EditAsync(ISectionGrain grain, byte[] update) =>
        (await grain.EditAsync(new Immutable<Edit[]>([new Edit(update, Ada, 1)]))).Single();

    static async Task OpensAsync(LiveHouse house, long clock)
    {
        var server = house.Server;
        var token = await house.TokenAsync("cat");
        await using var client = new LiveClient(server.Address, () => Task.FromResult<string?>(token));
        await client.ConnectAsync(Cancelled);
        var text = await client.OpenTextAsync(LiveHouse.Text);
        Assert.Equal(clock, ClockIn(text.StateVector));
        Assert.True(text.State.Length > Annotate.Limits.TextBytesMax - 1024);
        await using var json = await BareHub.OpenAsync(server.Address, token, "json");
        var opened = await json.AskAsync<OpenedText>("OpenText", LiveHouse.Text, Array.Empty<byte>());
        Assert.Equal(clock, ClockIn(opened.StateVector));
        await using var stock = await YjsSocket.SyncedAsync(server.Address, LiveHouse.Text, token);
        Assert.Equal(clock, stock.Holds(1));
        using var http = server.NewClient(token);
        Assert.Equal(text.State, await http.GetByteArrayAsync($"/api/texts/{LiveHouse.Text}", Cancelled));
    }

    static long ClockIn(byte[] vector) => ClientClocks.TryRead(vector, out var clocks, out _) ? ClientClocks.Of(clocks, 1) : -1;

    /// <summary>Characters that are put one before the other, so that each stays a piece of its own: the smallest there are.</summary>
    static byte[] Crumbs(ref uint clock)
    {
        using var update = new MemoryStream();
        foreach (var number in new uint[] { 1, CrumbsPerEdit, 1, clock }) WriteNumber(update, number);
        for (var end = clock + CrumbsPerEdit; clock < end; clock++)
        {
            update.WriteByte((byte)(clock == 0 ? 0x04 : 0x44));
            if (clock > 0) update.WriteByte(1);
            if (clock > 0) WriteNumber(update, clock - 1);
            else update.Write([1, 1, (byte)'t']);
            update.Write([1, (byte)'x']);
        }

        update.WriteByte(0);
        return update.ToArray();
    }

    static void WriteNumber(MemoryStream bytes, uint number)
    {
        for (; number >= 0x80; number >>= 7) bytes.WriteByte((byte)(number | 0x80));
        bytes.WriteByte((byte)number);
    }
}
