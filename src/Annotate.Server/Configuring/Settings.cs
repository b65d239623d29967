using System.Globalization;
using System.Reflection;
using Npgsql;

namespace Annotate.Server.Configuring;

/// <summary>Where a server keeps its data and finds the others of its cluster.</summary>
public enum Profile
{
    /// <summary>One process, one file; nothing else is needed.</summary>
    Sqlite,

    /// <summary>PostgreSQL 15 or later; any number of processes.</summary>
    Postgres,

    /// <summary>A storage account of Azure; any number of processes.</summary>
    Azure,
}

/// <summary>
/// What can be set, as environment variables (<c>Annotate__Url</c>) or in the section <c>Annotate</c> of appsettings.json beside the
/// executable. A name that is not here, or a value that does not fit, stops the start.
/// </summary>
public sealed record Settings
{
    public Profile Profile { get; init; } = Profile.Sqlite;

    /// <summary>Where to listen, several separated by semicolons; <c>http://*:5080</c> is every address of this machine.</summary>
    public string Url { get; init; } = "http://localhost:5080";

    /// <summary>The address that people use when a proxy stands in between: for links, cookies, and to tell our own pages from others'.</summary>
    public Uri? PublicUrl { get; init; }

    /// <summary>
    /// The proxies in front of the server, as IP addresses or networks (<c>10.1.0.0/16</c>) separated by semicolons: what they say of a visitor's
    /// address, and of HTTPS, is believed.
    /// </summary>
    public string Proxies { get; init; } = "";

    /// <summary>Holds the storage file, the operator's token, and the private socket.</summary>
    public string DataFolder { get; init; } = "data";

    /// <summary>Connection string, for the profile Postgres.</summary>
    public string? Postgres { get; init; }

    /// <summary>Connection string of the storage account, for the profile Azure; or else <see cref="AzureBlobs"/>.</summary>
    public string? Azure { get; init; }

    /// <summary>Address of the account's blob service, to be reached with an identity: nothing secret is then kept here.</summary>
    public Uri? AzureBlobs { get; init; }

    /// <summary>Address of the account's table service, where it is not told by that of the blob service.</summary>
    public Uri? AzureTables { get; init; }

    /// <summary>Client id of the managed identity to be; when not set, what Azure.Identity finds: environment, workload, machine, developer.</summary>
    public string? AzureClientId { get; init; }

    /// <summary>The container that holds the records.</summary>
    public string AzureContainer { get; init; } = "annotate-records";

    /// <summary>The table in which the servers of a cluster find each other.</summary>
    public string AzureSilosTable { get; init; } = "OrleansSiloInstances";

    /// <summary>The table that holds the reminders.</summary>
    public string AzureRemindersTable { get; init; } = "OrleansReminders";

    /// <summary>The sample coalition; when not set, <c>seeds</c> is looked for beside the executable and above it.</summary>
    public string? SeedsFolder { get; init; }

    /// <summary>Whether a server that holds nothing loads the sample coalition when it starts.</summary>
    public bool LoadSeeds { get; init; } = true;

    /// <summary>The web pages; when not set, <c>wwwroot</c> is looked for beside the executable and above it.</summary>
    public string? WebFolder { get; init; }

    /// <summary>Port on which the servers of a cluster talk to each other; 0 takes a free one, and the same one again at the next start.</summary>
    public int SiloPort { get; init; }

    /// <summary>Port for Orleans clients outside the cluster; 0 opens none.</summary>
    public int GatewayPort { get; init; }

    /// <summary>The IP address under which the other servers of the cluster reach this one.</summary>
    public string SiloAddress { get; init; } = "127.0.0.1";

    /// <summary>Servers with the same name form a cluster, in the same database.</summary>
    public string Cluster { get; init; } = "annotate";

    /// <summary>How often a server asks for what it may have missed of the topics it follows.</summary>
    public int FollowRenewSeconds { get; init; } = 5;

    /// <summary>Connections that one person may have open to this server: every tab has one, and a stock Yjs client one for each text.</summary>
    public int ConnectionsPerPerson { get; init; } = 256;

    /// <summary>Edits that this server takes from one person in a second, over half a minute.</summary>
    public int EditsPerPersonPerSecond { get; init; } = 1_000;

    /// <summary>Runs requests on the threads that read the sockets: fewer switches between threads, but a slow request holds up others.</summary>
    public bool InlineScheduling { get; init; }

    /// <summary>How long a stop waits for what is under way.</summary>
    public int StopSeconds { get; init; } = 15;

    /// <summary>Takes the storage as it is for once. Not to be set, but asked for each time: see <c>StorageOrigin</c>.</summary>
    internal bool AcceptsStorage { get; init; }

