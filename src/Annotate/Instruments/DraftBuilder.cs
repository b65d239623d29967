using System.Text;

namespace Annotate.Instruments;

/// <summary>Puts what a reader finds in its place: which group is open, which article, paragraph, point and point below it.</summary>
sealed class DraftBuilder(Action<string> report)
{
    readonly StringBuilder _note = new();
    readonly List<Open> _groups = [];
    readonly List<Open> _roots = [];
    readonly List<Open> _groupPath = [];
    readonly Dictionary<string, int> _lineOf = [];

    // The path from the open article down to the provision that takes the next words.
    readonly List<Open> _path = [];
    Open? _last;

    public bool IsEmpty => _roots.Count == 0 && _groups.Count == 0;

    public bool IsFull => _lineOf.Count > Limits.ProvisionsPerDraftMax;

    public bool LastHasNoHeading => _last is { Heading: null };

    public DraftContent Build() =>
        new(_note.Length == 0 ? null : _note.ToString(), [.. _groups.Select(group => group.Build())], [.. _roots.Select(root => root.Build())]);

    /// <summary>Begins an article or the like, or a group.</summary>
    public void Begin(ProvisionKind kind, string number, string? heading, int line)
    {
        _path.Clear();
        if (heading is not null && !IsShort(heading)) return;
        var isGroup = ProvisionWords.IsGroup(kind);
        if (isGroup) _groupPath.RemoveAll(group => group.Kind >= kind);
        var within = _groupPath.Count == 0 ? null : _groupPath[^1].EId;
        var step = kind == ProvisionKind.Preamble ? EId.Preamble : $"{ProvisionWords.PrefixOf(kind)}_{number}";
        var open = new Open(isGroup && within is not null ? within + EId.Separator + step : step, kind, number, heading, isGroup ? null : within, 0);
        if (!IsNew(open.EId, line)) return;
        (isGroup ? _groups : _roots).Add(open);
        (isGroup ? _groupPath : _path).Add(open);
        _last = open;
    }

    /// <summary>Gives the provision begun last its heading; false when that is too long to be one.</summary>
    public bool SetHeading(string heading)
    {
        if (_last is null || !IsShort(heading)) return false;
        _last.Heading = heading;
        return true;
    }

    /// <summary>Begins a paragraph or point; false when nothing is open that could have one, so that the line is running text.</summary>
    public bool TryBeginMarked(ProvisionMarker marker, string text, int indent, int line)
    {
        if (_path.Count == 0 || _path[0].Kind == ProvisionKind.Preamble) return false;
        if (marker.IsParagraph && _path[0].Kind != ProvisionKind.Article) return false;
        if (!(marker.IsParagraph ? TryPlaceParagraph(marker) : TryPlacePoint(marker, indent, out marker)))
        {
            report($"({marker.Number}) does not follow {Describe()}; when it is running text, begin the line with a backslash");
            return true;
        }

        var parent = _path[^1];
        var kind = marker.IsParagraph ? ProvisionKind.Paragraph : ProvisionKind.Point;
        var eId = $"{parent.EId}{EId.Separator}{ProvisionWords.PrefixOf(kind)}_{marker.Number}";
        if (!IsNew(eId, line)) return true;
        var open = new Open(eId, kind, marker.Number, null, null, indent) { Marker = marker };
        parent.Provisions.Add(open);
        _path.Add(open);
        _last = open;
        AddText(text, false);
        return true;
    }

    /// <summary>Adds words to the provision begun last; before the first, to the note.</summary>
    public void AddText(string text, bool afterBlank)
    {
        var to = _last?.Text ?? _note;
        if (text.Length == 0) return;
        if (to.Length + text.Length >= Limits.ProvisionCharactersMax)
        {
            report($"one provision holds more than {Limits.ProvisionCharactersMax} characters of its own");
            return;
        }

        if (to.Length > 0) to.Append(afterBlank ? '\n' : ' ');
        to.Append(text);
    }

    // Numbers go up, with gaps: a draft may say of some paragraphs that they are left out.
    bool TryPlaceParagraph(ProvisionMarker marker)
    {
        var article = _path[0];
        if (article.Provisions.LastOrDefault(provision => provision.Kind == ProvisionKind.Paragraph) is { } last && ValueOf(marker.Number) < ValueOf(last.Number))
            return false;
        _path.RemoveRange(1, _path.Count - 1);
        return true;
    }

    // A line may go on with a list that is open, or begin one below it: "(i)" after "(h)" may be the next letter or the first Roman
    // number. The exact successor wins; between two, or between two with a gap, the line's indent decides.
    bool TryPlacePoint(ProvisionMarker marker, int indent, out ProvisionMarker placed)
    {
        placed = marker;
        var first = _path.FindIndex(open => open.Kind == ProvisionKind.Point);
        if (first < 0)
        {
            placed = marker.InStyle(marker.Roman > 0 && (marker.Number == "i" || marker.Number.Length > 1));
            return true;
        }

        var places = PlacesFor(marker, first);
        if (places.Exists(place => place.IsExact)) places.RemoveAll(place => !place.IsExact);
        if (places.Count == 0) return false;
        var chosen = places.Find(place => indent >= place.IndentMin);
        if (chosen == default) chosen = places[^1];
        _path.RemoveRange(chosen.Depth, _path.Count - chosen.Depth);
        placed = marker.InStyle(chosen.IsRoman);
        return true;
    }

    /// <summary>Where in the open path a point may go, the deepest first.</summary>
    List<Place> PlacesFor(ProvisionMarker marker, int first)
    {
        var places = new List<Place>();
        if (_path.Count == first + 1 && marker.ValueIn(!_path[first].Marker.IsRoman, 0) is > 0 and var begun)
            places.Add(new Place(first + 1, !_path[first].Marker.IsRoman, begun == 1, _path[first].Indent + 1));
        for (var depth = _path.Count - 1; depth >= first; depth--)
        {
            var open = _path[depth].Marker;
            var value = marker.ValueIn(open.IsRoman, open.Value);
            if (value > open.Value) places.Add(new Place(depth, open.IsRoman, value == open.Value + 1, _path[depth].Indent));
        }

        return places;
    }

    readonly record struct Place(int Depth, bool IsRoman, bool IsExact, int IndentMin);

    bool IsNew(string eId, int line)
    {
        if (IsFull) return false;
        if (!_lineOf.TryAdd(eId, line))
        {
            report($"{Pinpoint.Format(eId)} is already there, at line {_lineOf[eId]}");
            return false;
        }

        if (IsFull) report($"the draft has more than {Limits.ProvisionsPerDraftMax} provisions");
        return !IsFull;
    }

    bool IsShort(string heading)
    {
        if (CodePoints.Count(heading) <= Limits.HeadingCodePointsMax) return true;
        report($"the heading is longer than {Limits.HeadingCodePointsMax} code points");
        return false;
    }

    string Describe() => Pinpoint.Format(_path[^1].EId);

    static int ValueOf(string number) => int.Parse(string.Concat(number.TakeWhile(char.IsAsciiDigit)));

    /// <summary>A provision that is still being read.</summary>
    sealed class Open(string eId, ProvisionKind kind, string number, string? heading, string? within, int indent)
    {
        public string EId => eId;
        public ProvisionKind Kind => kind;
        public string Number => number;
        public string? Heading { get; set; } = heading;
        public int Indent => indent;
        public ProvisionMarker Marker { get; init; }
        public StringBuilder Text { get; } = new();
        public List<Open> Provisions { get; } = [];

        public Provision Build() => new(eId, kind, number, Heading, Text.ToString(), [.. Provisions.Select(below => below.Build())], within);
    }
}
