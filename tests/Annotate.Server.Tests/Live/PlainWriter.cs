using Annotate.Client;
using Annotate.Tests.Statements;
using Annotate.Text;

namespace Annotate.Server.Tests.Live;

/// <summary>Edits a text as an editor does: words in paragraphs, and paragraphs.</summary>
sealed class PlainWriter
{
    static readonly string[] Words = ["word ", "漢字", "👍", "é", "two\nlines ", "x"];

    readonly OpenText _open;
    readonly Document _document;
    readonly Random _random;
    readonly Lock _lock = new();

    PlainWriter(OpenText open, long client, int seed)
    {
        (_open, _random) = (open, new Random(seed));
        _document = new Document(new DocumentOptions { ClientId = client });
        open.Updated += Take;
        Take(open.State);
    }

    public static async Task<PlainWriter> StartAsync(LiveClient client, string text, long id, int seed) => new(await client.OpenTextAsync(text), id, seed);

    /// <summary>Makes some edit; answers with the version at which it is durable.</summary>
    public Task<long> EditAsync() => SendAsync(() => _document.Change(Edit));

    /// <summary>Adds words at the start of a paragraph.</summary>
    public Task<long> TypeAsync(int paragraph, string words) => SendAsync(() => _document.Change(edit => edit.Insert(TextOf(paragraph), 0, words)));

    /// <summary>Adds a paragraph.</summary>
    public Task<long> AddAsync(string words) => SendAsync(() => _document.Change(edit => Add(edit, _document.LengthOf(Tree.Root), words)));

    // Edits are given to the client in the order in which they were made.
    Task<long> SendAsync(Func<byte[]> change)
    {
        lock (_lock) return _open.EditAsync(change());
    }

    void Take(byte[] update)
    {
        lock (_lock) Assert.True(_document.TryApply(update, out var fault), fault.ToString());
    }

    void Edit(DocumentEdit edit)
    {
        var paragraphs = _document.LengthOf(Tree.Root);
        var what = _random.Next(10);
        if (paragraphs == 0 || what == 0) Add(edit, _random.Next(paragraphs + 1), Words[_random.Next(Words.Length)]);
        else if (what == 1 && paragraphs > 3) edit.Delete(Tree.Root, _random.Next(paragraphs), 1);
        else EditWords(edit, TextOf(_random.Next(paragraphs)), what);
    }

    void EditWords(DocumentEdit edit, SharedRef text, int what)
    {
        var length = _document.LengthOf(text);
        var at = _random.Next(length + 1);
        if (what < 4 && at < length) edit.Delete(text, at, Math.Min(length - at, 1 + _random.Next(8)));
        else if (what == 4 && at < length) edit.Format(text, at, length - at, new() { ["bold"] = new System.Text.Json.Nodes.JsonObject() });
        else edit.Insert(text, at, Words[_random.Next(Words.Length)]);
    }

    SharedRef TextOf(int paragraph) => _document.TypesIn(_document.TypesIn(Tree.Root)[paragraph])[0];

    static void Add(DocumentEdit edit, int at, string words) =>
        edit.Insert(edit.InsertType(edit.InsertType(Tree.Root, at, SharedKind.XmlElement, "paragraph"), 0, SharedKind.XmlText), 0, words);
}
