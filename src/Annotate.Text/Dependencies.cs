namespace Annotate.Text;

/// <summary>
/// Whether the structs of an update can be put into a text: there is an order of its clients in which each struct comes after everything
/// that it builds on. Yjs leaves what it cannot place pending for ever, as it does with structs of two clients that build on each other.
/// </summary>
static class Dependencies
{
    /// <summary>The clock behind the last that an update brings of a client; 0 if it brings none.</summary>
    public static long EndOf(Update update, long client)
    {
        var at = RangeBehind(update.Ranges, client);
        return at > 0 && update.Ranges[at - 1].ClientId == client ? update.Ranges[at - 1].To : 0;
    }

    /// <summary>The first range of the clients below this one, in the order of ranges.</summary>
    static int RangeBehind(ReadOnlySpan<ClientRange> ranges, long client)
    {
        int low = 0, high = ranges.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (ranges[middle].ClientId < client) high = middle;
            else low = middle + 1;
        }
        return low;
    }

    /// <param name="update">An update whose ranges all connect to the clocks held.</param>
    /// <param name="held">The state vector of the text.</param>
    public static bool AreMet(Update update, ReadOnlySpan<ClientClock> held)
    {
        var needs = update.Dependencies;
        for (var i = 0; i < needs.Length; i++)
            if (needs[i].Clock >= ClientClocks.Of(held, needs[i].Client)) return new Order(update, held).IsPossible();
        return true;
    }

    /// <summary>
    /// Walks the update as an integration would: each range as far as it gets, and what it waits for first. A range that waits for one
    /// which itself waits is a circle. Each need is met once, so the walk is linear in their number.
    /// </summary>
    readonly ref struct Order(Update update, ReadOnlySpan<ClientClock> held)
    {
        readonly Update _update = update;
        readonly ReadOnlySpan<ClientClock> _held = held;

        /// <summary>Of each range: its first need that is not met yet. The entry behind the last range is the number of needs.</summary>
        readonly int[] _next = FirstNeeds(update);
        readonly int[] _end = FirstNeeds(update);
        readonly bool[] _waits = new bool[update.Ranges.Length];
        readonly Stack<(int Range, long Clock)> _stack = new();

        static int[] FirstNeeds(Update update)
        {
            var first = new int[update.Ranges.Length + 1];
            var needs = update.Dependencies;
            var need = 0;
            for (var range = 0; range < first.Length; range++)
            {
                while (need < needs.Length && needs[need].Range < range) need++;
                first[range] = need;
            }
            return first;
        }

        public bool IsPossible()
        {
            for (var range = 0; range < _update.Ranges.Length; range++)
                if (IsFresh(range) && !TryPlace(range, _update.Ranges[range].To - 1)) return false;
            return true;
        }

        bool IsFresh(int range) => _update.Ranges[range].To > ClientClocks.Of(_held, _update.Ranges[range].ClientId);

        /// <summary>Places a range up to and including a clock.</summary>
        bool TryPlace(int range, long clock)
        {
            Push(range, clock);
            while (_stack.TryPeek(out var top))
            {
                if (NextNeed(top.Range, top.Clock) is not { } need)
                {
                    _waits[top.Range] = false;
                    _stack.Pop();
                }
                else if (need.Clock < ClientClocks.Of(_held, need.Client)) _next[top.Range]++;
                else
                {
                    var other = RangeBehind(_update.Ranges, need.Client) - 1;
                    if (other < 0 || _update.Ranges[other].ClientId != need.Client || _update.Ranges[other].To <= need.Clock) return false;
                    if (NextNeed(other, need.Clock) is null) _next[top.Range]++;
                    else if (_waits[other]) return false;
                    else Push(other, need.Clock);
                }
            }
            return true;
        }

        void Push(int range, long clock)
        {
            _waits[range] = true;
            _stack.Push((range, clock));
        }

        Dependency? NextNeed(int range, long clock)
        {
            var next = _next[range];
            return next < _end[range + 1] && _update.Dependencies[next].At <= clock ? _update.Dependencies[next] : null;
        }
    }
}
