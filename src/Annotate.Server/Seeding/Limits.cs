namespace Annotate.Server;

public static partial class Limits
{
    /// <summary>Largest file of a seed.</summary>
    public const int SeedFileBytesMax = 2 << 20;
}
