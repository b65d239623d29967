namespace Annotate.Server.Live;

/// <summary>Limits of the live doors, by name, the unit last.</summary>
static class Limits
{
    /// <summary>Changes of one topic that a silo keeps for its followers; one further behind asks the grain.</summary>
    public const int LiveChangesMax = 1_024;

    /// <summary>Bytes of them.</summary>
    public const int LiveBytesMax = 2 << 20;

    /// <summary>Changes sent in one message.</summary>
    public const int ChangesPerMessageMax = 256;

    /// <summary>Topics and texts one connection may follow.</summary>
    public const int SubscriptionsPerConnectionMax = 512;

    /// <summary>Bytes of edits of one text that wait for the edits before them; past it a writer waits.</summary>
    public const int PendingEditsBytesMax = 16 << 20;

    /// <summary>Edits one connection may have under way before its next frame is read.</summary>
    public const int EditsInFlightPerConnectionMax = 256;

    /// <summary>Bytes of one message on the socket doors. Above the limit of an edit, so that our own answer comes first.</summary>
    public const int MessageBytesMax = Annotate.Limits.EditBytesMax + (64 << 10);

    /// <summary>Bytes of one message to the hub. In the JSON protocol an edit is base64: four characters for three bytes.</summary>
    public const int HubMessageBytesMax = (Annotate.Limits.EditBytesMax / 3 + 1) * 4 + (128 << 10);

    /// <summary>Bytes of one awareness update.</summary>
    public const int AwarenessBytesMax = 16 << 10;

    /// <summary>Awareness states kept for one text on one silo.</summary>
    public const int AwarenessStatesMax = 4_096;

    /// <summary>Those of one person among them: as many open editors as anybody has.</summary>
    public const int AwarenessStatesPerPersonMax = 128;

    /// <summary>A buffer larger than this is let go after the message it was made for.</summary>
    public const int ReadBufferKeptBytesMax = 64 << 10;

    /// <summary>How long a closing frame may take.</summary>
    public const int CloseTimeoutSeconds = 2;

    /// <summary>A message that could not be sent for so long ends its connection.</summary>
    public const int SendTimeoutSeconds = 30;

    /// <summary>Calls of one hub connection that run at the same time; others wait.</summary>
    public const int InvocationsPerConnectionMax = 16;

    /// <summary>How often an idle hub connection is pinged.</summary>
    public const int HubPingSeconds = 15;

    /// <summary>A hub client that has been silent for so long is gone.</summary>
    public const int HubClientTimeoutSeconds = 45;

    /// <summary>Characters of a state vector in a query: that of about 5,000 client ids.</summary>
    public const int StateVectorCharactersMax = 64 << 10;

    /// <summary>How long a hub connection that loses its right has to take the word that says so.</summary>
    public const int GoodbyeTimeoutMilliseconds = 300;
}
