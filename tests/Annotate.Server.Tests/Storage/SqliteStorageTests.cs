using Annotate.Journals;
using Annotate.Server.Storage;
using Annotate.Tests.Journals;
using Microsoft.Data.Sqlite;
using Orleans.Storage;

namespace Annotate.Server.Tests.Storage;

/// <summary>Our SQLite provider: the contract, and what is its alone.</summary>
public sealed class SqliteStorageTests : StorageContract
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("annotate-sqlite-");

    string File => Path.Combine(folder.FullName, "annotate.db");

    protected override Task<(IGrainStorage, IAsyncDisposable)> OpenOnce()
    {
        var storage = OpenFile();
        return Task.FromResult<(IGrainStorage, IAsyncDisposable)>((storage, storage));
    }

    SqliteGrainStorage OpenFile()
    {
        var storage = new SqliteGrainStorage("test", new SqliteStorageOptions { Path = File }) { Serializer = new LentBytes(new JournalRecordSerializer()) };
        storage.Open();
        return storage;
    }

    protected override Task HarmAsync(string name, Harm harm)
    {
        var bytes = harm switch
        {
            Harm.Zeroed => "zeroblob(length(data))",
            Harm.CutShort => "substr(data, 1, 10)",
            _ => "x''",
        };
        Execute($"UPDATE records SET data={bytes} WHERE row=(SELECT row FROM names WHERE name LIKE '%{name}')");
        return Task.CompletedTask;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Every_connection_commits_to_disk_and_says_so()
    {
        await using var storage = OpenFile();
        var fromWriter = new Probe(tables => tables.Handle.Number("PRAGMA synchronous"));
        await storage.Store.Write(fromWriter);
        Assert.Equal(2, fromWriter.Answer);
        Assert.Equal(2, await storage.Store.Read(tables => tables.Handle.Number("PRAGMA synchronous")));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_weaker_level_is_refused(int level) => Assert.Throws<InvalidOperationException>(() => SqliteHandle.RequireFullSynchronous(level));

    [Theory]
    [InlineData("UPDATE records SET version=version+1")]
    [InlineData("DELETE FROM records")]
    [InlineData("UPDATE names SET row=row+1")]
    public async Task A_damaged_record_is_an_error_and_not_an_empty_one(string damage)
    {
        await using (var storage = OpenFile())
        {
            await Write(storage, Section, "chunk.0", Bytes(1, 100));
        }

        Execute(damage);
        await using var again = OpenFile();
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => Read(again, Section, "chunk.0"));
        Assert.Contains("chunk.0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Records_that_were_swapped_are_damaged()
    {
        await using (var storage = OpenFile())
        {
            await Write(storage, Section, "chunk.0", Bytes(1, 100));
            await Write(storage, Section, "chunk.1", Bytes(2, 100));
        }

        Execute("UPDATE names SET row=3-row");
        await using var again = OpenFile();
        await Assert.ThrowsAsync<InvalidDataException>(() => Read(again, Section, "chunk.0"));
    }

    [Fact]
    public async Task A_file_with_garbled_pages_is_an_error()
    {
        await using (var storage = OpenFile())
        {
            for (var chunk = 0; chunk < 200; chunk++) await Write(storage, Section, $"chunk.{chunk}", Bytes(chunk, 900));
        }

        await using (var file = new FileStream(File, FileMode.Open, FileAccess.ReadWrite))
        {
            // All pages but the first, which holds the tables' names.
            file.Position = Limits.StoragePageBytes;
            await file.WriteAsync(Bytes(1, (int)file.Length - Limits.StoragePageBytes), Cancel);
        }

        await using var again = OpenFile();
        var error = await Assert.ThrowsAsync<SqliteException>(() => Read(again, Section, "chunk.100"));
        Assert.Contains("damaged", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<SqliteException>(() => Write(again, Section, "chunk.new", [1]));
    }

    [Fact]
    public async Task A_file_that_is_something_else_is_refused()
    {
        await System.IO.File.WriteAllTextAsync(File, new string('x', 5000), Cancel);
        var error = Assert.Throws<SqliteException>(() => OpenFile());
        Assert.Contains("not a storage file", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_a_newer_server_is_refused()
    {
        await OpenFile().DisposeAsync();
        Execute("PRAGMA user_version=99");
        Assert.Contains("99", Assert.Throws<InvalidDataException>(() => OpenFile()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_disk_fails_the_batch_and_room_made_later_lets_it_go_on()
    {
        await using var storage = OpenFile();
        var etag = await Write(storage, Section, "tail.00", [1]);
        var pages = new Probe(tables => tables.Handle.Number("PRAGMA page_count"));
        await storage.Store.Write(pages);
        await storage.Store.Write(new Probe(tables => tables.Handle.Number($"PRAGMA max_page_count={pages.Answer + 2}")));

        var error = await Assert.ThrowsAsync<SqliteException>(() => Write(storage, Section, "snapshot", Bytes(1, 100_000)));
        Assert.Contains("the disk is full", error.Message, StringComparison.Ordinal);
        Assert.False((await Read(storage, Section, "snapshot")).RecordExists);

        await storage.Store.Write(new Probe(tables => tables.Handle.Number("PRAGMA max_page_count=1000000")));
        await Write(storage, Section, "tail.00", [2], etag);
        await Write(storage, Section, "snapshot", Bytes(1, 100_000));
    }

    [Fact]
    public async Task What_fails_in_a_batch_fails_all_of_it_and_none_of_it_stays()
    {
        await using var storage = OpenFile();
        using var isHolding = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        // The first write keeps the storage thread busy while the others gather behind it into one batch.
        var holding = storage.Store.Write(new Probe(_ => Hold(isHolding, goOn)));
        Assert.True(isHolding.Wait(Patience, Cancel));
        var beside = Write(storage, Section, "tail.00", [1]);
        var failing = storage.Store.Write(new Probe(_ => throw new IOException("as if the disk had gone")));
        goOn.Set();
        await holding;
        Assert.Equal("as if the disk had gone", (await Assert.ThrowsAsync<IOException>(() => failing)).Message);
        Assert.Equal("as if the disk had gone", (await Assert.ThrowsAsync<IOException>(() => beside)).Message);
        Assert.False((await Read(storage, Section, "tail.00")).RecordExists);
        await Write(storage, Section, "tail.00", [1]);
    }

    [Theory]
    [InlineData(Limits.StorageQueueBytesMax / 4, 10, 4)]
    [InlineData(1, Limits.StorageQueueRecordsMax + 100, Limits.StorageQueueRecordsMax)]
    [InlineData(Limits.StorageQueueBytesMax + 1, 2, 1)]
    public async Task Writers_beyond_the_queues_bounds_wait_and_all_are_served(int bytes, int writers, int queued)
    {
        await using var storage = OpenFile();
        using var isHolding = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var holding = storage.Store.Write(new Probe(_ => Hold(isHolding, goOn)));
        Assert.True(isHolding.Wait(Patience, Cancel));
        var record = Bytes(1, bytes);
        var writes = Enumerable.Range(0, writers).Select(number => Write(storage, Section, $"chunk.{number}", record)).ToArray();
        Assert.Equal(queued, storage.Store.Queued);
        goOn.Set();
        await Task.WhenAll([holding, .. writes]).WaitAsync(Patience, Cancel);
        Assert.Equal(record, (await Read(storage, Section, $"chunk.{writers - 1}")).Bytes);
    }

    [Fact]
    public async Task A_record_beyond_the_limit_is_refused()
    {
        await using var storage = OpenFile();
        await Assert.ThrowsAsync<ArgumentException>(() => Write(storage, Section, "snapshot", new byte[Limits.StorageRecordBytesMax + 1]));
    }

    [Fact]
    public async Task Closing_writes_what_is_queued_and_refuses_what_comes_after()
    {
        var storage = OpenFile();
        var writes = Enumerable.Range(0, 500).Select(number => Write(storage, Section, $"chunk.{number}", [1])).ToArray();
        await storage.DisposeAsync();
        await Task.WhenAll(writes).WaitAsync(Patience, Cancel);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Write(storage, Section, "chunk.late", [1]));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Read(storage, Section, "chunk.0"));
        await using var again = OpenFile();
        Assert.True((await Read(again, Section, "chunk.499")).RecordExists);
    }

    [Fact]
    public async Task An_ETag_never_comes_back_with_another_meaning()
    {
        await using var storage = OpenFile();
        var etag = await Write(storage, Section, "snapshot.1", [1]);
        await storage.ClearStateAsync("snapshot.1", Section, Holding([1], etag));
        await Write(storage, Section, "snapshot.1", [2]);
        await Assert.ThrowsAsync<InconsistentStateException>(() => Write(storage, Section, "snapshot.1", [3], etag));
        await Assert.ThrowsAsync<InconsistentStateException>(() => Write(storage, Section, "snapshot.1", [3], "of another provider"));
    }

    [Fact]
    public async Task What_was_acknowledged_survives_a_kill()
    {
        var acknowledged = new Dictionary<string, int>();
        using (var child = KilledWriter.Start(File))
        {
            // The child writes for ever and prints each write after its acknowledgement.
            for (var line = 0; line < 3000; line++)
            {
                var text = await child.StandardOutput.ReadLineAsync(Cancel).AsTask().WaitAsync(Patience, Cancel);
                var (name, value) = KilledWriter.Parse(text);
                acknowledged[name] = value;
            }

            child.Kill();
            await child.WaitForExitAsync(Cancel);
            foreach (var text in (await child.StandardOutput.ReadToEndAsync(Cancel)).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                if (!text.EndsWith(';')) continue;
                var (name, value) = KilledWriter.Parse(text);
                acknowledged[name] = value;
            }
        }

        await using var storage = OpenFile();
        foreach (var (name, value) in acknowledged)
        {
            var found = BitConverter.ToInt32((await Read(storage, KilledWriter.Grain, name)).Bytes);
            // The write after the last acknowledged one may have landed unheard.
            Assert.InRange(found, value, value + 1);
        }
    }

    static long Hold(ManualResetEventSlim isHolding, ManualResetEventSlim goOn)
    {
        isHolding.Set();
        return goOn.Wait(Patience, Cancel) ? 0 : throw new TimeoutException();
    }

    void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        connection.Open();
        using var command = new SqliteCommand(sql, connection);
        command.ExecuteNonQuery();
    }

    sealed class Probe(Func<SqliteTables, long> ask) : QueuedWrite(0)
    {
        public long Answer { get; private set; }

        public override void Apply(SqliteTables tables) => Answer = ask(tables);

        public override void Complete() => TrySetResult();
    }
}
