using Orleans.Storage;

namespace Annotate.Tests.Journals;

/// <summary>
/// Lends the serializer its bytes: what it was given is overwritten as soon as it has returned, as it is in a provider that reads into an array
/// from a pool. A record that still looks there is garbage.
/// </summary>
public sealed class LentBytes(IGrainStorageSerializer inner) : IGrainStorageSerializer
{
    /// <summary>What stands where somebody else's bytes were.</summary>
    public const byte Poison = 0xA5;

    public BinaryData Serialize<T>(T? input) => inner.Serialize(input);

    public T? Deserialize<T>(BinaryData input)
    {
        var lent = input.ToArray();
        try
        {
            return inner.Deserialize<T>(new BinaryData(lent));
        }
        finally
        {
            lent.AsSpan().Fill(Poison);
        }
    }
}
