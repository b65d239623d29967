using Annotate.Server.Storage;
using Annotate.Tests.Journals;
using Npgsql;
using Orleans.Storage;

namespace Annotate.Server.Tests.Storage;

/// <summary>What <c>verify</c> reads: every record of a storage, each by its grain and name, and what is wrong with it.</summary>
public sealed class StorageCheckTests(PostgresFixture postgres) : IDisposable
{
    static readonly GrainId[] Grains = [.. Enumerable.Range(0, 3).Select(number => GrainId.Create("section", $"coalition/statement/section-{number}"))];
    static readonly string Tail = $"{JournalContract.Name}.tail.02";

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("annotate-check-");

    string File => Path.Combine(folder.FullName, "annotate.db");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_storage_file_is_read_as_it_is_and_not_changed(bool isInUse)
    {
        var storage = new SqliteGrainStorage("test", new SqliteStorageOptions { Path = File });
        storage.Open();
        await FillAsync(storage);
        if (!isInUse) await storage.DisposeAsync();
        await CheckAsync(await Whole());
        if (!isInUse)
        {
            Assert.Equal(["annotate.db"], folder.GetFiles().Select(file => file.Name));
            StoredFile.Execute(File, $"UPDATE records SET data=zeroblob(length(data)) WHERE row=(SELECT row FROM names WHERE key LIKE '%section-1' AND name='{Tail}')");
            StoredFile.Execute(File, "DELETE FROM records WHERE row=(SELECT row FROM names WHERE key LIKE '%section-2' ORDER BY name DESC LIMIT 1)");
            await CheckAsync(await Whole(), $"{Grains[1]}: the record {Tail} does not match its checksum", $"{Grains[2]}: the record {JournalContract.Name}.tail.03 is missing");
        }

        await storage.DisposeAsync();

        Task<StoredRecords> Whole() => Task.FromResult<StoredRecords>(SqliteRecords.Open(File, isInUse));
    }

    [Fact]
    public async Task A_database_is_read_as_it_is()
    {
        var database = await postgres.NewDatabase();
        await PostgresSchema.EnsureAsync(database, Cancel);
        await using (var provider = await LoneProvider.StartAsync(database)) await FillAsync(provider.Storage);
        await CheckAsync(await PostgresRecords.OpenAsync(database, Cancel));
        await using var source = NpgsqlDataSource.Create(database);
        await using var harm = source.CreateCommand(
            $"UPDATE orleans.orleansstorage SET payloadbinary=substring(payloadbinary for 20) WHERE grainidextensionstring LIKE '%section-1' AND graintypestring='{Tail}'");
        Assert.Equal(1, await harm.ExecuteNonQueryAsync(Cancel));
        await CheckAsync(await PostgresRecords.OpenAsync(database, Cancel), $"{Grains[1]}: the record {Tail} is not as it was written");
    }

    static Task FillAsync(IGrainStorage storage) => OneAtATime.RunAsync(async () =>
    {
        foreach (var grain in Grains)
        {
            var activation = await Activation.OpenAsync(storage, grain);
            for (var number = 1; number <= 3; number++) await activation.AppendDurablyAsync($"e{number}");
            await activation.Journal.CloseAsync();
        }
    });

    static async Task CheckAsync(StoredRecords records, params string[] expected)
    {
        await using (records)
        {
            var found = new List<string>();
            var check = new StorageCheck(_ => true, fault => found.Add(fault.ToString()));
            await check.RunAsync(records, () => { }, Cancel);
            Assert.Equal(expected, found);
            Assert.Equal((9, 3), (check.Records, check.Journals));
            Assert.Equal(9, await records.CountAsync(Cancel));
        }
    }
}
