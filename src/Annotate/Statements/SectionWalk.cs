using Annotate.Text;

namespace Annotate.Statements;

/// <summary>Goes through what a section says, line by line, by the rules in this folder's README.</summary>
abstract class SectionWalk(Document document)
{
    /// <summary>The root that editors of ProseMirror and Tiptap write into.</summary>
    public const string Root = "default";

    /// <summary>Stands for what has a place in a line and no words: U+FFFC, OBJECT REPLACEMENT CHARACTER.</summary>
    protected const char Leaf = '\uFFFC';

    const string HardBreak = "hardBreak";

    protected Document Document => document;

    /// <summary>The elements around the block that is being read, from the outside.</summary>
    protected List<string> Around { get; } = [];

    /// <summary>No more is wanted.</summary>
    protected virtual bool IsFull => false;

    public void Walk() => WalkChildren(SharedRef.Xml(Root), null);

    /// <summary>Text of the line.</summary>
    protected abstract void AddText(SharedRef text);

    /// <summary>An element of the line without words, or a break in it.</summary>
    protected abstract void AddLeaf(SharedRef element, string name, char says);

    /// <summary>The line ends.</summary>
    /// <param name="block">The element whose line it is; null for text that stands in none.</param>
    protected abstract void EndLine(SharedRef block, string? name);

    void WalkChildren(SharedRef block, string? name)
    {
        var children = document.TypesIn(block);
        var isTextblock = IsTextblock(name, children);
        var (isOpen, hasLine) = (false, false);
        foreach (var child in children)
        {
            if (IsFull) return;
            if (child.Kind == SharedKind.XmlText) AddText(child);
            else if (child.Kind != SharedKind.XmlElement) continue;
            else if (!TryAddLeaf(child, isTextblock))
            {
                if (isOpen) EndLine(block, name);
                WalkBlock(child, name);
                (isOpen, hasLine) = (false, true);
                continue;
            }
            isOpen = true;
        }
        if (isOpen || (isTextblock && !hasLine)) EndLine(block, name);
    }

    // A paragraph has a line even if it is empty; a list has none; of others it depends on what is in them.
    bool IsTextblock(string? name, IReadOnlyList<SharedRef> children) => name is "paragraph" or "heading" or "codeBlock"
        || children.Any(child => child.Kind == SharedKind.XmlText || (child.Kind == SharedKind.XmlElement && document.NameOf(child) == HardBreak));

    bool TryAddLeaf(SharedRef element, bool isInLine)
    {
        var name = document.NameOf(element)!;
        var isLeaf = name == HardBreak || (isInLine && !IsKnownBlock(name) && document.LengthOf(element) == 0);
        if (isLeaf) AddLeaf(element, name, name == HardBreak ? '\n' : Leaf);
        return isLeaf;
    }

    void WalkBlock(SharedRef block, string? parent)
    {
        var name = document.NameOf(block)!;
        if (parent is not null) Around.Add(parent);
        if (document.LengthOf(block) == 0 && !IsKnownBlock(name))
        {
            AddLeaf(block, name, Leaf);
            EndLine(block, name);
        }
        else WalkChildren(block, name);
        if (parent is not null) Around.RemoveAt(Around.Count - 1);
    }

    static bool IsKnownBlock(string name) =>
        name is "paragraph" or "heading" or "codeBlock" or "blockquote" or "bulletList" or "orderedList" or "listItem";
}
