using System.Diagnostics.CodeAnalysis;

namespace Annotate.Text;

/// <summary>
/// How long a reading may become. A few bytes of an update can make it a million times as long: a format's value stands wherever it holds.
/// </summary>
sealed class Allowance(long most)
{
    long _spent;

    /// <summary>Reads, if that is allowed to the end.</summary>
    public static bool TryRead(long most, Func<Allowance, string> read, [NotNullWhen(true)] out string? text)
    {
        try
        {
            text = read(new Allowance(most));
        }
        catch (BeyondException)
        {
            text = null;
        }
        return text?.Length <= most;
    }

    /// <summary>Work that leaves nothing to be seen in what is written.</summary>
    public void Spend(long units) => _spent += units;

    /// <summary>Ends the reading when so much was written that all in all it is too much.</summary>
    public void Check(long written)
    {
        if (_spent + written > most) throw new BeyondException();
    }

    sealed class BeyondException : Exception;
}
