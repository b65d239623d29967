using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Annotate.Server.Seeding;

/// <summary>A seed that cannot be loaded: which file, where in it, why.</summary>
public sealed class SeedFileException(string file, string reason) : Exception($"{file}: {reason}")
{
    public SeedFileException(string file, string where, string reason) : this($"{file}, {where}", reason) { }

    public SeedFileException(string file, long line, string reason) : this(file, $"line {line}", reason) { }
}

/// <summary>The list of what a folder of seeds holds: seeds.json.</summary>
sealed record SeedList(IReadOnlyList<SeedInstrument> Instruments, IReadOnlyList<string> Coalitions);

/// <param name="Source">Path of a Markdown file, or of plain text when it ends in .txt; from seeds.json.</param>
sealed record SeedInstrument(string Id, string Title, string Draft, string DraftTitle, string Language, string Source);

/// <summary>One coalition: who is in it, and what they did, each act with its date.</summary>
/// <param name="Instrument">What annotations, positions and statements of this file are about.</param>
sealed record SeedCoalition(
    string Id,
    string Name,
    string Policy,
    string Instrument,
    string Draft,
    IReadOnlyList<SeedOrganisation> Organisations,
    IReadOnlyList<SeedPerson> People,
    IReadOnlyList<SeedAnnotation>? Annotations = null,
    IReadOnlyList<SeedPosition>? Positions = null,
    IReadOnlyList<SeedProposal>? CoalitionPositions = null,
    IReadOnlyList<SeedStatement>? Statements = null);

sealed record SeedOrganisation(string Id, string Name);

sealed record SeedPerson(
    string Id, string Name, string Role, IReadOnlyList<string> Mandates, string? Organisation = null, string? Affiliation = null);

/// <param name="On">A pinpoint: "Art. 36(1)(b)".</param>
/// <param name="Quote">Words of the provision's own text that it is about.</param>
sealed record SeedAnnotation(
    DateTimeOffset At,
    string By,
    string On,
    string Motivation,
    string Text,
    IReadOnlyList<string> Tags,
    string? Quote = null,
    IReadOnlyList<SeedReply>? Replies = null,
    SeedResolve? Resolved = null);

sealed record SeedReply(DateTimeOffset At, string By, string Text);

sealed record SeedResolve(DateTimeOffset At, string By);

sealed record SeedPosition(DateTimeOffset At, string By, string On, string Kind, string Reason, bool RedLine = false);

sealed record SeedProposal(DateTimeOffset At, string By, string On, string Kind, string Reason, IReadOnlyList<SeedConsent>? Consents = null);

sealed record SeedConsent(DateTimeOffset At, string By, string Consent, string Caveat = "");

sealed record SeedStatement(string Id, string Title, string Destination, string By, IReadOnlyList<SeedSection> Sections);

/// <param name="Citations">Pinpoints.</param>
/// <param name="Text">Path of a Markdown file; from seeds.json.</param>
/// <param name="By">Who wrote it; whoever began the statement when it is left out.</param>
sealed record SeedSection(string Id, string Title, IReadOnlyList<string> Citations, string Text, string? By = null);

/// <summary>Reads the files of a folder of seeds.</summary>
sealed class SeedFolder(string folder)
{
    public const string ListName = "seeds.json";

    static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public SeedList List() => Json<SeedList>(ListName);

    public SeedCoalition Coalition(string name) => Json<SeedCoalition>(name);

    /// <summary>The bytes of a file named in a seed.</summary>
    public byte[] Bytes(string name)
    {
        var path = Path.GetFullPath(name, Path.GetFullPath(folder));
        var info = new FileInfo(path);
        if (!info.Exists) throw new SeedFileException(name, $"there is no such file in {Path.GetFullPath(folder)}");
        if (info.Length > Limits.SeedFileBytesMax) throw new SeedFileException(name, $"the file is larger than {Limits.SeedFileBytesMax} bytes");
        return File.ReadAllBytes(path);
    }

    /// <summary>The words of a file named in a seed.</summary>
    public string Text(string name)
    {
        try
        {
            return Strict.GetString(Bytes(name)).TrimStart('\ufeff');
        }
        catch (DecoderFallbackException problem)
        {
            throw new SeedFileException(name, $"byte {problem.Index}", "the file is not UTF-8");
        }
    }

    static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    T Json<T>(string name)
    {
        try
        {
            var bytes = Bytes(name).AsSpan();
            if (bytes.StartsWith("\ufeff"u8)) bytes = bytes[3..];
            return JsonSerializer.Deserialize<T>(bytes, Options) ?? throw new SeedFileException(name, 1, "there is nothing in it");
        }
        catch (JsonException problem)
        {
            throw new SeedFileException(name, (problem.LineNumber ?? 0) + 1, $"{problem.Path}: {problem.Message}");
        }
    }
}
