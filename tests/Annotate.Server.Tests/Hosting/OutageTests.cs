using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Annotate.Server.Hosting;
using Annotate.Server.Tests.Live;
using Annotate.Server.Tests.Storage;
using Npgsql;

namespace Annotate.Server.Tests.Hosting;

/// <summary>A database that goes and comes back: 503 meanwhile, and nothing acknowledged is lost.</summary>
public sealed class OutageTests(PostgresFixture postgres)
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task While_the_database_is_away_every_answer_says_so_and_afterwards_it_goes_on()
    {
        await using var cable = new Cable(await postgres.NewDatabase());
        await using var server = await TestServerHost.StartAsync(settings => settings with { Profile = Profile.Postgres, Postgres = cable.Database });
        await Harbour.FoundAsync(server.Operator);
        var token = await Harbour.TokenAsync(server.Operator, "ada");
        using var ada = server.NewClient(token);
        await using var hub = await BareHub.OpenAsync(server.Address, token, "json");
        await hub.AskAsync<Client.OpenedText>("OpenText", Harbour.Text, Array.Empty<byte>());
        await Harbour.PostAsync(ada, Harbour.ThreadPath + "/annotations", Harbour.Annotation("Before."));

        await cable.CutAsync();
        var id = server.NewId();
        using (var away = await AnnotateAsync(ada, id))
        {
            var text = await away.Content.ReadAsStringAsync();
            Assert.True(away.StatusCode == HttpStatusCode.ServiceUnavailable, text);
            Assert.NotNull(away.Headers.RetryAfter?.Delta);
            Assert.Equal("unavailable", JsonDocument.Parse(text).RootElement.GetProperty("code").GetString());
        }

        var typed = new YjsTypist(5).Type("word");
        Assert.Equal("unavailable", (await hub.ProblemOfAsync("Edit", Harbour.Text, typed)).Code);
        foreach (var path in (string[])[Harbour.ThreadPath, $"/api/texts/{Harbour.Text}/plain", $"/api/coalitions/{Harbour.Coalition}/feed"])
        {
            using var read = await ada.GetAsync(path);
            Assert.True(read.StatusCode is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable, $"{path}: {(int)read.StatusCode} {await read.Content.ReadAsStringAsync()}");
        }

        cable.Mend();
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            using var again = await AnnotateAsync(ada, id, patience.Token);
            if (again.IsSuccessStatusCode) break;
            Assert.True(again.StatusCode == HttpStatusCode.ServiceUnavailable, await again.Content.ReadAsStringAsync(patience.Token));
        }

        // The same command as the one that was in doubt: it happened once.
        Assert.Equal(2, (await Harbour.GetAsync(ada, Harbour.ThreadPath)).GetProperty("annotations").GetArrayLength());
    }

    static async Task<HttpResponseMessage> AnnotateAsync(HttpClient client, Guid id, CancellationToken cancellation = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Harbour.ThreadPath + "/annotations")
        {
            Content = JsonContent.Create(Harbour.Annotation("Twice sent."), options: Json.Options),
        };
        request.Headers.Add("Idempotency-Key", id.ToString("D"));
        return await client.SendAsync(request, cancellation);
    }

    /// <summary>What lies between a server and its database, and can be cut: connections end, and new ones are refused.</summary>
    sealed class Cable : IAsyncDisposable
    {
        readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("annotate-cable-");
        readonly UnixDomainSocketEndPoint _far;
        readonly string _near;
        readonly Lock _lock = new();
        readonly List<Socket> _open = [];
        readonly List<Task> _carrying = [];
        Socket? _listening;

        public Cable(string database)
        {
            var builder = new NpgsqlConnectionStringBuilder(database);
            var name = $".s.PGSQL.{builder.Port}";
            _far = new UnixDomainSocketEndPoint(Path.Combine(builder.Host!, name));
            _near = Path.Combine(_folder.FullName, name);
            builder.Host = _folder.FullName;
            Database = builder.ConnectionString;
            Mend();
        }

        /// <summary>The connection string of the same database, by this way.</summary>
        public string Database { get; }

        public void Mend()
        {
            _listening = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            _listening.Bind(new UnixDomainSocketEndPoint(_near));
            _listening.Listen();
            _carrying.Add(ListenAsync(_listening));
        }

        public async Task CutAsync()
        {
            _listening!.Dispose();
            File.Delete(_near);
            lock (_lock)
            {
                foreach (var socket in _open) socket.Dispose();
                _open.Clear();
            }

            await Task.WhenAll(_carrying);
            _carrying.Clear();
        }

        public async ValueTask DisposeAsync()
        {
            await CutAsync();
            _folder.Delete(recursive: true);
        }

        async Task ListenAsync(Socket listening)
        {
            var pairs = new List<Task>();
            try
            {
                while (true) pairs.Add(CarryAsync(await listening.AcceptAsync()));
            }
            catch (Exception cut) when (cut is SocketException or ObjectDisposedException)
            {
                await Task.WhenAll(pairs);
            }
        }

        async Task CarryAsync(Socket near)
        {
            var far = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            lock (_lock) _open.AddRange([near, far]);
            try
            {
                await far.ConnectAsync(_far);
                using NetworkStream a = new(near, ownsSocket: true), b = new(far, ownsSocket: true);
                await Task.WhenAny(a.CopyToAsync(b), b.CopyToAsync(a));
            }
            catch (Exception cut) when (cut is SocketException or ObjectDisposedException or IOException)
            {
                // Cut.
            }
        }
    }
}
