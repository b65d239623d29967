namespace Annotate.Server.Storage;

/// <summary>The record in which a storage keeps an id of its own, whatever the provider.</summary>
static class OriginRecord
{
    /// <summary>The record's name.</summary>
    public const string Name = "origin.id";

    const int IdBytes = 16;

    /// <summary>Under which it is stored; there is no such grain.</summary>
    public static readonly GrainId Grain = GrainId.Create("storage", "origin");

    /// <summary>Reads the record; false when it is not as it was written.</summary>
    public static bool TryRead(byte[] bytes, out Guid id)
    {
        id = bytes.Length == IdBytes ? new Guid(bytes) : Guid.Empty;
        return id != Guid.Empty;
    }
}
