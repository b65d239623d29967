using Annotate.Server.Tests.Live;
using Annotate.Server.Tests.Storage;

namespace Annotate.Server.Tests.Verbs;

/// <summary>A backup made while people work, put into another place.</summary>
public sealed class BackupTests
{
    [Fact]
    public async Task A_backup_under_load_holds_what_was_acknowledged_before_and_starts_elsewhere()
    {
        await using var server = await ServerProcess.StartAsync();
        using var operator_ = server.NewOperator();
        await Harbour.FoundAsync(operator_);
        var token = await Harbour.TokenAsync(operator_, "ada");
        var acknowledged = 0;
        using var isOver = new CancellationTokenSource();
        TaskCompletionSource some = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var annotating = Task.WhenAll(Enumerable.Range(0, 3).Select(_ => AnnotateAsync()));
        await some.Task.WaitAsync(TimeSpan.FromSeconds(30));

        var place = Directory.CreateTempSubdirectory("annotate-backup-");
        var before = Volatile.Read(ref acknowledged);
        var made = await server.RunAsync("backup", place.FullName);
        Assert.True(made.Code == 0, made.Error);
        Assert.True(Volatile.Read(ref acknowledged) > before, "Nobody could write meanwhile.");
        await isOver.CancelAsync();
        await annotating;

        // One file, whole, closed to others; and never over another one.
        var backup = Assert.Single(Directory.GetFiles(place.FullName));
        Assert.Matches(@"/annotate-\d{8}T\d{6}Z\.db$", backup);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(backup));
        Assert.Contains("is there already", (await server.RunAsync("backup", backup)).Error, StringComparison.Ordinal);

        var restored = place.CreateSubdirectory("restored").FullName;
        var copy = Path.Combine(restored, "annotate.db");
        File.Copy(backup, copy);
        Assert.True((await StoredFile.ReadAsync(copy, Harbour.ThreadPath)).GetProperty("annotations").GetArrayLength() >= before);
        var verified = await Executable.RunAsync(["verify", "--data", restored]);
        Assert.True(verified.Code == 0, verified.Output + verified.Error);
        Assert.Matches(@"^All [\d,]+ records of [\d,]+ journals in .* are whole\.\n$", verified.Output);
        place.Delete(recursive: true);

        async Task AnnotateAsync()
        {
            using var ada = new HttpClient { BaseAddress = server.Address };
            ada.DefaultRequestHeaders.Authorization = new("Bearer", token);
            while (!isOver.IsCancellationRequested)
            {
                await Harbour.PostAsync(ada, Harbour.ThreadPath + "/annotations", Harbour.Annotation("A remark to be kept."));
                if (Interlocked.Increment(ref acknowledged) == 30) some.SetResult();
            }
        }
    }

    [Fact]
    public async Task What_cannot_be_copied_or_checked_is_said_in_words()
    {
        var folder = Directory.CreateTempSubdirectory("annotate-backup-");
        var nothing = Path.Combine(folder.FullName, "nothing");
        foreach (var verb in (string[][])[["verify"], ["backup", folder.FullName]])
        {
            var ran = await Executable.RunAsync([.. verb, "--data", nothing]);
            Assert.Equal(1, ran.Code);
            Assert.Contains("There is no storage file", ran.Error, StringComparison.Ordinal);
        }

        Assert.Empty(folder.EnumerateFileSystemInfos());
        folder.Delete();
    }
}
