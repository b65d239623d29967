namespace Annotate.Bench;

/// <summary>A data folder for one measurement; it goes with it.</summary>
sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("annotate-bench-").FullName;

    public void Dispose()
    {
        if (Directory.Exists(Path)) Directory.Delete(Path, recursive: true); // Somebody may have cleaned up already.
    }
}
