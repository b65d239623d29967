using Annotate.Tests.Journals;
using Orleans.Storage;

namespace Annotate.Server.Tests.Storage;

/// <summary>The journal's contract over Orleans' blob provider, on Azurite.</summary>
public sealed class JournalOnAzure(JournalAccount account) : JournalContract, IClassFixture<JournalAccount>
{
    protected override int Stride => 97;

    protected override int RaceStride => 7;

    protected override int ImpostorsOfEach => 1;

    protected override int ManyAppends => 150;

    protected override int GrowingAppends => 400;

    protected override int RandomRounds => 1;

    protected override IGrainStorage NewStorage() => account.Storage;
}

/// <summary>One container that the tests of the class share.</summary>
public sealed class JournalAccount(AzuriteFixture azurite) : IAsyncLifetime
{
    LoneProvider? provider;

    public IGrainStorage Storage => provider!.Storage;

    public async ValueTask InitializeAsync() => provider = await LoneProvider.StartAsync(await azurite.NewAccountAsync());

    public ValueTask DisposeAsync() => provider?.DisposeAsync() ?? ValueTask.CompletedTask;
}
