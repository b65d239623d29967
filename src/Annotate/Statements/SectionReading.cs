using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Annotate.Text;

namespace Annotate.Statements;

/// <summary>In which form a section is read; this folder's README says what each is.</summary>
public enum TextForm
{
    /// <summary>Its words, line by line, as UTF-8.</summary>
    Plain,

    /// <summary>The same with marks and blocks, as JSON.</summary>
    Delta,

    /// <summary>The same with the people who wrote it.</summary>
    DeltaWithAuthors,

    /// <summary>The JSON of a ProseMirror document.</summary>
    ProseMirror,

    /// <summary>What yjs' toString gives: XML where nobody wrote what XML does not allow.</summary>
    Xml,
}

/// <summary>What a section's text says.</summary>
public static class SectionReading
{
    static readonly JsonWriterOptions JsonOptions = new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    static SharedRef Fragment { get; } = SharedRef.Xml(SectionWalk.Root);

    /// <summary>Plain text: each line ends in "\n".</summary>
    public static string Plain(Document document)
    {
        var walk = new PlainWalk(document);
        walk.Walk();
        return walk.Text.ToString();
    }

    /// <summary>The text in a form, as UTF-8.</summary>
    /// <param name="owners">Who owns each Yjs client id.</param>
    /// <returns>Null when that is longer than <see cref="Limits.ReadingBytesMax"/>.</returns>
    public static byte[]? Read(Document document, TextForm form, IReadOnlyDictionary<long, string> owners) => form switch
    {
        TextForm.Plain => Utf8(Plain(document)),
        TextForm.Delta => Delta(document, null),
        TextForm.DeltaWithAuthors => Delta(document, owners),
        TextForm.ProseMirror => document.TryReadProseMirror(Fragment, Limits.ReadingBytesMax, out var json) ? Utf8(json) : null,
        TextForm.Xml => document.TryReadXml(Fragment, Limits.ReadingBytesMax, out var xml) ? Utf8(xml) : null,
        _ => throw new ArgumentOutOfRangeException(nameof(form)),
    };

    static byte[]? Utf8(string text) => Encoding.UTF8.GetByteCount(text) > Limits.ReadingBytesMax ? null : Encoding.UTF8.GetBytes(text);

    static byte[]? Delta(Document document, IReadOnlyDictionary<long, string>? owners)
    {
        using var bytes = new MemoryStream();
        using var json = new Utf8JsonWriter(bytes, JsonOptions);
        var walk = new DeltaWalk(document, json, owners);
        json.WriteStartArray();
        walk.Walk();
        json.WriteEndArray();
        json.Flush();
        return walk.IsTooLong ? null : bytes.ToArray();
    }

    sealed class PlainWalk(Document document) : SectionWalk(document)
    {
        public StringBuilder Text { get; } = new();

        protected override void AddText(SharedRef text) => Text.Append(Document.ReadText(text, Leaf));

        protected override void AddLeaf(SharedRef element, string name, char says) => Text.Append(says);

        protected override void EndLine(SharedRef block, string? name) => Text.Append('\n');
    }

    sealed class DeltaWalk(Document document, Utf8JsonWriter json, IReadOnlyDictionary<long, string>? owners) : SectionWalk(document)
    {
        const string None = "{}";

        // A block may have many lines, each of which says what it says of the block; it is read once.
        readonly Dictionary<SharedRef, string> _attributes = [];
        readonly ReadingAllowance _allowed = new(Limits.ReadingBytesMax);
        bool _isBeyond;

        public bool IsTooLong => _isBeyond || json.BytesPending + json.BytesCommitted > Limits.ReadingBytesMax;

        protected override bool IsFull => IsTooLong;

        protected override void AddText(SharedRef text)
        {
            foreach (var run in Document.Runs(text))
            {
                if (IsFull) return;
                Begin(run.Text ?? Leaf.ToString(), run.ClientId);
                if (run.Formats.Count > 0)
                {
                    json.WriteStartObject("attributes");
                    foreach (var (key, value) in run.Formats) WriteRaw(key, value);
                    json.WriteEndObject();
                }

                json.WriteEndObject();
            }
        }

        protected override void AddLeaf(SharedRef element, string name, char says)
        {
            Begin(says.ToString(), element.ClientId);
            json.WriteStartObject("attributes");
            json.WriteString("leaf", name);
            WriteAttributes(AttributesOf(element));
            json.WriteEndObject();
            json.WriteEndObject();
        }

        protected override void EndLine(SharedRef block, string? name)
        {
            Begin("\n", null);
            json.WriteStartObject("attributes");
            json.WriteString("block", name);
            if (name is not null) WriteAttributes(AttributesOfBlock(block));
            if (Around.Count > 0)
            {
                json.WriteStartArray("in");
                foreach (var around in Around) json.WriteStringValue(around);
                json.WriteEndArray();
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        void Begin(string insert, long? client)
        {
            json.WriteStartObject();
            json.WriteString("insert", insert);
            if (client is { } writer && owners is not null && owners.TryGetValue(writer, out var person)) json.WriteString("by", person);
        }

        string AttributesOfBlock(SharedRef block)
        {
            if (!_attributes.TryGetValue(block, out var attributes)) _attributes.Add(block, attributes = AttributesOf(block));
            return attributes;
        }

        string AttributesOf(SharedRef element)
        {
            if (Document.TryReadAttributes(element, _allowed, out var attributes)) return attributes;
            _isBeyond = true;
            return None;
        }

        void WriteAttributes(string attributes)
        {
            if (attributes != None) WriteRaw("attrs", attributes);
        }

        void WriteRaw(string name, string value)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(value, skipInputValidation: true);
        }
    }
}
