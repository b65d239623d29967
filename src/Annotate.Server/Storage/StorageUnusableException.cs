namespace Annotate.Server.Storage;

/// <summary>A server cannot start on the storage it was told to use. The message is one line for whoever starts it.</summary>
public sealed class StorageUnusableException : Exception
{
    public StorageUnusableException(string message, Exception? inner = null)
        : base(OneLine(message), inner)
    {
    }

    /// <summary>What drivers say may have many lines, with the answer's headers among them; the first tells it.</summary>
    internal static string FirstLine(string message) => message.Trim().Split('\n')[0].TrimEnd();

    static string OneLine(string message) => message.ReplaceLineEndings(" ");
}
