using Annotate.Server.Configuring;
using Annotate.Server.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Annotate.Server.Tests.Hosting;

/// <summary>A start that is refused says why and what to do, and the log says nothing beside it.</summary>
public sealed class RefusedStartTests : IDisposable
{
    readonly Settings _settings = new()
    {
        DataFolder = Directory.CreateTempSubdirectory("annotate-test-").FullName,
        Url = "http://127.0.0.1:0",
        LoadSeeds = false,
    };

    public void Dispose() => Directory.Delete(_settings.DataFolder, recursive: true);

    [Fact]
    public async Task Https_without_its_certificate()
    {
        var url = $"https://127.0.0.1:{ServerProcess.FreePort()}";
        var log = new CapturedLog();
        await using var host = await AnnotateHost.BuildAsync(_settings with { Url = url }, configure: builder =>
        {
            builder.Configuration["Kestrel:Certificates:Default:Path"] = Path.Combine(_settings.DataFolder, "missing.pfx");
            builder.Logging.ClearProviders();
            builder.Logging.AddProvider(log);
        });
        var refusal = await Assert.ThrowsAsync<SettingsException>(() => host.StartAsync());
        Assert.StartsWith($"HTTPS on {url} needs a certificate: Could not find file", refusal.Message, StringComparison.Ordinal);
        await host.App.DisposeAsync();
        // The silo was up already, and has gone again.
        Assert.Empty(log.Lines);
    }

    [Fact]
    public async Task A_fault_of_ours_is_shown_whole_and_so_is_the_log_whatever_it_came_of()
    {
        var cause = new IOException("The cause");
        var (failure, log) = await FailAsync(new NotSupportedException("A fault", cause));
        Assert.Same(cause, Assert.IsType<NotSupportedException>(failure).InnerException);
        Assert.NotEmpty(log.Lines);
    }

    [Fact]
    public async Task Another_file_that_is_missing_is_not_taken_for_the_certificate()
    {
        var (failure, log) = await FailAsync(new FileNotFoundException("There is no such file: words.json"));
        Assert.Equal("There is no such file: words.json", Assert.IsType<FileNotFoundException>(failure).Message);
        Assert.Empty(log.Lines);
    }

    // A part that fails while the server starts.
    async Task<(Exception Failure, CapturedLog Log)> FailAsync(Exception failure)
    {
        var log = new CapturedLog();
        await using var host = await AnnotateHost.BuildAsync(_settings with { Url = $"https://127.0.0.1:{ServerProcess.FreePort()}" }, configure: builder =>
        {
            builder.Logging.ClearProviders();
            builder.Logging.AddProvider(log);
            builder.Services.AddHostedService(_ => new FailingPart(failure));
        });
        var thrown = await Record.ExceptionAsync(() => host.StartAsync());
        return (Assert.IsAssignableFrom<Exception>(thrown), log);
    }

    sealed class FailingPart(Exception failure) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.FromException(failure);

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    [Fact]
    public async Task A_port_for_the_others_of_a_cluster_that_is_taken()
    {
        using var other = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        other.Start();
        var port = ((System.Net.IPEndPoint)other.LocalEndpoint).Port;
        var refusal = await Assert.ThrowsAsync<IOException>(() => AnnotateHost.BuildAsync(_settings with { SiloPort = port }));
        Assert.Equal($"Cannot listen on 127.0.0.1:{port}, the setting SiloPort: another program listens on port {port} already. Choose another.", refusal.Message);
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_made()
    {
        var file = Path.Combine(_settings.DataFolder, "file");
        await File.WriteAllTextAsync(file, "");
        var refusal = await Assert.ThrowsAsync<IOException>(() => AnnotateHost.BuildAsync(_settings with { DataFolder = file }));
        Assert.Matches($"^The data folder {file} cannot be made: .* Another is chosen with --data", refusal.Message);
    }

    [Fact]
    public void The_log_of_a_start_is_held_until_it_is_known_how_it_ends_or_the_start_is_slow()
    {
        var clock = new FakeTimeProvider();
        var lines = new List<int>();
        using StartLog good = new(clock), refused = new(clock), slow = new(clock), much = new(clock);
        good.Write(() => lines.Add(0));
        Assert.Equal([0], lines);
        lines.Clear();
        foreach (var each in new[] { good, refused, slow }) each.Hold();
        good.Write(() => lines.Add(1));
        good.Write(() => lines.Add(2));
        Assert.Empty(lines);
        good.Open();
        good.Write(() => lines.Add(3));
        Assert.Equal([1, 2, 3], lines);

        lines.Clear();
        refused.Write(() => lines.Add(1));
        refused.Drop();
        refused.Write(() => lines.Add(2));
        refused.Open();
        Assert.Empty(lines);

        slow.Write(() => lines.Add(1));
        clock.Advance(TimeSpan.FromSeconds(Limits.StartLogHeldSeconds));
        Assert.Equal([1], lines);
        slow.Drop();
        slow.Write(() => lines.Add(2));
        Assert.Equal([1], lines);

        lines.Clear();
        much.Hold();
        for (var line = 1; line < Limits.StartLogLinesMax; line++) much.Write(() => lines.Add(line));
        Assert.Empty(lines);
        much.Write(() => lines.Add(0));
        Assert.Equal(Limits.StartLogLinesMax, lines.Count);
    }
}
