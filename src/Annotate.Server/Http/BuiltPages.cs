using System.Text.Json;
using Annotate.Server.Configuring;
using Microsoft.Extensions.FileProviders;

namespace Annotate.Server.Http;

/// <summary>The web pages as Vite built them; without them the server answers the API and the sockets, and its own pages are plain.</summary>
public sealed class BuiltPages(Settings settings)
{
    // Written by Vite for servers that make pages of their own: https://vite.dev/guide/backend-integration
    const string Manifest = ".manifest.json";
    const string Entry = "index.html";

    /// <summary>Null where they were not built.</summary>
    public PhysicalFileProvider? Files { get; } = Folders.FindWeb(settings) is { } folder ? new PhysicalFileProvider(folder) : null;

    /// <summary>Address of the style sheet that all pages share, whose name changes with what is in it; null where there is none.</summary>
    public string? StyleSheet => field ??= Files is { } files ? StyleSheetIn(Path.Combine(files.Root, Manifest)) : null;

    static string? StyleSheetIn(string manifest)
    {
        if (!File.Exists(manifest)) return null;
        using var written = JsonDocument.Parse(File.ReadAllBytes(manifest));
        return written.RootElement.GetProperty(Entry).TryGetProperty("css", out var sheets) ? "/" + sheets[0].GetString() : null;
    }
}
