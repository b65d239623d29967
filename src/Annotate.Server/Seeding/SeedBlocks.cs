namespace Annotate.Server.Seeding;

/// <summary>What a section's text is made of, in a seed.</summary>
abstract record SeedBlock
{
    public sealed record Heading(int Level, string Text) : SeedBlock;

    public sealed record Paragraph(string Text) : SeedBlock;

    public sealed record Bullets(IReadOnlyList<string> Items) : SeedBlock;

    /// <summary>Headings from # to ######, bullets with - or *, paragraphs between empty lines; marks within a line are left as they are.</summary>
    public static IReadOnlyList<SeedBlock> Read(string markdown)
    {
        var blocks = new List<SeedBlock>();
        var afterBlank = true;
        foreach (var raw in markdown.ReplaceLineEndings("\n").Split('\n'))
        {
            var line = raw.Trim();
            if (line.Length > 0) Add(blocks, line, afterBlank);
            afterBlank = line.Length == 0;
        }

        return blocks;
    }

    static void Add(List<SeedBlock> blocks, string line, bool afterBlank)
    {
        var last = blocks.Count == 0 ? null : blocks[^1];
        var level = line.TakeWhile(mark => mark == '#').Count();
        if (level is > 0 and <= 6 && line.Length > level && line[level] == ' ')
            blocks.Add(new Heading(level, line[level..].Trim()));
        else if (line.StartsWith("- ", StringComparison.Ordinal) || line.StartsWith("* ", StringComparison.Ordinal))
            AddBullet(blocks, last, line[2..].Trim());
        else if (!afterBlank && last is Paragraph paragraph)
            blocks[^1] = new Paragraph(paragraph.Text + " " + line);
        else if (!afterBlank && last is Bullets bullets)
            blocks[^1] = new Bullets([.. bullets.Items.SkipLast(1), bullets.Items[^1] + " " + line]);
        else
            blocks.Add(new Paragraph(line));
    }

    static void AddBullet(List<SeedBlock> blocks, SeedBlock? last, string item)
    {
        if (last is Bullets bullets) blocks[^1] = new Bullets([.. bullets.Items, item]);
        else blocks.Add(new Bullets([item]));
    }
}
