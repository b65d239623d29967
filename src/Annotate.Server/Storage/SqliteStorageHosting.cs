using Microsoft.Extensions.Options;
using Orleans.Runtime.Hosting;
using Orleans.Storage;

namespace Annotate.Server.Storage;

/// <summary>Adds the SQLite provider to a silo.</summary>
public static class SqliteStorageHosting
{
    /// <summary>Keeps the records of the storage called <paramref name="name"/> in one SQLite file.</summary>
    public static ISiloBuilder AddSqliteGrainStorage(this ISiloBuilder silo, string name, Action<SqliteStorageOptions> configure)
    {
        silo.Services.Configure(name, configure);
        silo.Services.AddGrainStorage(name, static (services, name) =>
            new SqliteGrainStorage(name, services.GetRequiredService<IOptionsMonitor<SqliteStorageOptions>>().Get(name)));
        return silo;
    }

    /// <summary>Keeps reminders in the file of the storage called <paramref name="storageName"/>, added by <see cref="AddSqliteGrainStorage"/>.</summary>
    public static ISiloBuilder AddSqliteReminders(this ISiloBuilder silo, string storageName)
    {
        silo.AddReminders();
        silo.Services.AddSingleton<IReminderTable>(services =>
            new SqliteReminderTable((SqliteGrainStorage)services.GetRequiredKeyedService<IGrainStorage>(storageName)));
        return silo;
    }
}
