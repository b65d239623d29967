namespace Annotate.Server.Live;

/// <summary>Tells when another silo of the cluster is gone. What lived there is opened elsewhere, and knows nobody who followed it.</summary>
sealed class LostSilos : ISiloStatusListener
{
    public LostSilos(ISiloStatusOracle silos) => silos.SubscribeToSiloStatusEvents(this);

    /// <summary>Raised on any thread; handlers must not throw or wait.</summary>
    public event Action? Lost;

    public void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status)
    {
        if (status == SiloStatus.Dead) Lost?.Invoke();
    }
}
