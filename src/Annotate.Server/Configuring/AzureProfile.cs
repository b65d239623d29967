using System.Text.RegularExpressions;
using Annotate.Server.Storage;

namespace Annotate.Server.Configuring;

/// <summary>What the settings of the profile Azure must fit together to.</summary>
static partial class AzureProfile
{
    /// <summary>The account that the settings name.</summary>
    public static AzureAccount AccountOf(Settings settings) => new()
    {
        ConnectionString = settings.Azure,
        Blobs = settings.AzureBlobs,
        Tables = settings.AzureTables ?? (settings.AzureBlobs is { } blobs ? AzureAccount.TablesBeside(blobs) : null),
        ClientId = settings.AzureClientId,
        Container = settings.AzureContainer,
        SilosTable = settings.AzureSilosTable,
        RemindersTable = settings.AzureRemindersTable,
    };

    /// <exception cref="SettingsException">Says what does not fit, and what would.</exception>
    public static void Check(Settings settings)
    {
        if (string.IsNullOrWhiteSpace(settings.Azure) == settings.AzureBlobs is null)
            throw new SettingsException("The profile Azure needs either a connection string in Annotate:Azure or the blob service's address in Annotate:AzureBlobs.");
        if (!ContainerName().IsMatch(settings.AzureContainer))
            throw new SettingsException($"Annotate:AzureContainer is 3 to 63 lower-case letters, digits and single hyphens between them, not '{settings.AzureContainer}'.");
        CheckTable(settings.AzureSilosTable, nameof(Settings.AzureSilosTable));
        CheckTable(settings.AzureRemindersTable, nameof(Settings.AzureRemindersTable));
        if (settings.AzureSilosTable.Equals(settings.AzureRemindersTable, StringComparison.OrdinalIgnoreCase))
            throw new SettingsException("Annotate:AzureSilosTable and Annotate:AzureRemindersTable are two tables.");
        if (!ClusterName().IsMatch(settings.Cluster))
            throw new SettingsException("Annotate:Cluster is letters, digits, dots, hyphens and underscores with the profile Azure.");
        if (settings.AzureBlobs is null) CheckConnectionString(settings);
        else CheckAddresses(settings);
    }

    static void CheckTable(string table, string name)
    {
        if (!TableName().IsMatch(table) || table.Equals("tables", StringComparison.OrdinalIgnoreCase))
            throw new SettingsException($"Annotate:{name} is 3 to 63 letters and digits, a letter first, not '{table}'.");
    }

    static void CheckConnectionString(Settings settings)
    {
        if (settings.AzureTables is not null || settings.AzureClientId is not null)
            throw new SettingsException("Annotate:AzureTables and Annotate:AzureClientId go with Annotate:AzureBlobs, not with a connection string.");
        try
        {
            AccountOf(settings).Connect();
        }
        catch (Exception wrong) when (wrong is FormatException or ArgumentException or InvalidOperationException)
        {
            // What the library says may hold the key.
            throw new SettingsException(
                "Annotate:Azure is not the connection string of a storage account, such as AccountName=…;AccountKey=…;EndpointSuffix=core.windows.net, nor UseDevelopmentStorage=true.");
        }
    }

    static void CheckAddresses(Settings settings)
    {
        var tables = settings.AzureTables ?? AzureAccount.TablesBeside(settings.AzureBlobs!)
            ?? throw new SettingsException("Annotate:AzureTables is needed: it cannot be told from Annotate:AzureBlobs, which is not like https://account.blob.core.windows.net.");
        foreach (var (address, name) in new[] { (settings.AzureBlobs!, nameof(Settings.AzureBlobs)), (tables, nameof(Settings.AzureTables)) })
        {
            // An identity's token must not go over the network for everybody to read; a signature belongs into a connection string.
            if (address.Scheme != Uri.UriSchemeHttps || address.Query.Length > 0)
                throw new SettingsException($"Annotate:{name} is an https address without a query, such as https://account.blob.core.windows.net.");
        }
    }

    [GeneratedRegex("^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*\\z")]
    private static partial Regex ContainerName();

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9]{2,62}\\z")]
    private static partial Regex TableName();

    [GeneratedRegex("^[\\w.-]{1,100}\\z")]
    private static partial Regex ClusterName();
}
