using System.Net;
using System.Net.Sockets;
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

    public void Dispose() => Directory.Delete(_settings.DataFolder, recursive: true);

    [Fact]
    public void It_is_the_same_again()
    {
        var first = RememberedPort.Find(_settings);
        Assert.Equal(first, RememberedPort.Find(_settings));
        Assert.Null(first.Taken);
    }

    [Fact]
    public void One_that_somebody_else_has_is_named_and_another_is_taken()
    {
        var first = RememberedPort.Find(_settings);
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, first.Port));
        other.Listen();
        var next = RememberedPort.Find(_settings);
        Assert.Equal(first.Port, next.Taken);
        Assert.NotEqual(first.Port, next.Port);
        Assert.Equal(next with { Taken = null }, RememberedPort.Find(_settings));
    }

    [Fact]
    public void It_is_not_that_of_another_cluster_or_address()
    {
        var first = RememberedPort.Find(_settings);
        // Nobody listens there, so that it would be taken if it were remembered.
        foreach (var other in new[] { _settings with { Cluster = "another" }, _settings with { SiloAddress = "127.0.0.2" } })
        {
            Assert.NotEqual(first.Port, RememberedPort.Find(other).Port);
            first = RememberedPort.Find(_settings);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("0 127.0.0.1 of two words")]
    [InlineData("70000 127.0.0.1 of two words")]
    [InlineData("-5 127.0.0.1 of two words")]
    [InlineData("5000")]
    public void What_cannot_be_read_is_written_anew(string words)
    {
        File.WriteAllText(Path.Combine(_settings.DataFolder, "silo.port"), words);
        var found = RememberedPort.Find(_settings);
        Assert.Null(found.Taken);
        Assert.Equal(found, RememberedPort.Find(_settings));
    }
}
