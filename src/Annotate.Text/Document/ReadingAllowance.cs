using System.Diagnostics.CodeAnalysis;

namespace Annotate.Text;

/// <summary>
/// How long readings may become, all that share it together. A few bytes of an update can make one a million times as long: a format's value
/// stands wherever it holds.
/// </summary>
/// <param name="unitsMax">UTF-16 units; work that leaves nothing to be seen counts as much.</param>
public sealed class ReadingAllowance(long unitsMax)
{
    long _spent;

    /// <summary>Reads, if that is allowed to the end.</summary>
    internal bool TryRead(Func<ReadingAllowance, string> read, [NotNullWhen(true)] out string? text)
    {
        text = null;
        try
        {
            var all = read(this);
            Spend(all.Length);
            if (_spent <= unitsMax) text = all;
        }
        catch (BeyondException)
        {
            _spent = unitsMax + 1;
        }
        return text is not null;
    }

    /// <summary>Work that leaves nothing to be seen in what is written.</summary>
    internal void Spend(long units) => _spent += units;

    /// <summary>Ends the reading when so much was written that all in all it is too much.</summary>
    internal void Check(long written)
    {
        if (_spent + written > unitsMax) throw new BeyondException();
    }

    sealed class BeyondException : Exception;
}
