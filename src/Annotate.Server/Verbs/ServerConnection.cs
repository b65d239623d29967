using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using Annotate.Server.Access;
using Annotate.Server.Configuring;
using Annotate.Server.Hosting;
using Annotate.Server.Storage;

namespace Annotate.Server.Verbs;

/// <summary>A server answered a verb with a problem.</summary>
public sealed class RefusedException(string message) : Exception(message);

/// <summary>
/// A way to a server's HTTP API: over the network; over the private socket of a server that runs; or of one that is started in this
/// process for the one verb, listening only there. So a verb has one way to do its work.
/// </summary>
sealed class ServerConnection : IAsyncDisposable
{
    readonly AnnotateHost? _host;

    ServerConnection(HttpClient http, string token, AnnotateHost? host)
    {
        (Http, Token, _host) = (http, token, host);
        // Seeding many coalitions sends many small requests; none of them may hang for ever, but an import may take its time.
        http.Timeout = TimeSpan.FromMinutes(5);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public HttpClient Http { get; }

    public string Token { get; }

    /// <summary>Whether the server was started for this verb.</summary>
    public bool IsPrivate => _host is not null;

    /// <summary>Whether the server was named by its address, so that its data folder is out of reach.</summary>
    public bool IsElsewhere { get; private init; }

    public static ServerConnection To(Uri url, string token) => new(new HttpClient { BaseAddress = url }, token, null) { IsElsewhere = true };

    /// <exception cref="DataFolderInUseException">A server has the data folder, but does not answer.</exception>
    public static async Task<ServerConnection> OpenAsync(Settings settings, CancellationToken stop)
    {
        if (Directory.Exists(settings.DataFolder)) PrivateFolder.Require(Path.GetFullPath(settings.DataFolder));
        if (PrivateSocket.Find(settings.DataFolder) is { } socket && await AnswersAsync(socket, stop)) return await OverAsync(socket, settings.DataFolder, null, stop);

        var host = await AnnotateHost.BuildAsync(settings, isPrivate: true);
        try
        {
            await host.StartAsync(stop);
            return await OverAsync(host.Socket, host.Settings.DataFolder, host, stop);
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>A client over the private socket.</summary>
    public static HttpClient ClientOver(string socket) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, stop) => new NetworkStream(await ConnectAsync(socket, stop), ownsSocket: true),
    })
    { BaseAddress = new Uri("http://annotate/") };

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (_host is null) return;
        await _host.App.StopAsync();
        await _host.DisposeAsync();
    }

    /// <summary>Sends a request; gives the JSON of the answer.</summary>
    /// <exception cref="RefusedException">The answer is a problem.</exception>
    public async Task<JsonElement> SendAsync(HttpRequestMessage request, CancellationToken stop)
    {
        var bytes = await SendForBytesAsync(request, stop);
        return bytes.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(bytes);
    }

    public async Task<JsonElement> GetAsync(string path, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        return await SendAsync(request, stop);
    }

    /// <summary>What is there, as it is sent.</summary>
    /// <exception cref="RefusedException">The answer is a problem.</exception>
    public async Task<byte[]> GetBytesAsync(string path, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        return await SendForBytesAsync(request, stop);
    }

    async Task<byte[]> SendForBytesAsync(HttpRequestMessage request, CancellationToken stop)
    {
        using var response = await Http.SendAsync(request, stop);
        if (response.IsSuccessStatusCode) return await response.Content.ReadAsByteArrayAsync(stop);
        throw new RefusedException(Words(request, (int)response.StatusCode, await response.Content.ReadAsStringAsync(stop)));
    }

    static string Words(HttpRequestMessage request, int status, string text)
    {
        try
        {
            var problem = JsonSerializer.Deserialize<JsonElement>(text);
            var title = problem.GetProperty("title").GetString();
            return problem.TryGetProperty("detail", out var detail) ? $"{title} {detail.GetString()}" : $"{title} ({request.RequestUri})";
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return $"{request.Method} {request.RequestUri} was answered with status {status}.";
        }
    }

    static async Task<ServerConnection> OverAsync(string socket, string dataFolder, AnnotateHost? host, CancellationToken stop)
    {
        var token = (await File.ReadAllTextAsync(OperatorToken.PathIn(dataFolder), stop)).Trim();
        return new ServerConnection(ClientOver(socket), token, host);
    }

    static async Task<bool> AnswersAsync(string path, CancellationToken stop)
    {
        try
        {
            using var socket = await ConnectAsync(path, stop);
            return true;
        }
        catch (SocketException)
        {
            // Left behind by a server that was killed.
            return false;
        }
    }

    static async Task<Socket> ConnectAsync(string path, CancellationToken stop)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), stop);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
