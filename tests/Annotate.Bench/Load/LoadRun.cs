using System.Diagnostics;
using System.Net.Sockets;

namespace Annotate.Bench.Load;

/// <summary>
/// Carries out a plan on one thread. The load is open: an edit is due by the clock, whether or not the server kept up with those before it, and
/// its latency counts from then.
/// </summary>
sealed class LoadRun : IDisposable
{
    const int StandardInput = 0, StandardInputKey = -1;
    readonly LoadPlan _plan;
    readonly Poller _poller = new();
    readonly IWire _wire;
    readonly Arrivals _arrivals;
    readonly LatencyCounts _lateness = new();
    readonly List<Socket> _sockets = [];
    readonly List<Peer> _peers = [];
    readonly List<Peer> _writers = [];
    readonly Text[] _texts;
    byte[] _buffer = new byte[Limits.ReadBufferBytes];
    int _closed;
    bool _inputEnded;

    public LoadRun(LoadPlan plan)
    {
        _plan = plan;
        _wire = plan.Wire == WireKind.Hub ? new HubWire() : new YjsWire(prefixed: plan.Wire == WireKind.Hocuspocus);
        _arrivals = new Arrivals(_wire);
        var random = new Random(plan.Seed);
        var writers = plan.EditsPerSecond > 0 ? plan.Texts.Sum(t => t.Tokens.Length) : 0;
        var editsMax = writers == 0 ? 0 : (int)(plan.EditsPerSecond * (plan.WarmUpSeconds + plan.Seconds) / writers) + 2;
        _texts = [.. plan.Texts.Select(t => new Text(t, writers == 0 ? [] : [.. t.Tokens.Select(_ => new Writer((uint)random.NextInt64(1, uint.MaxValue), editsMax))]))];
    }

    /// <param name="opened">Called when every connection has its text's state.</param>
    public LoadResult Run(Action opened)
    {
        var start = Stopwatch.GetTimestamp();
        OpenAll(start);
        var openedSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        opened();
        var (sent, serverCpu, loadCpu) = _writers.Count > 0 ? SendAll() : default;
        if (_writers.Count > 0) Drain();
        if (_plan.HoldOpen) Hold();
        foreach (var peer in _peers.Where(p => !p.IsOpen)) _arrivals.Fault($"connection {peer.Key} was closed ({(peer.CloseCode == 0 ? "no code" : peer.CloseCode)})");
        return new LoadResult(
            _peers.Count, openedSeconds, sent, _arrivals.Count, _arrivals.Due, _arrivals.Written, _lateness.ToLatency(),
            Missing(), _arrivals.Gaps, _arrivals.Repeats, serverCpu, loadCpu, _arrivals.Faults,
            [.. _texts.SelectMany(t => t.Writers, (t, w) => new WriterResult(t.Id, w.Client, w.Sent, w.Acknowledged, w.Seen))],
            [.. _texts.Where(t => t.Others.Count > 0).Select(t => new TextContent(t.Id, t.Others))]);
    }

    public void Dispose()
    {
        _sockets.ForEach(s => s.Dispose());
        _poller.Dispose();
    }

    void OpenAll(long start)
    {
        for (var i = 0; i < _texts.Length; i++)
        {
            var tokens = _plan.Texts[i].Tokens;
            for (var j = 0; j < _texts[i].Writers.Length; j++) Connect(_texts[i], _texts[i].Writers[j], tokens[j]);
            for (var j = 0; j < _plan.Readers; j++) Connect(_texts[i], null, tokens[j % tokens.Length]);
        }
        while (_arrivals.Opened < _peers.Count)
        {
            Pump(100_000_000);
            if (_closed > 0 || Stopwatch.GetElapsedTime(start).TotalSeconds > Limits.OpenSeconds)
                throw new IOException($"{_arrivals.Opened} of {_peers.Count} connections opened, {_closed} were closed. {string.Join("; ", _arrivals.Faults)}");
        }
    }

    void Connect(Text text, Writer? writer, string token)
    {
        var socket = Upgrade.Connect(_plan.Port, _wire.Path(text.Id, token), out var first);
        _sockets.Add(socket);
        var peer = new Peer(_poller, (int)socket.Handle, _peers.Count, text, writer, token);
        peer.Preload(first);
        _poller.Watch(peer.Socket, peer.Key);
        _peers.Add(peer);
        if (writer != null) _writers.Add(peer);
        _wire.Open(peer);
        Pump(0);
    }

    (long Sent, double ServerCpu, double LoadCpu) SendAll()
    {
        var ticks = (double)Stopwatch.Frequency;
        var start = Stopwatch.GetTimestamp();
        var from = start + (long)(_plan.WarmUpSeconds * ticks);
        var to = from + (long)(_plan.Seconds * ticks);
        _arrivals.Measured = (from, to);
        Send(0, start, from);
        var cpu = new CpuUse(_plan.ServerProcess);
        var next = Send((long)Math.Ceiling((from - start) / ticks * _plan.EditsPerSecond), start, to);
        var (serverCpu, loadCpu) = cpu.Percent();
        return (next, serverCpu, loadCpu);
    }

    /// <summary>Sends the edits due before <paramref name="to"/>, from number <paramref name="edit"/> on; returns the number of the next.</summary>
    long Send(long edit, long start, long to)
    {
        while (_closed < _peers.Count)
        {
            var now = Stopwatch.GetTimestamp();
            var due = DueTime(edit, start);
            for (var i = 0; i < Limits.EditsPerTurnMax && due <= now && due < to; i++)
            {
                SendOne(edit, due, now);
                due = DueTime(++edit, start);
                now = Stopwatch.GetTimestamp();
            }
            if (due >= to && now >= to) break;
            Pump(Math.Max(0, Math.Min(due, to) - now));
        }
        return edit;
    }

    long DueTime(long edit, long start) => start + (long)(edit / _plan.EditsPerSecond * Stopwatch.Frequency);

    void SendOne(long edit, long due, long now)
    {
        var peer = _writers[(int)(edit % _writers.Count)];
        if (!peer.IsOpen) return;
        peer.Writer!.Add(due, now);
        if (due >= _arrivals.Measured.From) _lateness.Add(now - due);
        _wire.Edit(peer, _plan.Root);
    }

    void Drain()
    {
        var start = Stopwatch.GetTimestamp();
        while (Missing() > 0 && _closed < _peers.Count && Stopwatch.GetElapsedTime(start).TotalSeconds < Limits.DrainSeconds) Pump(10_000_000);
    }

    void Hold()
    {
        _poller.Watch(StandardInput, StandardInputKey);
        while (!_inputEnded) Pump(1_000_000_000);
    }

    void Pump(long nanoseconds)
    {
        var count = _poller.Wait(nanoseconds);
        for (var i = 0; i < count; i++)
        {
            var (key, what) = _poller.Event(i);
            if (key == StandardInputKey) _inputEnded = true;
            else Turn(_peers[key], what);
        }
    }

    void Turn(Peer peer, uint what)
    {
        if (!peer.IsOpen) return;
        if ((what & Poller.Writable) != 0) peer.Flush();
        if ((what & ~Poller.Writable) != 0) peer.Receive(ref _buffer, _arrivals);
        if (!peer.IsOpen) _closed++;
    }

    long Missing() => _peers.Sum(p => p.Text.Writers.Select((w, i) => w == p.Writer ? 0L : w.Sent - p.Next[i]).Sum());
}
