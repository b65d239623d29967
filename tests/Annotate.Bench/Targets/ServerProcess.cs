using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Annotate.Bench.Load;

namespace Annotate.Bench.Targets;

/// <summary>A server as a child process on its own core.</summary>
sealed class ServerProcess : IAsyncDisposable
{
    readonly Process _process;
    readonly Queue<string> _log = [];
    readonly long _started = Stopwatch.GetTimestamp();

    ServerProcess(Process process)
    {
        _process = process;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Kill(); // So that a bench that is interrupted leaves no server behind.
    }

    public int Id => _process.Id;

    public double AgeMilliseconds => Stopwatch.GetElapsedTime(_started).TotalMilliseconds;

    /// <summary>From the start of the process to its first successful HTTP answer.</summary>
    public double FirstAnswerMilliseconds { get; private set; }

    /// <summary>Starts a program and waits until GET <paramref name="probe"/> succeeds.</summary>
    /// <exception cref="IOException">It ended, or did not answer in time; the message holds its last output.</exception>
    public static async Task<ServerProcess> StartAsync(
        string program, IEnumerable<string> arguments, string folder, Dictionary<string, string> environment, Uri probe)
    {
        var server = new ServerProcess(Core.Start(Limits.ServerCore, program, arguments, info =>
        {
            info.WorkingDirectory = folder;
            info.RedirectStandardOutput = info.RedirectStandardError = info.RedirectStandardInput = true;
            foreach (var (name, value) in environment) info.Environment[name] = value;
        }));
        server._process.OutputDataReceived += (_, e) => server.Log(e.Data);
        server._process.ErrorDataReceived += (_, e) => server.Log(e.Data);
        server._process.BeginOutputReadLine();
        server._process.BeginErrorReadLine();
        try
        {
            await server.WaitForAnswerAsync(probe);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>A loopback port that is free now.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Ends it as a crash would (SIGKILL).</summary>
    public async Task KillAsync()
    {
        Kill();
        await _process.WaitForExitAsync();
    }

    public async Task<long> ResidentKibibytesAsync()
    {
        var status = await File.ReadAllLinesAsync($"/proc/{Id}/status");
        return long.Parse(status.Single(l => l.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
    }

    /// <summary>Waits until it has used less than 5 % of its core for a second: what an earlier load left behind is done.</summary>
    /// <returns>False when it was still busy after <see cref="Limits.ServerQuietSeconds"/>.</returns>
    public async Task<bool> BecomesQuietAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        for (var second = 0; second < Limits.ServerQuietSeconds; second++)
        {
            var before = CpuUse.Seconds(Id);
            await timer.WaitForNextTickAsync();
            if (CpuUse.Seconds(Id) - before < 0.05) return true;
        }
        return false;
    }

    public async ValueTask DisposeAsync() => await KillAsync();

    async Task WaitForAnswerAsync(Uri probe)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(Limits.ServerStartSeconds) };
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (Stopwatch.GetElapsedTime(_started).TotalSeconds < Limits.ServerStartSeconds && !_process.HasExited)
        {
            if (await AnswersAsync(client, probe))
            {
                FirstAnswerMilliseconds = AgeMilliseconds;
                return;
            }
            await timer.WaitForNextTickAsync();
        }
        throw new IOException($"the server {(_process.HasExited ? "ended" : "did not answer")}:\n{Output()}");
    }

    static async Task<bool> AnswersAsync(HttpClient client, Uri probe)
    {
        try
        {
            using var answer = await client.GetAsync(probe);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false; // Not listening yet.
        }
    }

    void Kill()
    {
        if (!_process.HasExited) _process.Kill();
    }

    void Log(string? line)
    {
        if (line == null) return;
        lock (_log)
        {
            _log.Enqueue(line);
            if (_log.Count > Limits.LogLinesKeptMax) _log.Dequeue();
        }
    }

    string Output()
    {
        lock (_log) return string.Join('\n', _log);
    }
}
