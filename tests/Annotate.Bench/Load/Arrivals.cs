using System.Diagnostics;

namespace Annotate.Bench.Load;

/// <summary>Counts what comes to each client: how late, whether in order, and whether again.</summary>
sealed class Arrivals(IWire wire) : IMessages, IRuns
{
    readonly LatencyCounts _due = new();
    readonly LatencyCounts _written = new();
    readonly List<string> _faults = [];
    Peer? _peer;
    long _now;

    /// <summary>Only edits due in this time count for the latencies.</summary>
    public (long From, long To) Measured { get; set; } = (long.MaxValue, long.MaxValue);

    public Latency Due => _due.ToLatency();

    public Latency Written => _written.ToLatency();

    public long Count { get; private set; }

    public long Gaps { get; private set; }

    public long Repeats { get; private set; }

    public int Opened { get; private set; }

    public string[] Faults => [.. _faults];

    public void Message(Channel channel, ReadOnlySpan<byte> payload) => wire.Read((Peer)channel, payload, this);

    public void Unreadable(Channel channel, string what) => Fault($"connection {channel.Key} got {what}");

    public void Fault(string what)
    {
        if (_faults.Count < Limits.FaultsKeptMax) _faults.Add(what);
    }

    public void Update(Peer peer, ReadOnlySpan<byte> update, bool opens)
    {
        _peer = peer;
        _now = Stopwatch.GetTimestamp();
        if (!YUpdate.TryRead(update, this)) Unreadable(peer, $"an update that cannot be read ({Convert.ToHexString(update[..Math.Min(update.Length, 64)])})");
        if (!opens || peer.HasOpened) return;
        peer.HasOpened = true;
        Opened++;
    }

    void IRuns.Run(uint client, uint clock, uint length)
    {
        var index = _peer!.Text.IndexOf(client);
        if (index < 0) Other(client, clock + length);
        else if (_peer.Text.Writers[index] is var writer && writer != _peer.Writer) Run(writer, ref _peer.Next[index], (int)clock, (int)(clock + length));
    }

    void Run(Writer writer, ref int next, int from, int to)
    {
        if (from > next) Gaps++;
        if (from < next) Repeats += Math.Min(next, to) - from;
        to = Math.Min(to, writer.Sent);
        for (var clock = Math.Max(from, next); clock < to; clock++)
        {
            Count++;
            var due = writer.Due(clock);
            if (due < Measured.From || due >= Measured.To) continue;
            _due.Add(_now - due);
            _written.Add(_now - writer.Written(clock));
        }
        next = Math.Max(next, to);
        writer.Seen = Math.Max(writer.Seen, next);
    }

    void Other(uint client, uint end)
    {
        var others = _peer!.Text.Others;
        others[client] = Math.Max(end, others.GetValueOrDefault(client));
    }
}
