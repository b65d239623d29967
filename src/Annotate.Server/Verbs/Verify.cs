using System.CommandLine;
using System.Diagnostics;
using Annotate.Server.Configuring;
using Annotate.Server.Hosting;
using Annotate.Server.Storage;
using Orleans.Serialization;
using Entry = Annotate.Deciding.Entry;

namespace Annotate.Server.Verbs;

/// <summary>Reads everything that is stored, and says what is damaged. Writes nothing, and needs no server: one may run or not.</summary>
sealed class Verify
{
    readonly Argument<string?> _file = new("FILE") { Description = "A storage file by itself, such as a backup (default: what the data folder's server keeps).", Arity = ArgumentArity.ZeroOrOne };
    readonly Option<string?> _data = new("--data") { Description = "Data folder of a server on this machine, running or not (default: the setting DataFolder, ./data)." };

    public Command NewCommand()
    {
        var command = new Command("verify", "Checks every stored record and every journal, and names what is damaged. Ends with 0 when all is whole, with 1 when not.");
        command.Add(_file);
        command.Add(_data);
        command.SetAction(RunAsync);
        return command;
    }

    async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        var settings = Settings.Read(AnnotateHost.NewBuilder().Configuration);
        settings = settings with { DataFolder = Path.GetFullPath(parsed.GetValue(_data) ?? settings.DataFolder) };
        if (parsed.GetValue(_file) is { } file) return await CheckFileAsync(Path.GetFullPath(file), isInUse: false, stop);
        switch (settings.Profile)
        {
            case Profile.Sqlite:
                using (var storage = FoundStorage.In(settings)) return await CheckFileAsync(storage.File, storage.IsInUse, stop);
            case Profile.Postgres:
                await using (var records = await PostgresRecords.OpenAsync(settings.Postgres!, stop)) return await CheckAsync("the database", records, stop);
            default:
                throw new SettingsException("'verify' reads the profiles Sqlite and Postgres, or a storage file that is named; it cannot list the records of the profile Azure. A damaged one answers with the problem 'damaged', and is named in the log.");
        }
    }

    static async Task<int> CheckFileAsync(string file, bool isInUse, CancellationToken stop)
    {
        if (!File.Exists(file)) throw new IOException($"There is no file {file}.");
        await using var records = SqliteRecords.Open(file, isInUse);
        return await CheckAsync(file, records, stop);
    }

    /// <summary>Checks it all, tells each fault on standard output, and what it comes to.</summary>
    internal static async Task<int> CheckAsync(string what, StoredRecords records, CancellationToken stop)
    {
        using var services = new ServiceCollection().AddSerializer().BuildServiceProvider();
        var serializer = services.GetRequiredService<Serializer>();
        var damagedGrains = new HashSet<string>();
        var check = new StorageCheck(bytes => CanRead(serializer, bytes), fault =>
        {
            damagedGrains.Add(fault.Grain?.ToString() ?? "");
            Console.Out.WriteLine($"damaged: {fault}");
        });
        var total = await records.CountAsync(stop);
        await Console.Error.WriteLineAsync($"Checking the {total:N0} records of {what} ...");
        var said = Stopwatch.GetTimestamp();
        await check.RunAsync(records, Progress, stop);
        if (check.Faults == 0)
        {
            await Console.Out.WriteLineAsync($"All {check.Records:N0} records of {check.Journals:N0} journals in {what} are whole.");
            return 0;
        }

        await Console.Out.WriteLineAsync(
            $"""
            {check.Faults:N0} faults among {check.Records:N0} records of {check.Journals:N0} journals in {what}.
            What is named above is closed: it answers with the problem 'damaged', and nothing is written to it; everything else goes on. Keep this file
            as it is. Look for the newest backup that 'annotate verify FILE' finds whole, and put it back (deploy/README.md, "Put a copy back").
            """);
        return CommandLine.Failed;

        void Progress()
        {
            if (Stopwatch.GetElapsedTime(said).TotalSeconds < Limits.ProgressSeconds) return;
            said = Stopwatch.GetTimestamp();
            Console.Error.WriteLine($"{check.Records:N0} of {total:N0} records ...");
        }
    }

    static bool CanRead(Serializer serializer, ReadOnlyMemory<byte> entry)
    {
        try
        {
            return serializer.Deserialize<Entry>(entry) is not null;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return false;
        }
    }
}

/// <summary>The storage file of a data folder: held, so that no server starts meanwhile, or in use by one that runs.</summary>
sealed class FoundStorage : IDisposable
{
    readonly DataFolder? _held;

    FoundStorage(string file, DataFolder? held) => (File, _held) = (file, held);

    public string File { get; }

    public bool IsInUse => _held is null;

    /// <exception cref="IOException">There is none.</exception>
    public static FoundStorage In(Settings settings)
    {
        var file = Profiles.FileOf(settings);
        if (!System.IO.File.Exists(file)) throw new IOException($"There is no storage file {file}.");
        try
        {
            return new FoundStorage(file, DataFolder.Take(settings.DataFolder));
        }
        catch (DataFolderInUseException)
        {
            return new FoundStorage(file, null);
        }
    }

    public void Dispose() => _held?.Dispose();
}
