using System.CommandLine;
using System.Globalization;
using Annotate.Server.Configuring;
using Annotate.Server.Hosting;
using Annotate.Server.Storage;

namespace Annotate.Server.Verbs;

/// <summary>Copies everything that is stored, as of one moment, while a server runs or without one; and checks the copy.</summary>
sealed class Backup
{
    readonly Argument<string> _to = new("PATH") { Description = "The file to make; or a folder, in which it is named after the time." };
    readonly Option<string?> _data = new("--data") { Description = "Data folder of a server on this machine, running or not (default: the setting DataFolder, ./data)." };

    public Command NewCommand()
    {
        var command = new Command("backup", "Copies the storage file as of one moment, also while a server writes to it, and checks the copy. The operator's token is not in it.");
        command.Add(_to);
        command.Add(_data);
        command.SetAction(RunAsync);
        return command;
    }

    async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        var settings = Settings.Read(AnnotateHost.NewBuilder().Configuration);
        if (settings.Profile != Profile.Sqlite) throw new SettingsException($"'backup' copies the storage file of the profile Sqlite. {InsteadOf(settings.Profile)}");
        settings = settings with { DataFolder = Path.GetFullPath(parsed.GetValue(_data) ?? settings.DataFolder) };
        var file = NameOf(parsed.GetValue(_to)!, TimeProvider.System);
        if (Path.Exists(file)) throw new IOException($"{file} is there already; a backup never overwrites one.");
        using var storage = FoundStorage.In(settings);
        return await CopyAsync(storage, file, stop);
    }

    static string InsteadOf(Profile profile) => profile == Profile.Postgres
        ? "A database is copied with its own tools, such as pg_dump."
        : "With the profile Azure, stop all servers and copy the container, such as with azcopy: a copy of what is being written to is of no single moment.";

    static string NameOf(string path, TimeProvider clock)
    {
        var full = Path.GetFullPath(path);
        var time = clock.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        return Directory.Exists(full) ? Path.Combine(full, $"annotate-{time}.db") : full;
    }

    // Under another name until it is whole, on disk and checked: what has the name that was asked for is a backup.
    static async Task<int> CopyAsync(FoundStorage storage, string file, CancellationToken stop)
    {
        var part = $"{file}.{Environment.ProcessId}.part";
        try
        {
            SqliteBackup.Copy(storage.File, storage.IsInUse, part);
            int code;
            await using (var copied = SqliteRecords.Open(part, isInUse: false)) code = await Verify.CheckAsync("the copy", copied, stop);
            File.Move(part, file);
            SqliteBackup.Sync(Path.GetDirectoryName(file)!);
            // What is not damaged is worth a backup all the same; but an older one may be the better.
            if (code != 0) await Console.Error.WriteLineAsync("annotate: the copy is damaged as the storage is. Keep the backups you have.");
            await Console.Out.WriteLineAsync($"{file}: {new FileInfo(file).Length:N0} bytes. It holds what coalitions have not published: keep it where nobody else reads it.");
            return code;
        }
        finally
        {
            File.Delete(part);
        }
    }
}
