using Annotate.Server.Storage;

namespace Annotate.Server.Tests.Storage;

public sealed class DataFolderTests : IDisposable
{
    readonly DirectoryInfo parent = Directory.CreateTempSubdirectory("annotate-folder-");

    public void Dispose() => parent.Delete(recursive: true);

    [Fact]
    public void A_second_start_says_who_holds_the_folder()
    {
        var path = Path.Combine(parent.FullName, "data");
        using var folder = DataFolder.Take(path);
        var refusal = Assert.Throws<DataFolderInUseException>(() => DataFolder.Take(path));
        Assert.Equal($"The data folder {path} is in use by process {Environment.ProcessId}.", refusal.Message);
    }

    [Fact]
    public void A_folder_let_go_can_be_taken_again()
    {
        var path = Path.Combine(parent.FullName, "data");
        DataFolder.Take(path).Dispose();
        using var folder = DataFolder.Take(path);
        Assert.Equal(Path.Combine(path, "annotate.db"), folder.PathOf("annotate.db"));
    }
}
