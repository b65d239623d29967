namespace Annotate.Server.Configuring;

/// <summary>Finds what lies beside the executable when it was published, and somewhere above it when it runs from the repository.</summary>
static class Folders
{
    public static string? FindSeeds(Settings settings) =>
        settings.SeedsFolder is { } set ? Existing(set) : Find("seeds", AppContext.BaseDirectory) ?? Find("seeds", Environment.CurrentDirectory);

    public static string? FindWeb(Settings settings) => settings.WebFolder is { } set
        ? Existing(set)
        : Find("wwwroot", AppContext.BaseDirectory) ?? Find(Path.Combine("src", "Annotate.Server", "wwwroot"), AppContext.BaseDirectory);

    static string? Existing(string folder) =>
        Directory.Exists(folder) ? Path.GetFullPath(folder) : throw new SettingsException($"There is no folder '{folder}'.");

    static string? Find(string name, string from)
    {
        var folder = new DirectoryInfo(from);
        for (var above = 0; folder is not null && above <= Limits.FoldersAboveMax; above++, folder = folder.Parent)
            if (Path.Combine(folder.FullName, name) is var found && Directory.Exists(found)) return found;
        return null;
    }
}
