using System.Text;
using Annotate.Text;

namespace Annotate.Server.Verbs;

/// <summary>An inspection for a person.</summary>
sealed class InspectionPage(Inspection inspection)
{
    readonly StringBuilder _page = new();

    public string Write()
    {
        var (name, file, document, state, format2Bytes) = inspection;
        Line($"{Shown(name)}: {file.Bytes} bytes, {Updates(file)} of format {file.Format}");
        Line($"As one update  {state.Bytes.Length} bytes in format 1, {format2Bytes} in format 2");
        Line($"In memory      {document.ItemCount} items, {document.BytesHeld} bytes");
        var nested = document.CountNestedTypes();
        Line($"Nested types   {nested.Values.Sum()}{Details(nested)}");
        WritePending();
        WriteClients();
        WriteDeletes();
        foreach (var root in inspection.Roots.Take(Limits.ShownEntriesMax)) Write(root);
        WriteRest(document.Roots.Count(), "roots");
        return _page.ToString();
    }

    void Line(string line) => _page.Append(line).Append('\n');

    static string Updates(UpdateFile file) => file.IsWhole ? "one update" : $"{file.Updates.Count} updates behind their lengths, all";

    static string Details(IReadOnlyDictionary<SharedKind, int> nested) =>
        nested.Count == 0 ? "" : $" ({string.Join(", ", nested.Select(entry => $"{entry.Value} {InspectionJson.NameOf(entry.Key)}"))})";

    void WritePending()
    {
        var document = inspection.Document;
        if (!document.HasPending)
        {
            Line("Pending        nothing");
            return;
        }
        var missing = document.Missing();
        Line($"Pending        {document.Pending.Bytes.Length} bytes, which wait for:");
        foreach (var needed in missing.Take(Limits.ShownEntriesMax)) Line($"  clock {needed.Clock} of client {needed.ClientId}");
        WriteRest(missing.Length, "clocks");
    }

    /// <summary>The clocks of the clients are the state vector.</summary>
    void WriteClients()
    {
        var shares = inspection.Document.Shares();
        Line($"\nState vector and what each client wrote ({shares.Length}):");
        if (shares.Length > 0) Line($"  {"client",16} {"clock",10} {"characters",10} {"elements",10} {"structs",10}");
        foreach (var share in shares.Take(Limits.ShownEntriesMax))
            Line($"  {share.ClientId,16} {share.Clock,10} {share.VisibleCharacters,10} {share.VisibleElements,10} {share.Structs,10}");
        WriteRest(shares.Length, "clients");
    }

    void WriteDeletes()
    {
        var deletes = inspection.State.Deletes;
        Line($"\nDelete set ({deletes.Length}):");
        foreach (var range in deletes[..Math.Min(deletes.Length, Limits.ShownEntriesMax)])
            Line($"  client {range.ClientId}: clocks {range.From} to {range.To - 1}");
        WriteRest(deletes.Length, "ranges");
    }

    void WriteRest(int count, string what)
    {
        if (count > Limits.ShownEntriesMax) Line($"  … and {count - Limits.ShownEntriesMax} more {what}; --json has all");
    }

    void Write(InspectedRoot root)
    {
        Line($"\nRoot '{Shown(root.Name)}': {Kind(root.Kind)}, length {root.Length}");
        foreach (var content in new[] { root.Text, root.ProseMirror, root.Json })
            if (content is not null) Line("  " + Shown(content).Replace("\n", "\n  ", StringComparison.Ordinal));
    }

    static string Kind(SharedKind kind) => kind == SharedKind.Unknown ? "of unknown kind" : $"{InspectionJson.NameOf(kind)}, by its content";

    /// <summary>Cut where it is too long, and without what a terminal would take for a command.</summary>
    static string Shown(string text)
    {
        var shown = new StringBuilder();
        foreach (var unit in text.AsSpan(0, Math.Min(text.Length, Limits.ShownCharactersMax)))
            if (char.IsControl(unit) && unit is not ('\n' or '\t')) shown.Append($"\\u{(int)unit:x4}");
            else shown.Append(unit);
        if (text.Length > Limits.ShownCharactersMax) shown.Append($"… and {text.Length - Limits.ShownCharactersMax} more characters; --json has all");
        return shown.ToString();
    }
}
