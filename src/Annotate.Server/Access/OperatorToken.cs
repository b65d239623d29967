using Annotate.Server.Configuring;
using Annotate.Server.Storage;

namespace Annotate.Server.Access;

/// <summary>
/// The operator's token, in a file of the data folder that only the server's account may read. Removing the file and starting again
/// makes a new one; signing out with it ends it; <see cref="RotateAsync"/> makes a new one and ends all others.
/// </summary>
sealed partial class OperatorToken(Tokens tokens, Doors doors, Settings settings, ILogger<OperatorToken> logger) : IHostedService
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
        // is of another database's key would open nothing here, nor would one that another server of the cluster has ended.
        if (tokens.IsWhole(kept) && (await tokens.IssueToOperatorAsync(kept!) || await IsGoodAsync(kept!))) return;

        var made = tokens.MakeForOperator();
        await tokens.IssueToOperatorAsync(made);
        await OwnerOnly.WriteWholeAsync(path, made, cancellationToken);
        if (kept is not null) LogReplaced(path);
    }

    /// <summary>Makes a new token for the operator, in the file too, and ends all others: those of other servers of a cluster as well, which make theirs when they start.</summary>
    public async Task<string> RotateAsync(CancellationToken cancellationToken)
    {
        // The old ones end last: whatever stops in between, one of them is good and in the file.
        var made = tokens.MakeForOperator();
        await tokens.IssueToOperatorAsync(made);
        await OwnerOnly.WriteWholeAsync(PathIn(settings.DataFolder), made, cancellationToken);
        await tokens.RevokeOperatorKeysAsync(except: made);
        return made;
    }

    async Task<bool> IsGoodAsync(string token) =>
        await doors.FindAsync(token) is { IsOperator: true } principal && await doors.StandingAsync(principal, null) is not null;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(LogLevel.Warning, "The operator's token in {Path} opens nothing in this storage; another stands there now")]
    partial void LogReplaced(string path);
}
