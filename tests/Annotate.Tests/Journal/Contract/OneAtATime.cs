namespace Annotate.Tests.Journals;

/// <summary>Runs a test as a grain runs its turns: asynchronous, but never two things at once.</summary>
public static class OneAtATime
{
    const int TestSecondsMax = 120;

    public static Task RunAsync(Func<Task> test) =>
        Task.Factory
            .StartNew(test, CancellationToken.None, TaskCreationOptions.None, new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler)
            .Unwrap()
            .WaitAsync(TimeSpan.FromSeconds(TestSecondsMax));
}
