using System.Runtime.Versioning;
using Annotate.Server.Storage;

namespace Annotate.Server.Tests.Storage;

public sealed class DataFolderTests : IDisposable
{
    const UnixFileMode OwnersFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    const UnixFileMode OwnersFolder = OwnersFile | UnixFileMode.UserExecute;
    const UnixFileMode OpenFile = OwnersFile | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    const UnixFileMode OpenFolder = OpenFile | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    readonly DirectoryInfo parent = Directory.CreateTempSubdirectory("annotate-folder-");

    public void Dispose() => parent.Delete(recursive: true);

    [Fact]
    public void A_second_start_says_who_holds_the_folder()
    {
        var path = Path.Combine(parent.FullName, "data");
        using var folder = DataFolder.Take(path);
        var refusal = Assert.Throws<DataFolderInUseException>(() => DataFolder.Take(path));
        Assert.Equal($"The data folder {path} is in use by process {Environment.ProcessId}. Stop that first, or choose another folder.", refusal.Message);
    }

    [Fact]
    public void A_folder_let_go_can_be_taken_again()
    {
        var path = Path.Combine(parent.FullName, "data");
        DataFolder.Take(path).Dispose();
        using var folder = DataFolder.Take(path);
        Assert.Equal(Path.Combine(path, "annotate.db"), folder.PathOf("annotate.db"));
    }

    [Fact, UnsupportedOSPlatform("windows")]
    public void A_folder_that_is_made_is_its_owners_alone()
    {
        var path = Path.Combine(parent.FullName, "data");
        using var folder = DataFolder.Take(path);
        Assert.Equal(OwnersFolder, File.GetUnixFileMode(path));
    }

    [Fact, UnsupportedOSPlatform("windows")]
    public async Task In_a_folder_that_others_may_look_into_they_can_read_nothing()
    {
        await using var server = await TestServerHost.StartAsync(settings =>
        {
            File.SetUnixFileMode(settings.DataFolder, OpenFolder);
            return settings;
        });
        AssertClosed(server.DataFolder, "annotate.db", "annotate.db-shm", "annotate.db-wal", "annotate.lock", "annotate.pid", "annotate.sock", "operator.token");
        Assert.Equal(OpenFolder, File.GetUnixFileMode(server.DataFolder));

        // As an older server, or whoever put a copy back, may have left them.
        foreach (var file in Directory.GetFiles(server.DataFolder)) File.SetUnixFileMode(file, OpenFile);
        await server.RestartAsync();
        AssertClosed(server.DataFolder);
    }

    [Fact, UnsupportedOSPlatform("windows")]
    public async Task What_a_crash_left_beside_the_storage_file_is_closed_to_others_too()
    {
        var (original, copy) = (Path.Combine(parent.FullName, "original"), parent.CreateSubdirectory("copy").FullName);
        await using var running = OpenStorage(original);
        // A copy of what is there while it runs is what a crash leaves.
        foreach (var file in Directory.GetFiles(original))
        {
            var copied = Path.Combine(copy, Path.GetFileName(file));
            File.Copy(file, copied);
            File.SetUnixFileMode(copied, OpenFile);
        }

        await using var recovered = OpenStorage(copy);
        AssertClosed(copy, "annotate.db", "annotate.db-shm", "annotate.db-wal");
    }

    [Theory, UnsupportedOSPlatform("windows")]
    [InlineData(UnixFileMode.OtherWrite)]
    [InlineData(UnixFileMode.GroupWrite)]
    public void A_folder_that_others_may_write_to_is_refused(UnixFileMode theirs)
    {
        var path = parent.CreateSubdirectory("data").FullName;
        File.SetUnixFileMode(path, OpenFolder | theirs);
        AssertRefused(path, $"chmod go-w {path}");
        File.SetUnixFileMode(path, OpenFolder);
        DataFolder.Take(path).Dispose();
    }

    [Fact, UnsupportedOSPlatform("windows")]
    public void A_folder_that_anybody_may_replace_is_refused()
    {
        var above = parent.CreateSubdirectory("above").FullName;
        var path = Path.Combine(above, "between", "data");
        File.SetUnixFileMode(above, OpenFolder | UnixFileMode.OtherWrite);
        AssertRefused(path, $"chmod o-w {above}");
        // As /tmp is: whoever may write there cannot rename what is not theirs.
        File.SetUnixFileMode(above, OpenFolder | UnixFileMode.OtherWrite | UnixFileMode.StickyBit);
        DataFolder.Take(path).Dispose();
    }

    [Theory, UnsupportedOSPlatform("windows")]
    [InlineData("annotate.db")]
    [InlineData("annotate.db-wal")]
    [InlineData("annotate.lock")]
    [InlineData("annotate.pid")]
    [InlineData("annotate.sock")]
    [InlineData("annotate.origin")]
    [InlineData("operator.token")]
    [InlineData("operator.token.next")]
    [InlineData("silo.port")]
    public void A_planted_link_is_refused_and_not_followed(string name)
    {
        var path = parent.CreateSubdirectory("data").FullName;
        var target = Path.Combine(parent.FullName, "target");
        File.CreateSymbolicLink(Path.Combine(path, name), target);
        AssertRefused(path, $"{Path.Combine(path, name)} is a link");
        Assert.False(File.Exists(target));
        File.WriteAllText(target, "of somebody else");
        AssertRefused(path, "is a link");
        Assert.Equal("of somebody else", File.ReadAllText(target));
    }

    [Fact, UnsupportedOSPlatform("windows")]
    public void The_folder_itself_may_be_a_link_of_its_owner()
    {
        var real = parent.CreateSubdirectory("real").FullName;
        var path = Path.Combine(parent.FullName, "data");
        Directory.CreateSymbolicLink(path, real);
        DataFolder.Take(path).Dispose();
        File.SetUnixFileMode(real, OpenFolder | UnixFileMode.OtherWrite);
        AssertRefused(path, "chmod go-w");
    }

    [Theory, UnsupportedOSPlatform("windows")]
    [InlineData("")]
    [InlineData("operator.token")]
    public void What_belongs_to_another_account_is_refused(string name)
    {
        // Only root can give a file away.
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "needs root on Linux");
        var path = parent.CreateSubdirectory("data").FullName;
        if (name.Length > 0) File.WriteAllText(Path.Combine(path, name), "");
        using (var chown = System.Diagnostics.Process.Start("chown", ["12345", Path.Combine(path, name)])) chown.WaitForExit();
        AssertRefused(path, "belongs to account 12345");
    }

    static void AssertRefused(string folder, string words) =>
        Assert.Contains(words, Assert.Throws<UnauthorizedAccessException>(() => DataFolder.Take(folder)).Message, StringComparison.Ordinal);

    static SqliteGrainStorage OpenStorage(string folder)
    {
        var storage = new SqliteGrainStorage("test", new SqliteStorageOptions { Path = Path.Combine(folder, "annotate.db") });
        storage.Open();
        return storage;
    }

    [UnsupportedOSPlatform("windows")]
    static void AssertClosed(string folder, params string[] expected)
    {
        var modes = Directory.GetFiles(folder).ToDictionary(file => Path.GetFileName(file)!, File.GetUnixFileMode);
        foreach (var name in expected) Assert.Contains(name, modes.Keys);
        foreach (var (name, mode) in modes) Assert.True(mode == OwnersFile, $"{name} is {mode}");
    }
}
