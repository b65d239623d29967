using Annotate.Server.Live;
using Annotate.Text;
using Microsoft.Extensions.Logging.Abstractions;

namespace Annotate.Server.Tests.Live;

public sealed class EarlyAwarenessTests
{
    [Fact]
    public async Task What_is_written_is_asked_once_a_version_and_again_where_no_answer_came()
    {
        var asked = 0;
        var fails = true;
        var early = new EarlyAwareness(() =>
        {
            asked++;
            return fails ? throw new TimeoutException("The grain is away.") : Task.FromResult(ClientClocks.Encode([new ClientClock(7, 4)]));
        }, NullLogger.Instance);
        Assert.False(await early.TryAskAsync(1));
        Assert.True(early.Written.IsEmpty);

        // The text stays as it is, and whoever waits for it must be seen all the same.
        fails = false;
        Assert.True(await early.TryAskAsync(1));
        Assert.Equal(4, ClientClocks.Of(early.Written, 7));
        Assert.False(await early.TryAskAsync(1));
        Assert.Equal(2, asked);
        Assert.True(await early.TryAskAsync(2));
        Assert.Equal(3, asked);
    }
}
