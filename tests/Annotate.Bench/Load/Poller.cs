using System.Runtime.InteropServices;

namespace Annotate.Bench.Load;

/// <summary>
/// Linux epoll for one thread. .NET's own sockets hand every event from their epoll thread to the thread pool; on the one core that the load
/// has, those switches would be measured as the server's latency.
/// </summary>
sealed unsafe partial class Poller : IDisposable
{
    public const uint Readable = 1;
    public const uint Writable = 4;
    const int Add = 1, Delete = 2, Modify = 3;
    const int NoWait = 0x40, NoSignal = 0x4000;
    const int TryAgain = 11;

    // The kernel's struct epoll_event is packed on x64 only.
    static readonly int KeyOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    static readonly int EventBytes = KeyOffset + 8;

    readonly int _epoll = Checked(epoll_create1(0), "epoll_create1");
    readonly byte[] _events = new byte[Limits.EventsPerWaitMax * 16];

    public void Watch(int socket, int key) => Control(Add, socket, key, Readable);

    public void WatchWrites(int socket, int key, bool writes) => Control(Modify, socket, key, writes ? Readable | Writable : Readable);

    public void Forget(int socket) => Control(Delete, socket, 0, 0);

    /// <summary>Waits for events.</summary>
    /// <param name="nanoseconds">How long at most; 0 only looks.</param>
    /// <returns>How many events there are; read them with <see cref="Event"/>.</returns>
    public int Wait(long nanoseconds)
    {
        var time = stackalloc long[2] { nanoseconds / 1_000_000_000, nanoseconds % 1_000_000_000 };
        fixed (byte* events = _events)
        {
            var count = epoll_pwait2(_epoll, events, Limits.EventsPerWaitMax, time, 0);
            return Math.Max(count, 0); // Interrupted by a signal: no events this time.
        }
    }

    public (int Key, uint What) Event(int index)
    {
        var at = _events.AsSpan(index * EventBytes);
        return (BitConverter.ToInt32(at[KeyOffset..]), BitConverter.ToUInt32(at));
    }

    /// <summary>Reads what is there without waiting.</summary>
    /// <returns>The number of bytes; 0 when the other side closed or the connection broke; -1 when there is nothing to read now.</returns>
    public static int Receive(int socket, Span<byte> into)
    {
        fixed (byte* at = into)
        {
            var count = (int)recv(socket, at, (nuint)into.Length, NoWait);
            return count >= 0 ? count : Marshal.GetLastPInvokeError() == TryAgain ? -1 : 0;
        }
    }

    /// <summary>Writes as much as the socket takes without waiting.</summary>
    /// <returns>The number of bytes taken, 0 when the socket is full; -1 when the connection is broken.</returns>
    public static int Send(int socket, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* at = bytes)
        {
            var count = (int)send(socket, at, (nuint)bytes.Length, NoWait | NoSignal);
            return count >= 0 ? count : Marshal.GetLastPInvokeError() == TryAgain ? 0 : -1;
        }
    }

    public void Dispose() => _ = close(_epoll);

    void Control(int operation, int socket, int key, uint what)
    {
        Span<byte> change = stackalloc byte[16];
        BitConverter.TryWriteBytes(change, what);
        BitConverter.TryWriteBytes(change[KeyOffset..], (long)(uint)key);
        fixed (byte* at = change) Checked(epoll_ctl(_epoll, operation, socket, at), "epoll_ctl");
    }

    static int Checked(int result, string call) =>
        result >= 0 ? result : throw new InvalidOperationException($"{call} failed with error {Marshal.GetLastPInvokeError()}");

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_ctl(int epoll, int operation, int socket, byte* change);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_pwait2(int epoll, byte* events, int eventsMax, long* timeout, nint signals);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recv(int socket, byte* into, nuint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint send(int socket, byte* bytes, nuint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int descriptor);
}
