using System.Globalization;
using System.Text;

namespace Annotate.Names;

/// <summary>
/// What a name looks like, so that two that a reader takes for one another can be found: the skeleton of UTS 39 section 4, of the name as it
/// is and in lower case. The first is then read in lower case as well: the skeleton tells a capital from a small letter, a reader hardly does.
/// </summary>
/// <remarks>
/// Where two names look alike, that is all this says: a skeleton is nothing to show. ICU's own function would give the same, but .NET reaches
/// it nowhere, and servers of one cluster with different versions of ICU would decide differently.
/// </remarks>
public readonly record struct LookAlike
{
    static readonly Dictionary<int, string> Prototypes = Read();

    readonly string _asItIs;
    readonly string _inLowerCase;

    LookAlike(string asItIs, string inLowerCase) => (_asItIs, _inLowerCase) = (asItIs, inLowerCase);

    /// <param name="name">Well-formed UTF-16.</param>
    public static LookAlike Of(string name) => new(Skeleton(name).ToLowerInvariant(), Skeleton(name.ToLowerInvariant()));

    public bool Resembles(LookAlike other) => _asItIs == other._asItIs || _inLowerCase == other._inLowerCase;

    static string Skeleton(string text)
    {
        var looks = new StringBuilder(text.Length);
        foreach (var rune in text.Normalize(NormalizationForm.FormD).EnumerateRunes())
        {
            if (NameWords.IsUnseen(rune)) continue;
            if (Prototypes.TryGetValue(rune.Value, out var prototype)) looks.Append(prototype);
            else if (!Rune.IsWhiteSpace(rune)) looks.Append(rune);
            else if (looks is [.., not ' ']) looks.Append(' ');
        }

        return looks.ToString().Trim().Normalize(NormalizationForm.FormD);
    }

    static Dictionary<int, string> Read()
    {
        using var data = typeof(LookAlike).Assembly.GetManifestResourceStream("Annotate.Names.confusables.txt")!;
        using var reader = new StreamReader(data, Encoding.ASCII);
        var prototypes = new Dictionary<int, string>();
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#')) continue;
            var sides = line.Split(" < ");
            var prototype = string.Concat(sides[0].Split(' ').Select(code => new Rune(CodeOf(code)).ToString()));
            foreach (var code in sides[1].Split(' ')) prototypes[CodeOf(code)] = prototype;
        }

        return prototypes;
    }

    static int CodeOf(string hexadecimal) => int.Parse(hexadecimal, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
