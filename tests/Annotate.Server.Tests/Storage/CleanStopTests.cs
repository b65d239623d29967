using System.Collections.Concurrent;
using Annotate.Journals;
using Annotate.Server.Storage;
using Annotate.Server.Tests.Live;

namespace Annotate.Server.Tests.Storage;

/// <summary>After a clean stop the storage file stands alone: a plain copy of it holds every acknowledged write.</summary>
public sealed class CleanStopTests(ITestOutputHelper output) : IDisposable
{
    const int Stops = 200;
    const int Writers = 4;
    const int Readers = 4;
    const int Annotators = 4;

    static readonly GrainId Grain = GrainId.Create("section", "coalition/statement/section-1");
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("annotate-stop-");

    string File => Path.Combine(folder.FullName, "annotate.db");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task After_200_stops_under_load_a_plain_copy_holds_every_acknowledged_write()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var acknowledged = new ConcurrentDictionary<string, int>();
        for (var stop = 1; stop <= Stops; stop++)
        {
            var storage = Open(File);
            var load = new Load(storage, acknowledged, random.Next(1, 12));
            await load.Reached.WaitAsync(Patience);
            // Half of the stops find the writing thread idle and readers at work, the other half find both at work.
            if (stop % 2 == 0) await load.PauseWritingAsync().WaitAsync(Patience);
            await storage.DisposeAsync();
            AssertAlone(File, $"stop {stop}");
            await load.Ended.WaitAsync(Patience);
            await AssertHoldsAsync(PlainCopy(File), acknowledged);
        }
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task A_server_that_is_told_to_stop_leaves_the_storage_file_alone(string signal)
    {
        await using var server = await ServerProcess.StartAsync();
        using var operator_ = server.NewOperator();
        await Harbour.FoundAsync(operator_);
        var token = await Harbour.TokenAsync(operator_, "ada");
        var acknowledged = 0;
        TaskCompletionSource enough = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var annotating = Task.WhenAll(Enumerable.Range(0, Annotators).Select(_ => AnnotateAsync()));
        await enough.Task.WaitAsync(Patience);
        Assert.Equal(0, await server.StopAsync(signal));
        await annotating;
        AssertAlone(Path.Combine(server.DataFolder, "annotate.db"), signal);
        Assert.DoesNotContain("LeftAsync", server.Output, StringComparison.Ordinal);

        System.IO.File.Move(PlainCopy(Path.Combine(server.DataFolder, "annotate.db")), File);
        var thread = await StoredFile.ReadAsync(File, Harbour.ThreadPath);
        Assert.InRange(thread.GetProperty("annotations").GetArrayLength(), acknowledged, acknowledged + Annotators);

        async Task AnnotateAsync()
        {
            using var ada = new HttpClient { BaseAddress = server.Address };
            ada.DefaultRequestHeaders.Authorization = new("Bearer", token);
            try
            {
                while (true)
                {
                    await Harbour.PostAsync(ada, Harbour.ThreadPath + "/annotations", Harbour.Annotation("Acknowledged remark"));
                    if (Interlocked.Increment(ref acknowledged) == 40) enough.SetResult();
                }
            }
            catch (Exception stopped) when (stopped is HttpRequestException or Xunit.Sdk.TrueException)
            {
                // It listens no more, or has said that it is stopping.
            }
        }
    }

    static SqliteGrainStorage Open(string file)
    {
        var storage = new SqliteGrainStorage("test", new SqliteStorageOptions { Path = file });
        storage.Open();
        return storage;
    }

    static void AssertAlone(string file, string after)
    {
        foreach (var beside in (string[])["-wal", "-shm", "-journal"]) Assert.False(System.IO.File.Exists(file + beside), $"{file + beside} after {after}");
    }

    string PlainCopy(string file)
    {
        var copy = Path.Combine(folder.FullName, "copy.db");
        System.IO.File.Copy(file, copy, overwrite: true);
        return copy;
    }

    static async Task AssertHoldsAsync(string file, ConcurrentDictionary<string, int> acknowledged)
    {
        await using var records = SqliteRecords.Open(file, isInUse: false);
        var found = await records.ReadAsync(CancellationToken.None).ToDictionaryAsync(record => record.Name, record => BitConverter.ToInt32(record.Bytes));
        // What was under way at the stop may have been written unheard.
        foreach (var (name, value) in acknowledged) Assert.InRange(found[name], value, value + 1);
    }

    /// <summary>Writers and readers at the same time, until the storage is closed under them.</summary>
    sealed class Load
    {
        readonly TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        readonly SqliteGrainStorage storage;
        readonly ConcurrentDictionary<string, int> acknowledged;
        readonly Task writing;
        int left;
        volatile bool isPaused;

        public Load(SqliteGrainStorage storage, ConcurrentDictionary<string, int> acknowledged, int writes)
        {
            (this.storage, this.acknowledged, left) = (storage, acknowledged, writes);
            writing = Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() => UntilClosedAsync(state => WriteAsync($"tail.{writer}", state), () => isPaused))));
            // On threads of their own: readers that never pause would keep the writers from the pool's.
            var readers = Enumerable.Range(0, Readers).Select(reader => Task.Factory.StartNew(
                () => UntilClosedAsync(state => Task.FromResult(storage.ReadStateAsync($"tail.{reader}", Grain, state).Wait(Patience)), () => false).GetAwaiter().GetResult(),
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default));
            Ended = Task.WhenAll([writing, .. readers]);
        }

        /// <summary>So many writes have been acknowledged.</summary>
        public Task Reached => reached.Task;

        public Task Ended { get; }

        public Task PauseWritingAsync()
        {
            isPaused = true;
            return writing;
        }

        async Task WriteAsync(string name, GrainState<JournalRecord> state)
        {
            if (!state.RecordExists) await storage.ReadStateAsync(name, Grain, state);
            var value = (state.RecordExists ? BitConverter.ToInt32(state.State!.Bytes) : 0) + 1;
            state.State = new JournalRecord { Bytes = BitConverter.GetBytes(value) };
            await storage.WriteStateAsync(name, Grain, state);
            acknowledged[name] = value;
            if (Interlocked.Decrement(ref left) == 0) reached.SetResult();
        }

        static async Task UntilClosedAsync(Func<GrainState<JournalRecord>, Task> doAsync, Func<bool> isOver)
        {
            var state = new GrainState<JournalRecord>(new());
            try
            {
                while (!isOver()) await doAsync(state);
            }
            catch (Exception closed) when (closed is ObjectDisposedException || closed.InnerException is ObjectDisposedException)
            {
                // Closed.
            }
        }
    }
}
