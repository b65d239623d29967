using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace Annotate.Server.Tests.Storage;

/// <summary>A server that reaches its account with a managed identity: Azurite over HTTPS, and a stand-in for the service that gives out tokens.</summary>
public sealed class AzureIdentityTests
{
    const string ClientId = "11111111-2222-3333-4444-555555555555";

    [Fact]
    public async Task A_managed_identity_opens_the_account_in_the_place_of_a_key()
    {
        var folder = Directory.CreateTempSubdirectory("annotate-test-");
        var (certificate, key) = WriteCertificate(folder.FullName);
        await using var azurite = await AzuriteFixture.Azurite.StartAsync("--oauth", "basic", "--cert", certificate, "--key", key);
        await using var identity = new IdentityService();
        await using (var server = await ServerProcess.StartAsync(
            ("Annotate__Profile", "Azure"), ("Annotate__AzureBlobs", $"{azurite.Blobs}{AzuriteFixture.Account}"),
            ("Annotate__AzureTables", $"{azurite.Tables}{AzuriteFixture.Account}"), ("Annotate__AzureClientId", ClientId),
            ("SSL_CERT_FILE", certificate), ("IDENTITY_ENDPOINT", identity.Address), ("IDENTITY_HEADER", "known to the machine")))
        {
            using var operator_ = server.NewOperator();
            using var put = await operator_.PutAsync("/api/coalitions/river", new StringContent("""{"name":"River","policy":"noBlock"}""", Encoding.UTF8, "application/json"));
            Assert.True(put.IsSuccessStatusCode, await put.Content.ReadAsStringAsync());
        }

        Assert.Contains(identity.Asked, asked => asked.Contains($"client_id={ClientId}", StringComparison.Ordinal));
        folder.Delete(recursive: true);
    }

    static (string Certificate, string Key) WriteCertificate(string folder)
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", pair, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddHours(-1), now.AddHours(1));
        var (certificate, key) = (Path.Combine(folder, "certificate.pem"), Path.Combine(folder, "key.pem"));
        File.WriteAllText(certificate, made.ExportCertificatePem());
        File.WriteAllText(key, pair.ExportPkcs8PrivateKeyPem());
        return (certificate, key);
    }

    /// <summary>Answers as App Service's own does on each machine; Azurite looks into a token, and not at its signature.</summary>
    sealed class IdentityService : IAsyncDisposable
    {
        readonly HttpListener _listener = new();
        readonly Task _serving;

        public IdentityService()
        {
            Address = $"http://127.0.0.1:{ServerProcess.FreePort()}/token/";
            _listener.Prefixes.Add(Address);
            _listener.Start();
            _serving = ServeAsync();
        }

        public string Address { get; }

        public List<string> Asked { get; } = [];

        public async ValueTask DisposeAsync()
        {
            _listener.Close();
            await _serving;
        }

        async Task ServeAsync()
        {
            while (true)
            {
                HttpListenerContext context;
                try
                {
                    context = await _listener.GetContextAsync();
                }
                catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }

                Asked.Add(context.Request.Url!.Query);
                var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
                context.Response.ContentType = "application/json";
                context.Response.Close(JsonSerializer.SerializeToUtf8Bytes(new
                {
                    access_token = Token(now),
                    expires_on = $"{now + 3600}",
                    resource = "https://storage.azure.com",
                    token_type = "Bearer",
                    client_id = ClientId,
                }), willBlock: false);
            }
        }

        static string Token(long now) => string.Join('.', new object[]
        {
            new { alg = "none", typ = "JWT" },
            new { aud = "https://storage.azure.com", iss = "https://sts.windows.net/tenant/", iat = now, nbf = now - 60, exp = now + 3600 },
        }.Select(part => Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(part)).TrimEnd('=').Replace('+', '-').Replace('/', '_')).Append("c2lnbmF0dXJl"));
    }
}
