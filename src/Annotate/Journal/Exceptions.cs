namespace Annotate.Journals;

/// <summary>The stored journal is not whole: a record is missing, garbled, of a newer format, or cannot be decoded. Nothing was written.</summary>
[GenerateSerializer, Alias("annotate.journal-damaged.v1")]
public sealed class JournalDamagedException : Exception
{
    public JournalDamagedException() { }

    public JournalDamagedException(string message) : base(message) { }

    public JournalDamagedException(string message, Exception? inner) : base(message, inner) { }
}

/// <summary>
/// A write failed or is in doubt, so this journal takes and confirms no more: its activation must go, and replay tells what landed.
/// </summary>
[GenerateSerializer, Alias("annotate.journal-failed.v1")]
public sealed class JournalFailedException : Exception
{
    public JournalFailedException() { }

    public JournalFailedException(string message) : base(message) { }

    public JournalFailedException(string message, Exception? inner) : base(message, inner) { }
}

/// <summary>More is waiting for the write in flight than the journal's limits allow. Nothing was recorded; try again later.</summary>
[GenerateSerializer, Alias("annotate.journal-busy.v1")]
public sealed class JournalBusyException : Exception
{
    public JournalBusyException() { }

    public JournalBusyException(string message) : base(message) { }

    public JournalBusyException(string message, Exception? inner) : base(message, inner) { }
}

/// <summary>The storage has no room for more. Nothing of the write was kept, and it goes on by itself when there is room again.</summary>
[GenerateSerializer, Alias("annotate.storage-full.v1")]
public sealed class StorageFullException : Exception
{
    public StorageFullException() { }

    public StorageFullException(string message) : base(message) { }

    public StorageFullException(string message, Exception? inner) : base(message, inner) { }
}

/// <summary>The storage cannot be reached, or failed. A write may have landed; whoever asks again later learns it.</summary>
[GenerateSerializer, Alias("annotate.storage-unavailable.v1")]
public sealed class StorageUnavailableException : Exception
{
    public StorageUnavailableException() { }

    public StorageUnavailableException(string message) : base(message) { }

    public StorageUnavailableException(string message, Exception? inner) : base(message, inner) { }
}
