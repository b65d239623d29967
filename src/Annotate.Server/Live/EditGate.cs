namespace Annotate.Server.Live;

/// <summary>
/// While the processor is short, so many texts at a time have edits on their way to the disk; the others wait in turn, and their edits gather.
/// A silo with more to do than it can thus does it in fewer and larger steps. Without the gate all texts were halfway at the same time, with
/// an edit or two each, and every step of each waited for a step of all the others. While the processor is idle, nobody waits for anybody:
/// then it is the disk, or another silo, that takes long, and those take more at a time gladly. Any thread.
/// </summary>
sealed class EditGate : IDisposable
{
    readonly TimeProvider _clock;
    readonly Func<TimeSpan> _processorTime;
    readonly Lock _lock = new();
    readonly Place[] _places;
    readonly Stack<int> _free;
    readonly Queue<Action<EditTurn>> _waiting = [];
    readonly ITimer _watch;
    bool _isWatching;
    bool _isOpen;
    bool _hasLetIn;
    TimeSpan _usedBefore;
    long _lookedAt;

    /// <param name="places">How many may be inside at a time.</param>
    /// <param name="clock">Tells when to look, and who has been inside for too long.</param>
    /// <param name="processorTime">How much this process has used so far, of all its cores.</param>
    public EditGate(int places, TimeProvider clock, Func<TimeSpan> processorTime)
    {
        (_clock, _processorTime) = (clock, processorTime);
        _places = new Place[places];
        _free = new(Enumerable.Range(0, places));
        _watch = clock.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    struct Place
    {
        public bool IsTaken;

        /// <summary>Since when.</summary>
        public long Since;

        /// <summary>How often it was taken: tells the present turn from one that was given up.</summary>
        public long Turns;
    }

    /// <summary>Starts at once, or on the pool when it is its turn; <see cref="Leave"/> or <see cref="TryGoOn"/> afterwards.</summary>
    public void Enter(Action<EditTurn> start)
    {
        EditTurn turn;
        lock (_lock)
        {
            if (!TryLetIn(out turn))
            {
                Wait(start);
                return;
            }
        }

        start(turn);
    }

    /// <summary>Whoever has more to send goes on when nobody waits, and else waits behind them.</summary>
    /// <returns>False when it is to wait: it will be started.</returns>
    public bool TryGoOn(ref EditTurn turn, Action<EditTurn> start)
    {
        lock (_lock)
        {
            HandOn(turn);
            if (TryLetIn(out turn)) return true;
            Wait(start);
            return false;
        }
    }

    public void Leave(EditTurn turn)
    {
        lock (_lock) HandOn(turn);
    }

    public void Dispose() => _watch.Dispose();

    void Look()
    {
        lock (_lock)
        {
            HandOnLate();
            // Once open it stays so only while it has to: the next who find no place are to be looked at anew.
            _isOpen = IsProcessorIdle() && (_waiting.Count > 0 || _hasLetIn);
            _hasLetIn = false;
            while (_isOpen && _waiting.TryDequeue(out var next)) Start(next, default);
            if (_waiting.Count == 0 && !_isOpen) Watch(false);
        }
    }

    // A grain that does not answer, on a silo that has just died perhaps, keeps nobody else waiting: its place goes to another.
    void HandOnLate()
    {
        var now = _clock.GetTimestamp();
        for (var i = 0; i < _places.Length; i++)
        {
            ref readonly var place = ref _places[i];
            if (place.IsTaken && _clock.GetElapsedTime(place.Since, now).TotalMilliseconds > Limits.EditPatienceMilliseconds)
                HandOn(new EditTurn(i, place.Turns));
        }
    }

    bool IsProcessorIdle()
    {
        var (usedBefore, lookedBefore) = (_usedBefore, _lookedAt);
        (_usedBefore, _lookedAt) = (_processorTime(), _clock.GetTimestamp());
        var available = _clock.GetElapsedTime(lookedBefore, _lookedAt) * Environment.ProcessorCount;
        return _usedBefore - usedBefore < available * Limits.ProcessorBusyPercent / 100;
    }

    bool TryLetIn(out EditTurn turn)
    {
        turn = default;
        if (_free.TryPop(out var place)) turn = Take(place);
        else if (_isOpen) _hasLetIn = true;
        else return false;
        return true;
    }

    EditTurn Take(int number)
    {
        ref var place = ref _places[number];
        (place.IsTaken, place.Since) = (true, _clock.GetTimestamp());
        return new EditTurn(number, ++place.Turns);
    }

    void Wait(Action<EditTurn> start)
    {
        _waiting.Enqueue(start);
        if (_isWatching) return;
        (_usedBefore, _lookedAt) = (_processorTime(), _clock.GetTimestamp());
        Watch(true);
    }

    void Watch(bool isOn)
    {
        _isWatching = isOn;
        var every = isOn ? TimeSpan.FromMilliseconds(Limits.EditGateLookMilliseconds) : Timeout.InfiniteTimeSpan;
        _watch.Change(every, every);
    }

    void HandOn(EditTurn turn)
    {
        ref var place = ref _places[turn.Place];
        // Let in without a place, or given up already, so that the place is somebody else's.
        if (!place.IsTaken || place.Turns != turn.Number) return;
        if (_waiting.TryDequeue(out var next))
        {
            Start(next, Take(turn.Place));
            return;
        }

        place.IsTaken = false;
        _free.Push(turn.Place);
    }

    static void Start(Action<EditTurn> start, EditTurn turn) =>
        ThreadPool.UnsafeQueueUserWorkItem(static started => started.Start(started.Turn), (Start: start, Turn: turn), preferLocal: false);
}

/// <summary>A stay inside the gate; the default is one without a place, which need not be handed on.</summary>
/// <param name="Place">Which of the gate's places it has.</param>
/// <param name="Number">Counts the turns of that place, from 1.</param>
readonly record struct EditTurn(int Place, long Number);
