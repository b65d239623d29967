using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Annotate.Instruments;

/// <summary>How the source of a draft is written.</summary>
public enum DraftFormat
{
    /// <summary>A line that begins with # begins a provision.</summary>
    Markdown,

    /// <summary>A line "Article 4", alone or with its heading after a full stop, colon or dash, begins one when an empty line comes before it.</summary>
    PlainText,
}

/// <summary>Why a line of a source cannot be read.</summary>
/// <param name="Line">Counted from 1.</param>
public sealed record ImportProblem(int Line, string Reason)
{
    public override string ToString() => $"line {Line}: {Reason}";
}

/// <summary>
/// Reads the source of a draft, line by line, into provisions. Never throws; says of every line it cannot place why. The format is
/// described in README.md beside this file.
/// </summary>
public sealed class DraftReader
{
    // Between the number of a provision and its heading.
    const string BeforeHeading = " .:–—-";

    static readonly SearchValues<char> AfterNumber = SearchValues.Create(BeforeHeading);

    readonly DraftFormat _format;
    readonly List<ImportProblem> _problems = [];
    readonly DraftBuilder _draft;
    int _line;
    bool _afterBlank = true;
    bool _headingBelow;

    DraftReader(DraftFormat format)
    {
        _format = format;
        _draft = new DraftBuilder(Report);
    }

    /// <summary>Reads a source. At most <see cref="Limits.ImportProblemsMax"/> problems are listed; reading ends there.</summary>
    /// <param name="utf8">With or without a byte order mark; lines end with LF, CRLF or CR.</param>
    /// <param name="content">What the draft says; null when there are problems.</param>
    /// <param name="problems">In the order of the lines; empty on success.</param>
    public static bool TryRead(ReadOnlySpan<byte> utf8, DraftFormat format, out DraftContent? content, out IReadOnlyList<ImportProblem> problems)
    {
        var reader = new DraftReader(format);
        reader.Read(utf8);
        problems = reader._problems;
        content = problems.Count == 0 ? reader._draft.Build() : null;
        return content is not null;
    }

    /// <summary>The problems of a source as one problem for the sender.</summary>
    public static Problem AsProblem(IReadOnlyList<ImportProblem> problems) =>
        new("draft-unreadable", 400, "The text cannot be read as an instrument.", string.Join('\n', problems));

    bool IsFull => _problems.Count >= Limits.ImportProblemsMax;

    void Read(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > Limits.DraftSourceBytesMax)
        {
            Report($"the source is longer than {Limits.DraftSourceBytesMax} bytes");
            return;
        }

        if (utf8.StartsWith(Encoding.UTF8.Preamble)) utf8 = utf8[Encoding.UTF8.Preamble.Length..];
        while (utf8.Length > 0 && !IsFull && !_draft.IsFull)
        {
            var end = utf8.IndexOfAny((byte)'\n', (byte)'\r');
            var line = end < 0 ? utf8 : utf8[..end];
            var next = end < 0 ? utf8.Length : end + (utf8[end..].StartsWith("\r\n"u8) ? 2 : 1);
            utf8 = utf8[next..];
            _line++;
            ReadLine(line);
        }

