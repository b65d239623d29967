namespace Annotate.Bench.Load;

/// <summary>One of a text's writers: what it typed and when. A character's clock is its index.</summary>
sealed class Writer(uint client, int editsMax)
{
    public uint Client => client;

    public int Sent { get; private set; }

    public int Acknowledged { get; set; }

    /// <summary>How far the furthest other client got.</summary>
    public int Seen { get; set; }

    readonly long[] _due = new long[editsMax];
    readonly long[] _written = new long[editsMax];

    public long Due(int clock) => _due[clock];

    public long Written(int clock) => _written[clock];

    public void Add(long due, long written)
    {
        _due[Sent] = due;
        _written[Sent++] = written;
    }
}

/// <summary>One text of the load, with its writers.</summary>
sealed class Text(TextAccess access, Writer[] writers)
{
    readonly Dictionary<uint, int> _indexes = writers.Select((w, i) => (w.Client, i)).ToDictionary(p => p.Client, p => p.i);

    public string Id => access.Text;

    public Writer[] Writers => writers;

    /// <summary>What it already held, by clients that are not of this load.</summary>
    public Dictionary<uint, uint> Others { get; } = [];

    public int IndexOf(uint client) => _indexes.GetValueOrDefault(client, -1);
}

/// <summary>A client of one text: a writer's connection or a reader's.</summary>
sealed class Peer(Poller poller, int socket, int key, Text text, Writer? writer, string token) : Channel(poller, socket, key, isClient: true)
{
    public Text Text => text;

    public Writer? Writer => writer;

    public string Token => token;

    /// <summary>For a wire that begins with a handshake.</summary>
    public bool HasShakenHands { get; set; }

    /// <summary>It has the text's state.</summary>
    public bool HasOpened { get; set; }

    /// <summary>How many of its writer's characters were handed to the socket.</summary>
    public int Handed { get; set; }

    /// <summary>For a wire that sends an edit only when the one before was answered.</summary>
    public bool HasEditInFlight { get; set; }

    /// <summary>How often it told the server its own state without an answer yet.</summary>
    public int StatesUnanswered { get; set; }

    /// <summary>Counts an answer: there is one per message, in order, and those to a client's own (empty) state are not to edits.</summary>
    public void CountAnswer()
    {
        if (StatesUnanswered > 0) StatesUnanswered--;
        else if (writer != null) writer.Acknowledged++;
    }

    /// <summary>For each of the text's writers, how many of its characters came here.</summary>
    public int[] Next { get; } = new int[text.Writers.Length];
}
