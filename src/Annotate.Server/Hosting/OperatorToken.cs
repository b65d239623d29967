using Annotate.Server.Access;
using Annotate.Server.Storage;

namespace Annotate.Server.Hosting;

/// <summary>
/// The operator's token, in a file of the data folder that only the server's account may read. Removing the file and starting again
/// makes a new one; signing out with it ends it.
/// </summary>
sealed partial class OperatorToken(Tokens tokens, Settings settings, ILogger<OperatorToken> logger) : IHostedService
{
    public const string FileName = "operator.token";

    public static string PathIn(string dataFolder) => Path.Combine(dataFolder, FileName);

    // The silo has started by now, and nobody listens yet.
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var path = PathIn(settings.DataFolder);
        OwnerOnly.CloseToOthers(path);
        var kept = File.Exists(path) ? (await File.ReadAllTextAsync(path, cancellationToken)).Trim() : null;
        // A token that the storage does not know (another database, or an empty one) is made known to it: the file counts. But one whose check
        // is of another database's key would open nothing here.
        if (tokens.IsWhole(kept) && (await tokens.IssueToOperatorAsync(kept!) || await tokens.FindAsync(kept!) is not null)) return;

        var made = tokens.MakeForOperator();
        await tokens.IssueToOperatorAsync(made);
        await WriteAsync(path, made, cancellationToken);
        if (kept is not null) LogReplaced(path);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(LogLevel.Warning, "The operator's token in {Path} opens nothing in this storage; another stands there now")]
    partial void LogReplaced(string path);

    static async Task WriteAsync(string path, string token, CancellationToken cancellationToken)
    {
        var next = path + ".next";
        await using (var writer = new StreamWriter(OwnerOnly.Open(next, FileMode.Create))) await writer.WriteLineAsync(token.AsMemory(), cancellationToken);
        File.Move(next, path, overwrite: true);
    }
}
