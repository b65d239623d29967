using Annotate.Journals;
using Annotate.Server.Storage;
using Annotate.Tests.Journals;
using Orleans.Storage;

namespace Annotate.Server.Tests.Storage;

/// <summary>The journal's contract over our SQLite provider, each write of it on disk.</summary>
public sealed class JournalOnSqlite(JournalFile file) : JournalContract, IClassFixture<JournalFile>
{
    protected override int Stride => 11;

    protected override int GrowingAppends => 2_000;

    protected override int RandomRounds => 20;

    protected override IGrainStorage NewStorage() => file.Storage;
}

/// <summary>One storage file that the tests of the class share.</summary>
public sealed class JournalFile : IAsyncDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("annotate-sqlite-");

    public JournalFile()
    {
        Storage = new SqliteGrainStorage("test", new SqliteStorageOptions { Path = Path.Combine(folder.FullName, "annotate.db") })
        {
            Serializer = new LentBytes(new JournalRecordSerializer()),
        };
        Storage.Open();
    }

    public SqliteGrainStorage Storage { get; }

    public async ValueTask DisposeAsync()
    {
        await Storage.DisposeAsync();
        folder.Delete(recursive: true);
    }
}