        if (_problems.Count == 0 && _draft.IsEmpty) Report(NothingFound);
    }

    string NothingFound => _format == DraftFormat.Markdown
        ? "no article was found: one begins with a line such as \"## Article 1. Purpose\""
        : "no article was found: one begins, after an empty line, with a line such as \"Article 1\"";

    void ReadLine(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > Limits.DraftLineBytesMax)
        {
            Report($"the line is longer than {Limits.DraftLineBytesMax} bytes");
            return;
        }

        if (!TryDecode(utf8, out var line)) return;
        var text = line.Trim();
        if (text.Length == 0)
        {
            _afterBlank = true;
            _headingBelow = false;
            return;
        }

        Place(text, line.Length - line.TrimStart().Length);
        _afterBlank = false;
    }

    bool TryDecode(ReadOnlySpan<byte> utf8, out string line)
    {
        line = "";
        var units = new char[utf8.Length];
        if (Utf8.ToUtf16(utf8, units, out _, out var length, replaceInvalidSequences: false) != OperationStatus.Done)
        {
            Report("the line is not UTF-8");
            return false;
        }

        if (units.AsSpan(0, length).ContainsAnyInRange('\0', '\u0008') || units.AsSpan(0, length).ContainsAnyInRange('\u000e', '\u001f'))
        {
            Report("the line holds a control character");
            return false;
        }

        line = new string(units, 0, length).Normalize(NormalizationForm.FormC);
        return true;
    }

    void Place(string text, int indent)
    {
        if (text[0] == '\\') _draft.AddText(text[1..], _afterBlank);
        else if (_format == DraftFormat.Markdown && text[0] == '#') ReadMarkdownHeading(text.TrimStart('#').Trim());
        else if (_format == DraftFormat.PlainText && TryReadPlainHeading(text)) _headingBelow = _draft.LastHasNoHeading;
        else if (!TryReadHeadingBelow(text) && !TryReadMarked(text, indent)) _draft.AddText(WithoutQuoteMark(text), _afterBlank);
    }

    // A note before the first provision may be a Markdown quotation.
    string WithoutQuoteMark(string text) => _draft.IsEmpty && text[0] == '>' ? text[1..].TrimStart() : text;

    void ReadMarkdownHeading(string heading)
    {
        if (ProvisionWords.TryWord(heading, out var kind, out var rest) && TryReadNumber(kind, rest, out var number, out var title))
            Begin(kind, number, title.TrimStart(BeforeHeading).ToString());
        else if (!_draft.IsEmpty)
            Report("a heading names an article, recital, paragraph, preamble, part, title, chapter or section, with its number");

        // Before the first provision a heading is the document's own title, which the import is told separately.
    }

    bool TryReadPlainHeading(string text)
    {
        if (!_afterBlank || !ProvisionWords.TryWord(text, out var kind, out var rest)) return false;
        if (!TryReadNumber(kind, rest, out var number, out var title)) return false;
        if (title.Length > 0 && !BeforeHeading.Contains(title[0])) return false;
        Begin(kind, number, title.TrimStart(BeforeHeading).ToString());
        return true;
    }

    static bool TryReadNumber(ProvisionKind kind, ReadOnlySpan<char> text, out string number, out ReadOnlySpan<char> title)
    {
        var end = text.IndexOfAny(AfterNumber);
        var word = kind == ProvisionKind.Preamble || end == 0 ? "" : (end < 0 ? text : text[..end]).ToString();
        title = text[word.Length..].Trim();
        var isRoman = ProvisionWords.IsGroup(kind) && !char.IsAsciiDigit(word.FirstOrDefault());
        number = isRoman ? word.ToUpperInvariant() : word.ToLowerInvariant();
        if (kind == ProvisionKind.Preamble) return true;
        return ProvisionWords.IsGroup(kind) ? EId.IsGroupNumber(number) : EId.IsNumber(number);
    }

    void Begin(ProvisionKind kind, string number, string heading) =>
        _draft.Begin(kind, number, heading.Length == 0 ? null : heading, _line);

    // In plain text the heading of an article often stands on the line below its number.
    bool TryReadHeadingBelow(string text)
    {
        if (!_headingBelow) return false;
        _headingBelow = false;
        return !ProvisionMarker.TryRead(text, out _, out _) && ".;:,".Contains(text[^1]) is false && _draft.SetHeading(text);
    }

    bool TryReadMarked(string text, int indent)
    {
        var item = text.Length > 2 && text[0] is '-' or '*' && text[1] == ' ' ? text[2..].TrimStart() : text;
        if (!ProvisionMarker.TryRead(item, out var marker, out var rest)) return false;
        return _draft.TryBeginMarked(marker, rest, indent, _line);
    }

    void Report(string reason)
    {
        if (!IsFull) _problems.Add(new ImportProblem(Math.Max(_line, 1), reason));
    }
}
