namespace Annotate.Server.Live;

/// <summary>Limits of the live doors, by name, the unit last.</summary>
static class Limits
{
    /// <summary>
    /// Changes of one topic that a silo keeps for its followers; one further behind asks the grain. No fewer than the edits of one call: they
    /// come at once, and with less every follower would have to ask.
    /// </summary>
    public const int LiveChangesMax = Annotate.Limits.EditsPerCallMax;

    /// <summary>Bytes of them.</summary>
    public const int LiveBytesMax = 2 << 20;

    /// <summary>Changes sent in one message.</summary>
    public const int ChangesPerMessageMax = 256;

    /// <summary>Topics and texts one connection may follow.</summary>
    public const int SubscriptionsPerConnectionMax = 512;

    /// <summary>Those of one person on all connections to the hub.</summary>
    public const int SubscriptionsPerPersonMax = 8_192;

    /// <summary>Bytes of edits that one person may send in a second, over some time; how many edits is a setting.</summary>
    public const int EditBytesPerPersonPerSecondMax = 2 << 20;

    /// <summary>So many seconds' worth of edits may come at once: what was written offline, or an import.</summary>
    public const int EditBurstSeconds = 30;

    /// <summary>Awareness updates that one person may send in a second: stock clients repeat those of everybody else.</summary>
    public const int AwarenessPerPersonPerSecondMax = 1_000;

    /// <summary>Bytes of them.</summary>
    public const int AwarenessBytesPerPersonPerSecondMax = 256 << 10;

    /// <summary>So many seconds' worth of them may come at once.</summary>
    public const int AwarenessBurstSeconds = 10;

    /// <summary>Bytes of edits of one text that wait for the edits before them; past it a writer waits.</summary>
    public const int PendingEditsBytesMax = 16 << 20;

    /// <summary>Texts, for each core, whose edits are on their way to the disk at the same time (decision 7 has the measurements).</summary>
    public const int TextsWritingPerCoreMax = 32;

    /// <summary>How long one of them may keep its place from those that wait.</summary>
    public const int EditPatienceMilliseconds = 500;

    /// <summary>While texts wait, how often it is looked whether they still must.</summary>
    public const int EditGateLookMilliseconds = 100;

    /// <summary>A server that used so much of its processors since it was last looked is busy.</summary>
    public const int ProcessorBusyPercent = 80;

    /// <summary>How long a stock client is kept from coming back to what is damaged, or to a full disk.</summary>
    public const int LastingFaultHoldMilliseconds = 2_000;

    /// <summary>Edits one connection may have under way before its next frame is read.</summary>
    public const int EditsInFlightPerConnectionMax = 256;

    /// <summary>Bytes of one message on the socket doors. Above the limit of an edit, so that our own answer comes first.</summary>
    public const int MessageBytesMax = Annotate.Limits.EditBytesMax + (64 << 10);

    /// <summary>Bytes of one message to the hub. In the JSON protocol an edit is base64: four characters for three bytes.</summary>
    public const int HubMessageBytesMax = (Annotate.Limits.EditBytesMax / 3 + 1) * 4 + (128 << 10);

    /// <summary>Bytes of one awareness update.</summary>
    public const int AwarenessBytesMax = 16 << 10;

    /// <summary>Bytes of what one client says of itself: a cursor, a name, a colour, and room for what editors add.</summary>
    public const int AwarenessStateBytesMax = 4 << 10;

    /// <summary>How deep that may be nested; a cursor is at 4.</summary>
    public const int AwarenessDepthMax = 8;

    /// <summary>Topics renewed at the same time.</summary>
    public const int RenewalsAtOnceMax = 64;

    /// <summary>How long one of them may keep its place from the others.</summary>
    public const int RenewalPatienceMilliseconds = 250;

    /// <summary>A silo of which nothing was heard for so many renewals is gone, and the cursors of its people with it.</summary>
    public const int AwarenessSilentRenewalsMax = 3;

    /// <summary>Awareness states kept for one text on one silo.</summary>
    public const int AwarenessStatesMax = 4_096;

    /// <summary>Those of one person among them: as many open editors as anybody has.</summary>
    public const int AwarenessStatesPerPersonMax = 128;

    /// <summary>A buffer larger than this is let go after the message it was made for.</summary>
    public const int ReadBufferKeptBytesMax = 64 << 10;

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

    /// <summary>Changes from one plain text to the next; where there would be more, one replaces all from the first to the last.</summary>
    public const int PlainChangesMax = 1_024;

    /// <summary>Messages of changes kept for the followers of one plain text; one further behind gets all of it.</summary>
    public const int PlainNewsMax = 128;

    /// <summary>UTF-16 units that they insert.</summary>
    public const int PlainNewsUnitsMax = 1 << 20;

    /// <summary>How long a hub connection that loses its right has to take the word that says so.</summary>
    public const int GoodbyeTimeoutMilliseconds = 300;
}
