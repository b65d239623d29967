using System.Net;
using System.Net.Sockets;

namespace Annotate.Server.Tests;

/// <summary>What lies between a server and its storage, and can be cut: connections end, and new ones are refused.</summary>
sealed class Cable : IAsyncDisposable
{
    readonly EndPoint _far, _near;
    readonly Lock _lock = new();
    readonly List<Socket> _open = [];
    readonly List<Task> _carrying = [];
    Socket? _listening;

    /// <param name="far">Of the storage.</param>
    /// <param name="near">Where the server finds it.</param>
    public Cable(EndPoint far, EndPoint near)
    {
        (_far, _near) = (far, near);
        Mend();
    }

    public int Port => ((IPEndPoint)_near).Port;

    public void Mend()
    {
        _listening = NewSocket(_near);
        _listening.Bind(_near);
        _listening.Listen();
        _carrying.Add(ListenAsync(_listening));
    }

    public async Task CutAsync()
    {
        _listening!.Dispose();
        if (_near is UnixDomainSocketEndPoint path) File.Delete(path.ToString());
        lock (_lock)
        {
            foreach (var socket in _open) socket.Dispose();
            _open.Clear();
        }

        await Task.WhenAll(_carrying);
        _carrying.Clear();
    }

    public async ValueTask DisposeAsync() => await CutAsync();

    static Socket NewSocket(EndPoint end) => new(end.AddressFamily, SocketType.Stream, end is IPEndPoint ? ProtocolType.Tcp : ProtocolType.Unspecified);

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
        var far = NewSocket(_far);
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
