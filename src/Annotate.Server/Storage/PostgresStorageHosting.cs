using Annotate.Journals;
using Orleans.Configuration;
using Orleans.Runtime.Hosting;
using Orleans.Storage;

namespace Annotate.Server.Storage;

/// <summary>Adds Orleans' own AdoNet providers to a silo, on a PostgreSQL database that <see cref="PostgresSchema"/> prepared.</summary>
public static class PostgresStorageHosting
{
    const string Invariant = "Npgsql";

    /// <summary>Keeps the records of the storage called <paramref name="name"/> in the database.</summary>
    public static ISiloBuilder AddPostgresGrainStorage(this ISiloBuilder silo, string name, string connectionString)
    {
        AddGrainStorage(silo.Services, name, connectionString);
        return silo;
    }

    internal static void AddGrainStorage(IServiceCollection services, string name, string connectionString)
    {
        var inner = $"{name}.adonet";
        services.AddAdoNetGrainStorage(inner, options => Configure(options, connectionString));
        services.AddGrainStorage(name, (provider, _) => new WholeKeyStorage(provider.GetRequiredKeyedService<IGrainStorage>(inner)));
    }

    /// <summary>Keeps the list of silos in the database.</summary>
    public static ISiloBuilder UsePostgresClustering(this ISiloBuilder silo, string connectionString) =>
        silo.UseAdoNetClustering(options => Configure(options, connectionString));

    /// <summary>Keeps reminders in the database.</summary>
    public static ISiloBuilder AddPostgresReminders(this ISiloBuilder silo, string connectionString) =>
        silo.UseAdoNetReminderService(options => Configure(options, connectionString));

    internal static void Configure(AdoNetClusteringSiloOptions options, string connectionString) =>
        (options.Invariant, options.ConnectionString) = (Invariant, PostgresSchema.ForOrleans(connectionString));

    internal static void Configure(AdoNetReminderTableOptions options, string connectionString) =>
        (options.Invariant, options.ConnectionString) = (Invariant, PostgresSchema.ForOrleans(connectionString));

    static void Configure(AdoNetGrainStorageOptions options, string connectionString)
    {
        options.Invariant = Invariant;
        options.ConnectionString = PostgresSchema.ForOrleans(connectionString);
        options.GrainStorageSerializer = new JournalRecordSerializer();
        options.DeleteStateOnClear = true;
    }
}
