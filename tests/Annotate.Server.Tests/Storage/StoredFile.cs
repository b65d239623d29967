using System.Text.Json;
using Annotate.Server.Access;
using Annotate.Server.Configuring;
using Annotate.Server.Hosting;
using Annotate.Server.Tests.Live;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Annotate.Server.Tests.Storage;

/// <summary>A storage file as the disk holds it, past the server: to harm it, and to see what was written.</summary>
static class StoredFile
{
    /// <summary>Flips a bit in the bytes of one record on the disk. The server must not run.</summary>
    public static void FlipBit(string file, string type, string key, string record)
    {
        // Each record of a journal ends with a checksum of its own, by which it is found (with what is before it: the next one names it, too). An
        // older copy in an unused page does no harm.
        var mark = Convert.FromHexString(Records(file, type, key)[record])[^16..];
        var bytes = File.ReadAllBytes(file);
        var flipped = 0;
        for (var at = bytes.AsSpan().IndexOf(mark); at >= 0; at = bytes.AsSpan().IndexOf(mark), flipped++) bytes[at] ^= 1;
        Assert.True(flipped > 0, $"{record} of {type}/{key} was not found");
        File.WriteAllBytes(file, bytes);
    }

    /// <summary>The key of the only grain of a type.</summary>
    public static string KeyOf(string file, string type)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        using var command = new SqliteCommand("SELECT DISTINCT key FROM names WHERE type=$type", connection);
        command.Parameters.AddWithValue("$type", type);
        using var row = command.ExecuteReader();
        Assert.True(row.Read(), type);
        var key = row.GetString(0);
        Assert.False(row.Read(), $"several of {type}");
        return key;
    }

    /// <summary>The bytes of every record of a grain, by its name.</summary>
    public static Dictionary<string, string> Records(string file, string type, string key)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        using var command = new SqliteCommand("SELECT n.name, hex(r.data) FROM names n JOIN records r ON r.row=n.row WHERE n.type=$type AND n.key=$key", connection);
        command.Parameters.AddWithValue("$type", type);
        command.Parameters.AddWithValue("$key", key);
        using var row = command.ExecuteReader();
        var found = new Dictionary<string, string>();
        while (row.Read()) found.Add(row.GetString(0), row.GetString(1));
        return found;
    }

    /// <summary>What a server that is started on a storage file finds under an address.</summary>
    public static async Task<JsonElement> ReadAsync(string file, string path)
    {
        var settings = new Settings { DataFolder = Path.GetDirectoryName(file)!, Url = "http://127.0.0.1:0", LoadSeeds = false };
        await using var host = await AnnotateHost.BuildAsync(settings, configure: builder => builder.Logging.ClearProviders());
        await host.StartAsync();
        using var client = new HttpClient { BaseAddress = host.Addresses.Single() };
        client.DefaultRequestHeaders.Authorization = new("Bearer", (await File.ReadAllTextAsync(OperatorToken.PathIn(settings.DataFolder))).Trim());
        var found = await Harbour.GetAsync(client, path);
        await host.App.StopAsync();
        return found;
    }

    public static void Execute(string file, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        using var command = new SqliteCommand(sql, connection);
        command.ExecuteNonQuery();
    }
}
