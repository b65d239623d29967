namespace Annotate.Server.Storage;

/// <summary>Where the SQLite provider keeps its records.</summary>
public sealed class SqliteStorageOptions
{
    /// <summary>The storage file. It and its folder are created where missing; beside it SQLite keeps <c>-wal</c> and <c>-shm</c>.</summary>
    public string Path { get; set; } = "";
}
