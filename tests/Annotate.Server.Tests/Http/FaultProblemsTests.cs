using Annotate.Journals;
using Annotate.Server.Access;
using Annotate.Server.Http;
using Annotate.Server.Storage;
using Azure;
using Microsoft.Data.Sqlite;
using Npgsql;
using Orleans.Storage;

namespace Annotate.Server.Tests.Http;

/// <summary>What a failure inside becomes outside: the deepest reason counts, and what nobody knows of stays a fault of ours.</summary>
public sealed class FaultProblemsTests
{
    const int Full = 13, Corrupt = 11, IoError = 10, ShmSize = 4874;

    static readonly (Exception Failure, string? Code)[] Failures =
    [
        (new SiloUnavailableException("gone"), "unavailable"),
        (new TimeoutException(), "unavailable"),
        (new AggregateException(new StorageUnavailableException("away")), "unavailable"),
        (new JournalFailedException("stale", new InconsistentStateException("another")), "unavailable"),
        (new JournalFailedException("in doubt", new StorageFullException("no room")), "storage-full"),
        (new JournalFailedException("a fold failed", new JournalDamagedException("a chunk")), "damaged"),
        (new JournalBusyException("much"), "busy"),
        (new GrantsUnreachableException(new TimeoutException()), "rights-unknown"),
        (new GrantsUnreachableException(new JournalDamagedException("the coalition")), "damaged"),
        (new GrantsUnreachableException(new StorageFullException("no room")), "storage-full"),
        // Bodies of requests are read with it, too.
        (new InvalidDataException("a form"), null),
        (new InvalidOperationException("a fault of ours"), null),
    ];

    [Fact]
    public void A_failure_is_told_as_what_it_is()
    {
        foreach (var (failure, code) in Failures) Assert.Equal((failure, code), (failure, FaultProblems.Of(failure)?.Code));
    }

    [Theory]
    [InlineData(Full, Full, typeof(StorageFullException))]
    [InlineData(IoError, ShmSize, typeof(StorageFullException))]
    [InlineData(Corrupt, Corrupt, typeof(JournalDamagedException))]
    [InlineData(IoError, IoError, typeof(StorageUnavailableException))]
    public void What_sqlite_says_is_told_in_the_journals_words(int code, int extended, Type told) =>
        Assert.IsType(told, StorageFaults.Told(new SqliteException("words", code, extended)));

    [Theory]
    [InlineData(PostgresErrorCodes.DiskFull, typeof(StorageFullException))]
    [InlineData(PostgresErrorCodes.DataCorrupted, typeof(JournalDamagedException))]
    [InlineData(PostgresErrorCodes.AdminShutdown, typeof(StorageUnavailableException))]
    public void What_a_database_says_is_told_in_the_journals_words(string state, Type told) =>
        Assert.IsType(told, StorageFaults.Told(new PostgresException("words", "ERROR", "ERROR", state)));

    // Azure has no word for an account that is full: what is over its limits answers 503 or 500, and may be asked again.
    [Theory]
    [InlineData(503, "ServerBusy")]
    [InlineData(500, "OperationTimedOut")]
    [InlineData(403, "AccountIsDisabled")]
    [InlineData(0, null)]
    public void What_an_account_says_is_told_in_the_journals_words(int status, string? code) =>
        Assert.IsType<StorageUnavailableException>(StorageFaults.Told(new RequestFailedException(status, "words", code, null)));

    [Fact]
    public void An_outdated_write_stays_what_the_journal_looks_for() =>
        Assert.IsType<InconsistentStateException>(StorageFaults.Told(new InconsistentStateException("another")));
}
