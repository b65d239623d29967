using System.Text;
using Annotate.Text;

namespace Annotate.Server.Verbs;

/// <summary>What a file of updates holds.</summary>
/// <param name="Name">What the file is called.</param>
/// <param name="File">Its updates.</param>
/// <param name="Document">The document that they make.</param>
/// <param name="State">All of it as one update, with what is pending.</param>
/// <param name="Format2Bytes">How large that is in format 2.</param>
sealed record Inspection(string Name, UpdateFile File, Document Document, Update State, int Format2Bytes)
{
    /// <exception cref="InvalidDataException">They can be read, but no document holds them.</exception>
    public static Inspection Of(UpdateFile file, string name)
    {
        // All as one, so that it is no work to take them in whatever order they have.
        var merged = file.IsWhole ? file.Updates[0].Bytes.ToArray() : Updates.Merge([.. file.Updates]);
        if (!Document.TryLoad(merged, out var document, out var fault) || !Update.TryRead(document.EncodeState(), out var state, out fault))
            throw new InvalidDataException($"{name} can be read, but no document can hold it: {UpdateFile.Reason(fault)}.");
        return new Inspection(name, file, document, state, UpdateFormat2.Write(state).Length);
    }

    public IEnumerable<InspectedRoot> Roots => Document.Roots.Order(StringComparer.Ordinal).Select(root => new InspectedRoot(Document, root));
}

/// <summary>A root type, taken for what it most likely is.</summary>
sealed record InspectedRoot(Document Document, string Name)
{
    public SharedKind Kind { get; } = Document.GuessKind(Name);

    SharedRef Type => SharedRef.OfRoot(Name, Kind);

    public int Length => Document.LengthOf(Type);

    /// <summary>Of a text its characters; of a fragment those of its texts, each on a line of its own. Null for others.</summary>
    public string? Text => Kind switch
    {
        SharedKind.Text => Document.ReadText(Type),
        SharedKind.XmlFragment => TextIn(Type),
        _ => null,
    };

    /// <summary>A fragment as the JSON of a ProseMirror document; null where it would be longer than <see cref="Limits.InspectedBytesMax"/>.</summary>
    public string? ProseMirror =>
        Kind == SharedKind.XmlFragment && Document.TryReadProseMirror(Type, Limits.InspectedBytesMax, out var json) ? json : null;

    /// <summary>A map or an array as JSON; null where it would be longer than <see cref="Limits.InspectedBytesMax"/>.</summary>
    public string? Json =>
        Kind is SharedKind.Map or SharedKind.Array && Document.TryReadJson(Type, Limits.InspectedBytesMax, out var json) ? json : null;

    string TextIn(SharedRef fragment)
    {
        var text = new StringBuilder();
        Append(text, fragment);
        return text.ToString();
    }

    void Append(StringBuilder text, SharedRef parent)
    {
        foreach (var type in Document.TypesIn(parent))
        {
            if (type.Kind != SharedKind.XmlText) Append(text, type);
            else text.Append(text.Length > 0 ? "\n" : "").Append(Document.ReadText(type));
        }
    }
}
