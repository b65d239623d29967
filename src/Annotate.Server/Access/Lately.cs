namespace Annotate.Server.Access;

/// <summary>
/// What was noted lately. It is remembered for one window at least and for two at most; when there is more than fits, for less. Two sets take
/// turns, so that nothing has to be looked through to forget. Any thread.
/// </summary>
/// <param name="most">So many fit in each of the two sets.</param>
sealed class Lately<T>(int most, TimeSpan window, TimeProvider clock) where T : notnull
{
    readonly Lock _gate = new();
    HashSet<T> _newer = [];
    HashSet<T> _older = [];
    long _since = clock.GetTimestamp();

    /// <summary>Notes it.</summary>
    /// <returns>False when it was remembered already; it is then not remembered for longer.</returns>
    public bool Add(T noted)
    {
        lock (_gate)
        {
            if (IsRemembered(noted)) return false;
            if (_newer.Count >= most) Turn(_newer);
            return _newer.Add(noted);
        }
    }

    public bool Holds(T noted)
    {
        lock (_gate) return IsRemembered(noted);
    }

    bool IsRemembered(T noted)
    {
        var age = clock.GetElapsedTime(_since);
        if (age >= window) Turn(age < 2 * window ? _newer : []);
        return _newer.Contains(noted) || _older.Contains(noted);
    }

    void Turn(HashSet<T> older)
    {
        _older = older;
        _newer = [];
        _since = clock.GetTimestamp();
    }
}
