using System.Text.Json.Nodes;
using Annotate.Text;

namespace Annotate.Tests.Statements;

/// <summary>Writes nodes, as ProseMirror's JSON has them, into a document as y-prosemirror does. A node {"object": …} is an embed in a text.</summary>
static class Tree
{
    public static readonly SharedRef Root = SharedRef.Xml("default");

    public static Document Document(string nodes) => Document(1, JsonNode.Parse(nodes)!.AsArray());

    public static Document Document(long client, JsonArray nodes)
    {
        var document = new Document(new DocumentOptions { ClientId = client });
        document.Change(edit => Write(edit, Root, nodes));
        return document;
    }

    public static void Write(DocumentEdit edit, SharedRef parent, JsonArray nodes)
    {
        var index = 0;
        SharedRef? open = null;
        var length = 0;
        foreach (var node in nodes.Select(each => each!.AsObject()))
        {
            if (node["type"] is { } type)
            {
                open = null;
                WriteElement(edit, edit.InsertType(parent, index++, SharedKind.XmlElement, (string)type!), node);
                continue;
            }

            if (open is null) (open, length) = (edit.InsertType(parent, index++, SharedKind.XmlText), 0);
            var marks = node["marks"]?.DeepClone().AsObject() ?? [];
            if (node["text"] is not null) edit.Insert(open.Value, length, (string)node["text"]!, marks);
            else edit.InsertEmbed(open.Value, length, node["object"]!.DeepClone());
            length += ((string?)node["text"])?.Length ?? 1;
        }
    }

    static void WriteElement(DocumentEdit edit, SharedRef element, JsonObject node)
    {
        foreach (var (key, value) in node["attrs"] as JsonObject ?? []) edit.Set(element, key, value?.DeepClone());
        Write(edit, element, node["content"] as JsonArray ?? []);
    }
}
