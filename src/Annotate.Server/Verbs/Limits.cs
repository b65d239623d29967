namespace Annotate.Server;

public static partial class Limits
{
    /// <summary>Largest file that <c>text inspect</c> reads, and the most that its updates may become in format 1.</summary>
    public const int InspectedBytesMax = Text.Limits.UpdateBytesMax;

    /// <summary>So much of the content of one root type is shown to a person; <c>--json</c> has all of it.</summary>
    public const int ShownCharactersMax = 4_000;

    /// <summary>How often long work says how far it has come.</summary>
    public const int ProgressSeconds = 2;

    /// <summary>So many entries of one list are shown to a person.</summary>
    public const int ShownEntriesMax = 40;
}
