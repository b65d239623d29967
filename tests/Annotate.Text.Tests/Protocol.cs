using System.Text;

namespace Annotate.Text.Tests;

/// <summary>The messages of y-websocket, and the awareness encoding.</summary>
public sealed class Protocol(Oracle yjs)
{
    static readonly byte[] Payload = [1, 2, 3];

    public static TheoryData<MessageKind, byte[]> Frames => new()
    {
        { MessageKind.SyncStep1, [0, 0, 3, 1, 2, 3] },
        { MessageKind.SyncStep2, [0, 1, 3, 1, 2, 3] },
        { MessageKind.Update, [0, 2, 3, 1, 2, 3] },
        { MessageKind.Awareness, [1, 3, 1, 2, 3] },
        { MessageKind.Auth, [2, 0, 3, 1, 2, 3] },
        { MessageKind.QueryAwareness, [3] },
    };

    [Theory]
    [MemberData(nameof(Frames))]
    public void A_message_is_written_and_read(MessageKind kind, byte[] frame)
    {
        Assert.Equal(frame, Messages.Write(kind, Payload));
        Assert.True(Messages.TryRead(frame, out var message));
        Assert.Equal(kind, message.Kind);
        Assert.Equal(kind == MessageKind.QueryAwareness ? [] : Payload, message.Payload.ToArray());
        Assert.False(Messages.TryRead((byte[])[.. frame, 0], out _));
        Assert.False(Messages.TryRead(frame.AsMemory(0, frame.Length - 1), out _));
    }

    [Fact]
    public void Unknown_messages_are_refused()
    {
        Assert.False(Messages.TryRead(new byte[] { 4 }, out _));
        Assert.False(Messages.TryRead(new byte[] { 0, 3, 0 }, out _));
        Assert.False(Messages.TryRead(new byte[] { 2, 1, 0 }, out _));
        Assert.True(Messages.TryRead(Messages.PermissionDenied("nein"), out var denied));
        Assert.Equal("nein", Encoding.UTF8.GetString(denied.Payload.Span));
    }

    static AwarenessEntry Entry(long client, long clock, string state) => new(client, clock, Encoding.UTF8.GetBytes(state));

    [Fact]
    public void Awareness_written_here_is_taken_by_y_protocols_and_written_alike()
    {
        AwarenessEntry[] entries = [Entry(3, 1, """{"user":{"name":"Zoë 👍"}}"""), Entry(4_000_000_000, 200, "{}")];
        var written = AwarenessUpdate.Write(entries);
        var answer = yjs.Ask(new { ask = "awareness", update = new[] { written } });
        Assert.Equal(Convert.ToBase64String(written), (string)answer["encoded"]!);
        Assert.True(AwarenessUpdate.TryRead(written, out var read, out _));
        Assert.Equal(entries.Select(entry => (entry.ClientId, entry.Clock)), read.Select(entry => (entry.ClientId, entry.Clock)));
        Assert.Equal(entries[0].State.ToArray(), read[0].State.ToArray());
    }

    [Fact]
    public void Entries_are_dropped_and_the_rest_is_taken()
    {
        var written = AwarenessUpdate.Write([Entry(1, 1, "{}"), Entry(2, 1, "{}"), Entry(3, 1, "{}")]);
        Assert.True(AwarenessUpdate.TryKeep(written, entry => entry.ClientId != 2, out var kept));
        var answer = yjs.Ask(new { ask = "awareness", update = new[] { kept.ToArray() } });
        Assert.Equal([1, 3], answer["known"]!.AsArray().Select(client => (long)client!));
        Assert.True(AwarenessUpdate.TryKeep(written, _ => true, out var all));
        Assert.Equal(written, all.ToArray());
    }

    [Fact]
    public void A_removal_with_the_last_clock_is_taken()
    {
        var written = AwarenessUpdate.Write([Entry(1, 5, "{}"), Entry(2, 5, "{}")]);
        var removal = AwarenessUpdate.Removals([new ClientClock(1, 5)]);
        var answer = yjs.Ask(new { ask = "awareness", update = new[] { written, removal } });
        Assert.Equal([2], answer["known"]!.AsArray().Select(client => (long)client!));
        Assert.True(AwarenessUpdate.TryRead(removal, out var entries, out _));
        Assert.True(Assert.Single(entries).IsRemoval);
    }

    [Fact]
    public void Awareness_that_would_break_a_decoder_is_refused()
    {
        Assert.False(AwarenessUpdate.TryRead(AwarenessUpdate.Write([Entry(1, 1, "{")]), out _, out var fault));
        Assert.Equal(UpdateFault.Value, fault);
        var huge = AwarenessUpdate.Write([Entry(1, 1, '"' + new string('x', Limits.AwarenessStateBytesMax) + '"')]);
        Assert.False(AwarenessUpdate.TryRead(huge, out _, out fault));
        Assert.Equal(UpdateFault.TooLarge, fault);
    }
}
