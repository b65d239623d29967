using System.Buffers;
using Annotate.Deciding;
using Annotate.Journals;
using Annotate.Statements;
using Annotate.Tests.Journals;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace Annotate.Tests.Statements;

/// <summary>A text whose journal holds an update that cannot be read is closed, and nothing is written over it (G10).</summary>
public sealed class UnreadableTextTests
{
    static readonly Serializer Serializer = new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<Serializer>();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_text_opens_only_when_every_update_of_it_can_be_read(bool isDamaged)
    {
        var storage = new GatedRecords();
        await using var silo = await Silo.StartAsync(storage);
        var text = silo.Grains.GetGrain<ISectionGrain>("c/reply/opening");
        byte[] readable = [1, 1, 5, 0, 4, 1, 1, 116, 1, 97, 0];
        await WriteAsync(storage, text.GetGrainId(), new Edited(readable), new Edited(isDamaged ? [9, 9, 9] : readable));
        var gate = storage.Close(text.GetGrainId());
        gate.Open();
        if (isDamaged) await Assert.ThrowsAsync<JournalDamagedException>(() => text.StateVectorAsync());
        else Assert.NotEmpty(await text.StateVectorAsync());
        Assert.False(gate.Reached.IsCompleted, "something was written");
    }

    static Task WriteAsync(GatedRecords storage, GrainId grain, params Event[] events) => OneAtATime.RunAsync(async () =>
    {
        var journal = await Journal.OpenAsync(storage, grain, "section", new Blind());
        foreach (var happened in events) journal.Append(Serializer.SerializeToArray(new Entry(Commands.Now, Commands.Ana, Guid.Empty, 0, happened)));
        await journal.WhenDurableAsync();
        await journal.CloseAsync();
    });

    /// <summary>Takes every entry for a good one.</summary>
    sealed class Blind : IReplay
    {
        public bool TryRestore(ReadOnlyMemory<byte> snapshot) => true;

        public bool TryApply(long version, ReadOnlyMemory<byte> entry) => true;

        public void WriteSnapshot(IBufferWriter<byte> to) { }
    }
}
