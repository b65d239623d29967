using System.Net;
using System.Net.Sockets;
using Annotate.Server.Configuring;
using Annotate.Server.Hosting;

namespace Annotate.Server.Tests.Hosting;

/// <summary>The port on which a server of a cluster is reached, over its starts.</summary>
public sealed class RememberedPortTests : IDisposable
{
    readonly Settings _settings = new()
    {
        Profile = Profile.Postgres,
        DataFolder = Directory.CreateTempSubdirectory("annotate-test-").FullName,
        Cluster = "of two words",
    };

    string Kept => Path.Combine(_settings.DataFolder, "silo.port");

    public void Dispose() => Directory.Delete(_settings.DataFolder, recursive: true);

    [Fact]
    public void It_is_kept_and_below_those_of_outgoing_connections()
    {
        var first = RememberedPort.Find(_settings);
        Assert.Null(first.Taken);
        Assert.InRange(first.Port, Limits.SiloPortMin, Limits.SiloPortMax);
        Assert.Equal($"{first.Port} 127.0.0.1 of two words", File.ReadAllText(Kept));
    }

    [Fact]
    public void It_is_the_same_again()
    {
        var port = Keep();
        for (var start = 0; start < 2; start++) Assert.Equal(new RememberedPort(port, null), RememberedPort.Find(_settings));
    }

    [Fact]
    public void One_that_somebody_else_has_is_named_and_another_is_taken()
    {
        var port = Keep();
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, port));
        other.Listen();
        var next = RememberedPort.Find(_settings);
        Assert.Equal(port, next.Taken);
        Assert.NotEqual(port, next.Port);
        Assert.Equal(next with { Taken = null }, RememberedPort.Find(_settings));
    }

    [Theory]
    [InlineData("another", "127.0.0.1")]
    [InlineData("of two words", "127.0.0.2")]
    public void It_is_not_that_of_another_cluster_or_address(string cluster, string address)
    {
        var port = Keep();
        // Nobody listens there, so that it would be taken if it were remembered.
        var found = RememberedPort.Find(_settings with { Cluster = cluster, SiloAddress = address });
        Assert.NotEqual(port, found.Port);
        Assert.Null(found.Taken);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0 127.0.0.1 of two words")]
    [InlineData("70000 127.0.0.1 of two words")]
    [InlineData("-5 127.0.0.1 of two words")]
    [InlineData("5000")]
    [InlineData("5000 127.0.0.1")]
    public void What_cannot_be_read_is_written_anew(string words)
    {
        File.WriteAllText(Kept, words);
        var found = RememberedPort.Find(_settings);
        Assert.Null(found.Taken);
        Assert.Equal($"{found.Port} 127.0.0.1 of two words", File.ReadAllText(Kept));
    }

    /// <summary>As a server left it that had a port which is not chosen by itself.</summary>
    int Keep()
    {
        var port = ServerProcess.FreePort();
        File.WriteAllText(Kept, $"{port} 127.0.0.1 of two words");
        return port;
    }
}
