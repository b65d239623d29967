using System.Net.WebSockets;

namespace Annotate.Server.Access;

/// <summary>
/// How <c>/yjs</c> tells a problem: the closing code is 4000 and the HTTP status, the reason is the problem's code. 4400 to 4499 are final, so
/// that a stock client does not come back; one of 4500 and more passes.
/// </summary>
static class ClosingCode
{
    /// <summary>No HTTP status ends like this: a client knows by the number alone that it needs a fresh document.</summary>
    const int ClientIdTaken = 4450;

    const int Base = 4000;

    public static WebSocketCloseStatus Of(Problem problem) =>
        (WebSocketCloseStatus)(problem.Code == Problem.ClientIdTaken.Code ? ClientIdTaken : Base + problem.Status);
}
