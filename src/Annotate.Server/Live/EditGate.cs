namespace Annotate.Server.Live;

/// <summary>
/// So many texts at a time have edits on their way to the disk; the others wait for their turn, and their edits gather. A silo with more to
/// do than it can thus does it in fewer and larger steps. Without the gate all texts were halfway at the same time, with an edit or two
/// each, and every step of each waited for a step of all the others. Any thread.
/// </summary>
sealed class EditGate : IDisposable
{
    readonly TimeProvider _clock;
    readonly Lock _lock = new();
    readonly Place[] _places;
    readonly Stack<int> _free;
    readonly Queue<Action<EditTurn>> _waiting = [];
    readonly ITimer _watch;
    bool _isWatching;

    /// <param name="places">How many may be inside at a time.</param>
    /// <param name="clock">Tells when one has been inside for too long.</param>
    public EditGate(int places, TimeProvider clock)
    {
        _clock = clock;
        _places = new Place[places];
        _free = new(Enumerable.Range(0, places));
        _watch = clock.CreateTimer(_ => HandOnLate(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    struct Place
    {
        public bool IsTaken;

        /// <summary>Since when.</summary>
        public long Since;

        /// <summary>How often it was taken: tells the present turn from one that was given up.</summary>
        public int Turns;
    }

    /// <summary>Starts at once, or on the pool when it is its turn; <see cref="Leave"/> or <see cref="TryGoOn"/> afterwards.</summary>
    public void Enter(Action<EditTurn> start)
    {
        EditTurn turn;
        lock (_lock)
        {
            if (!TryTake(out turn))
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
            if (TryTake(out turn)) return true;
            Wait(start);
            return false;
        }
    }

    public void Leave(EditTurn turn)
    {
        lock (_lock) HandOn(turn);
    }

    public void Dispose() => _watch.Dispose();

    // A grain that does not answer, on a silo that has just died perhaps, keeps nobody else waiting: its place goes to another.
    void HandOnLate()
    {
        lock (_lock)
        {
            for (var i = 0; i < _places.Length; i++)
            {
                ref readonly var place = ref _places[i];
                if (place.IsTaken && _clock.GetElapsedTime(place.Since).TotalMilliseconds > Limits.EditPatienceMilliseconds)
                    HandOn(new EditTurn(i, place.Turns));
            }

            if (_waiting.Count == 0) Watch(false);
        }
    }

    bool TryTake(out EditTurn turn)
    {
        turn = default;
        if (!_free.TryPop(out var place)) return false;
        turn = Take(place);
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
        if (!_isWatching) Watch(true);
    }

    void Watch(bool isOn)
    {
        _isWatching = isOn;
        var every = isOn ? TimeSpan.FromMilliseconds(Limits.EditPatienceMilliseconds) : Timeout.InfiniteTimeSpan;
        _watch.Change(every, every);
    }

    void HandOn(EditTurn turn)
    {
        ref var place = ref _places[turn.Place];
        // Given up already, so the place is somebody else's.
        if (!place.IsTaken || place.Turns != turn.Number) return;
        if (_waiting.TryDequeue(out var next))
        {
            ThreadPool.UnsafeQueueUserWorkItem(static started => started.Start(started.Turn), (Start: next, Turn: Take(turn.Place)), preferLocal: false);
            return;
        }

        place.IsTaken = false;
        _free.Push(turn.Place);
    }
}

/// <param name="Place">Which of the gate's places it has.</param>
/// <param name="Number">Counts the turns of that place.</param>
readonly record struct EditTurn(int Place, int Number);
