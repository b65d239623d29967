using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.NetworkInformation;
using System.Text;
using Annotate.Server.Access;

namespace Annotate.Server.Tests;

/// <summary>The server as a process of its own, which can be killed at any moment and started again on the same folder and port.</summary>
sealed class ServerProcess : IAsyncDisposable
{
    const string Listens = "Annotate listens on ";

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    readonly (string Name, string Value)[] _settings;
    readonly StringBuilder _output = new();
    readonly List<HttpClient> _clients = [];
    Process _process = null!;
    TaskCompletionSource _up = new(TaskCreationOptions.RunContinuationsAsynchronously);

    ServerProcess(string dataFolder, (string Name, string Value)[] settings) => (DataFolder, _settings) = (dataFolder, settings);

    public string DataFolder { get; }

    /// <summary>http://127.0.0.1:port, the same after a restart.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>What it has written so far, over all starts.</summary>
    public string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    /// <summary>Starts it on an empty data folder, and waits until it listens.</summary>
    /// <param name="settings">Environment variables, such as Annotate__LoadSeeds; seeds are not loaded unless asked for.</param>
    public static async Task<ServerProcess> StartAsync(params (string Name, string Value)[] settings)
    {
        var server = new ServerProcess(Directory.CreateTempSubdirectory("annotate-test-").FullName, settings);
        try
        {
            await server.StartProcessAsync($"http://127.0.0.1:{FreePort()}");
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Completed while it listens.</summary>
    public Task WhenUp => Volatile.Read(ref _up).Task;

    /// <summary>SIGKILL at once: whoever is called back by an event may call it right there.</summary>
    public void Kill()
    {
        if (WhenUp.IsCompleted) Volatile.Write(ref _up, new(TaskCreationOptions.RunContinuationsAsynchronously));
        _process.Kill();
    }

    /// <summary>Ends it without a chance to put anything in order (SIGKILL).</summary>
    public async Task KillAsync()
    {
        Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>Starts it again after <see cref="KillAsync"/> or <see cref="StopAsync"/>.</summary>
    public Task RestartAsync() => StartProcessAsync(Address.GetLeftPart(UriPartial.Authority));

    /// <summary>Asks it to stop, and waits.</summary>
    /// <param name="signal">TERM, or INT as from a keyboard.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync(string signal = "TERM")
    {
        using (var kill = Process.Start("kill", ["-" + signal, _process.Id.ToString()])) await kill.WaitForExitAsync();
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
        var code = _process.ExitCode;
        _process.Dispose();
        return code;
    }

    /// <summary>A client with the operator's token.</summary>
    public HttpClient NewOperator()
    {
        var client = new HttpClient { BaseAddress = Address };
        var token = File.ReadAllText(OperatorToken.PathIn(DataFolder)).Trim();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        lock (_clients) _clients.Add(client);
        return client;
    }

    /// <summary>Runs a verb of the executable against this server's data folder, whether it runs or not.</summary>
    public Task<Ran> RunAsync(params string[] arguments) => Executable.RunAsync([.. arguments, "--data", DataFolder], _settings);

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients) client.Dispose();
        try
        {
            if (!_process.HasExited) await KillAsync();
        }
        catch (InvalidOperationException)
        {
            // Ended by the test already.
        }

        Directory.Delete(DataFolder, recursive: true);
    }

    static int s_ports;

    // Below the ports that systems give to outgoing connections: one of those could take the port while the server is away. And never the
    // same one twice: its server may be away only for a moment.
    internal static int FreePort()
    {
        var taken = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Select(end => end.Port).ToHashSet();
        while (true)
        {
            var port = 20_000 + ((Environment.ProcessId * 100 + Interlocked.Increment(ref s_ports)) % 10_000);
            if (!taken.Contains(port)) return port;
        }
    }

    async Task StartProcessAsync(string url)
    {
        _process = Executable.Start(
            ["serve", "--data", DataFolder, "--url", url], [("Annotate__LoadSeeds", "false"), .. _settings]);
        TaskCompletionSource<string> listens = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _process.OutputDataReceived += (_, line) => Take(line.Data, listens);
        _process.ErrorDataReceived += (_, line) => Take(line.Data, listens);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        var exited = _process.WaitForExitAsync();
        if (await Task.WhenAny(listens.Task, exited).WaitAsync(Patience) == exited)
            throw new InvalidOperationException($"The server ended before it listened: {Output}");
        Address = new Uri(await listens.Task);
        _up.TrySetResult();
    }

    void Take(string? line, TaskCompletionSource<string> listens)
    {
        if (line is null) return;
        lock (_output) _output.AppendLine(line);
        if (line.StartsWith(Listens, StringComparison.Ordinal)) listens.TrySetResult(line[Listens.Length..]);
    }
}
