using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.NetworkInformation;
using Annotate.Server.Hosting;

namespace Annotate.Server.Tests;

/// <summary>
/// The built server as a process of its own, with a data folder of its own: it can be killed without warning, and started again on the same
/// folder and address.
/// </summary>
sealed class ServerProcess : IAsyncDisposable
{
    const string Listens = "Annotate listens on ";
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    readonly (string Name, string Value)[] _settings;
    readonly string _folder = Directory.CreateTempSubdirectory("annotate-process-").FullName;
    readonly Queue<string> _said = new();
    Process _process = null!;
    TaskCompletionSource _up = NewSignal();

    ServerProcess((string, string)[] settings)
    {
        _settings = settings;
        // Nobody is left behind when the test run ends before its tests.
        AppDomain.CurrentDomain.ProcessExit += End;
    }

    public Uri Address { get; private set; } = new($"http://127.0.0.1:{FreePort()}");

    public HttpClient Operator { get; private set; } = null!;

    /// <summary>Completed while the server is up.</summary>
    public Task WhenUp => Volatile.Read(ref _up).Task;

    /// <summary>The last that the server wrote, to explain a failure.</summary>
    public string Said
    {
        get
        {
            lock (_said) return string.Join('\n', _said);
        }
    }

    /// <param name="settings">Names of <see cref="Settings"/>, and values as in the environment.</param>
    public static async Task<ServerProcess> StartAsync(params (string Name, string Value)[] settings)
    {
        var server = new ServerProcess(settings);
        try
        {
            await server.StartAgainAsync();
            var token = (await File.ReadAllTextAsync(OperatorToken.PathIn(server._folder))).Trim();
            server.Operator = server.NewClient(token);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public HttpClient NewClient(string token)
    {
        var client = new HttpClient { BaseAddress = Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>SIGKILL, at once: whoever is called back by an event may call it right there.</summary>
    public void Kill()
    {
        if (WhenUp.IsCompleted) Volatile.Write(ref _up, NewSignal());
        _process.Kill();
    }

    /// <summary>Starts the server after its process ended; answers when it listens.</summary>
    public async Task StartAgainAsync()
    {
        if (_process is not null) await _process.WaitForExitAsync().WaitAsync(Patience);
        _process?.Dispose();
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Annotate.Server"))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["Annotate__Url"] = Address.GetLeftPart(UriPartial.Authority);
        start.Environment["Annotate__DataFolder"] = _folder;
        start.Environment["Annotate__LoadSeeds"] = "false";
        foreach (var (name, value) in _settings) start.Environment["Annotate__" + name] = value;
        _process = Process.Start(start)!;
        _ = KeepAsync(_process.StandardError);
        await UpAsync(_process.StandardOutput).WaitAsync(Patience);
        _up.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        Operator?.Dispose();
        End(null, EventArgs.Empty);
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    // Below the ports that systems give to outgoing connections: one of those could take the port while the server is away.
    static int FreePort()
    {
        var taken = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Select(end => end.Port).ToHashSet();
        return Enumerable.Range(20_000 + Environment.ProcessId % 10_000, 1_000).First(port => !taken.Contains(port));
    }

    static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    async Task UpAsync(StreamReader output)
    {
        while (true)
        {
            var line = await output.ReadLineAsync() ?? throw new InvalidOperationException($"The server ended by itself: {Said}");
            Keep(line);
            if (line.StartsWith(Listens, StringComparison.Ordinal)) break;
        }

        _ = KeepAsync(output);
    }

    async Task KeepAsync(StreamReader from)
    {
        while (await from.ReadLineAsync() is { } line) Keep(line);
    }

    void Keep(string line)
    {
        lock (_said)
        {
            _said.Enqueue(line);
            if (_said.Count > 200) _said.Dequeue();
        }
    }

    void End(object? sender, EventArgs e)
    {
        AppDomain.CurrentDomain.ProcessExit -= End;
        if (!_process.HasExited) _process.Kill();
    }
}
