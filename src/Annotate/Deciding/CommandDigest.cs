using System.IO.Hashing;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Annotate.Deciding;

/// <summary>
/// The digest by which a repeat of a command is told from another command under the same id. It is taken of what the command says, as JSON
/// with the members in the order of their names and without those that are null. The bytes that Orleans writes would not do: an object
/// that occurs twice is written once, so that they depend on how a command was put together, and not only on what it says.
/// </summary>
static class CommandDigest
{
    static readonly JsonSerializerOptions Options = new()
    {
        // So that a member that is added later leaves the digests of commands without it what they were.
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { OrderByName } },
    };

    /// <summary>The version that the sender saw, and for whom they act, may differ between a command and its repeat; the rest may not.</summary>
    public static ulong Of(Command command)
    {
        object[] said = [command.GetType().Name, command with { Id = Guid.Empty, By = By.Operator, IfVersion = null }];
        return XxHash3.HashToUInt64(JsonSerializer.SerializeToUtf8Bytes(said, Options));
    }

    static void OrderByName(JsonTypeInfo type)
    {
        var order = 0;
        foreach (var member in type.Properties.OrderBy(member => member.Name, StringComparer.Ordinal)) member.Order = order++;
    }
}