    /// <summary>Reads the section <c>Annotate</c>.</summary>
    /// <exception cref="SettingsException">A name or a value is wrong; says which, and what would fit.</exception>
    public static Settings Read(IConfiguration configuration)
    {
        var settings = new Settings();
        foreach (var section in configuration.GetSection("Annotate").GetChildren())
        {
            var property = typeof(Settings).GetProperty(section.Key, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase)
                ?? throw new SettingsException($"There is no setting Annotate:{section.Key}. There are: {Names()}.");
            property.SetValue(settings, Parse(property, section.Value ?? ""));
        }

        settings.Check();
        return settings;
    }

    /// <summary>Refuses what does not fit together.</summary>
    /// <exception cref="SettingsException">Says what.</exception>
    public void Check()
    {
        if (Profile == Profile.Postgres) CheckPostgres();
        if (Profile == Profile.Azure) AzureProfile.Check(this);
        foreach (var url in Urls) CheckUrl(url);
        if (PublicUrl is { } address && (!address.IsAbsoluteUri || address.Scheme is not ("http" or "https")))
            throw new SettingsException("Annotate:PublicUrl is an http or https address.");
        NamedProxies.Read(Proxies);
        CheckRange(SiloPort, 0, 65_535, nameof(SiloPort));
        CheckRange(GatewayPort, 0, 65_535, nameof(GatewayPort));
        CheckRange(FollowRenewSeconds, 1, Annotate.Limits.FollowForgottenSeconds / 2, nameof(FollowRenewSeconds));
        CheckRange(ConnectionsPerPerson, 1, Limits.ConnectionsMax, nameof(ConnectionsPerPerson));
        CheckRange(EditsPerPersonPerSecond, 1, 1_000_000, nameof(EditsPerPersonPerSecond));
        CheckRange(StopSeconds, 1, 600, nameof(StopSeconds));
        if (!System.Net.IPAddress.TryParse(SiloAddress, out _)) throw new SettingsException("Annotate:SiloAddress is an IP address.");
    }

    /// <summary>Whether other servers may be there.</summary>
    internal bool IsClustered => Profile != Profile.Sqlite;

    internal string[] Urls => Url.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    void CheckPostgres()
    {
        if (string.IsNullOrWhiteSpace(Postgres)) throw new SettingsException("The profile Postgres needs a connection string in Annotate:Postgres.");
        try
        {
            _ = new NpgsqlConnectionStringBuilder(Postgres);
        }
        catch (ArgumentException wrong)
        {
            throw new SettingsException($"Annotate:Postgres is not a connection string, such as Host=db;Username=annotate;Database=annotate: {wrong.Message}");
        }
    }

    static void CheckUrl(string url)
    {
        try
        {
            if (BindingAddress.Parse(url) is { Scheme: "http" or "https", PathBase: "" }) return;
        }
        catch (FormatException)
        {
            // Said below.
        }

        throw new SettingsException($"Annotate:Url: '{url}' is not an address to listen on, such as http://localhost:5080.");
    }

    static void CheckRange(int value, int least, int most, string name)
    {
        if (value < least || value > most) throw new SettingsException($"Annotate:{name} is a number from {least} to {most}, not {value}.");
    }

    static object? Parse(PropertyInfo property, string value)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        if (type == typeof(string)) return value;
        if (type == typeof(bool) && bool.TryParse(value, out var flag)) return flag;
        if (type == typeof(int) && int.TryParse(value, CultureInfo.InvariantCulture, out var number)) return number;
        if (type == typeof(Uri) && Uri.TryCreate(value, UriKind.Absolute, out var address)) return address;
        if (type == typeof(Profile) && TryProfile(value, out var profile)) return profile;
        var fitting = type == typeof(Profile) ? "one of " + string.Join(", ", Enum.GetNames<Profile>())
            : type == typeof(bool) ? "true or false"
            : type == typeof(int) ? "a whole number"
            : "an address such as https://annotate.example";
        throw new SettingsException($"Annotate:{property.Name} is {fitting}, not '{value}'.");
    }

    // By name only: Enum.TryParse would take a number, too.
    static bool TryProfile(string value, out Profile profile)
    {
        foreach (var known in Enum.GetValues<Profile>())
        {
            profile = known;
            if (known.ToString().Equals(value, StringComparison.OrdinalIgnoreCase)) return true;
        }

        profile = default;
        return false;
    }

    static string Names() =>
        string.Join(", ", typeof(Settings).GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => property.Name));
}

/// <summary>A setting is wrong: the message is for whoever starts the server.</summary>
public sealed class SettingsException(string message) : Exception(message);
