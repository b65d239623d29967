using System.Globalization;
using SQLitePCL;

namespace Annotate.Server.Storage;

sealed partial class SqliteTables
{
    const string ReminderColumns = "SELECT etag, grain, name, start_ticks, period_ticks FROM reminders";

    readonly sqlite3_stmt _remindersOf = handle.Prepare($"{ReminderColumns} WHERE grain=?1");
    readonly sqlite3_stmt _remindersWithin = handle.Prepare($"{ReminderColumns} WHERE hash>?1 AND hash<=?2");
    readonly sqlite3_stmt _remindersAround = handle.Prepare($"{ReminderColumns} WHERE hash>?1 OR hash<=?2");
    readonly sqlite3_stmt _upsert = handle.Prepare("INSERT OR REPLACE INTO reminders(hash, grain, name, start_ticks, period_ticks) VALUES(?1, ?2, ?3, ?4, ?5)");
    readonly sqlite3_stmt _remove = handle.Prepare("DELETE FROM reminders WHERE grain=?1 AND name=?2 AND etag=?3");

    /// <summary>The reminders of one grain.</summary>
    public List<ReminderEntry> RemindersOf(GrainId grain)
    {
        handle.Check(raw.sqlite3_bind_text(_remindersOf, 1, grain.ToString()), "bind");
        return ReadReminders(_remindersOf);
    }

    /// <summary>The reminders of the grains whose hash is in (begin, end]; where begin is not below end, that goes over the top of the ring.</summary>
    public List<ReminderEntry> RemindersBetween(uint begin, uint end)
    {
        var statement = begin < end ? _remindersWithin : _remindersAround;
        handle.Check(raw.sqlite3_bind_int64(statement, 1, begin), "bind");
        handle.Check(raw.sqlite3_bind_int64(statement, 2, end), "bind");
        return ReadReminders(statement);
    }

    /// <summary>Writes a reminder over what there was, and returns its new ETag: the replaced row gives way to one with a new number.</summary>
    public string Upsert(ReminderEntry entry)
    {
        handle.Check(raw.sqlite3_bind_int64(_upsert, 1, entry.GrainId.GetUniformHashCode()), "bind");
        handle.Check(raw.sqlite3_bind_text(_upsert, 2, entry.GrainId.ToString()), "bind");
        handle.Check(raw.sqlite3_bind_text(_upsert, 3, entry.ReminderName), "bind");
        handle.Check(raw.sqlite3_bind_int64(_upsert, 4, entry.StartAt.ToUniversalTime().Ticks), "bind");
        handle.Check(raw.sqlite3_bind_int64(_upsert, 5, entry.Period.Ticks), "bind");
        handle.Run(_upsert);
        return raw.sqlite3_last_insert_rowid(handle.Db).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Removes a reminder where it is still the one with that ETag.</summary>
    public bool Remove(GrainId grain, string name, string etag)
    {
        if (!long.TryParse(etag, NumberStyles.None, CultureInfo.InvariantCulture, out var row)) return false;
        handle.Check(raw.sqlite3_bind_text(_remove, 1, grain.ToString()), "bind");
        handle.Check(raw.sqlite3_bind_text(_remove, 2, name), "bind");
        handle.Check(raw.sqlite3_bind_int64(_remove, 3, row), "bind");
        handle.Run(_remove);
        return raw.sqlite3_changes(handle.Db) == 1;
    }

    /// <summary>Removes every reminder.</summary>
    public void RemoveAllReminders() => handle.Execute("DELETE FROM reminders");

    List<ReminderEntry> ReadReminders(sqlite3_stmt statement)
    {
        var reminders = new List<ReminderEntry>();
        try
        {
            while (handle.Row(statement)) reminders.Add(ReminderIn(statement));
            return reminders;
        }
        finally
        {
            _ = raw.sqlite3_reset(statement);
        }
    }

    static ReminderEntry ReminderIn(sqlite3_stmt row) => new()
    {
        ETag = raw.sqlite3_column_int64(row, 0).ToString(CultureInfo.InvariantCulture),
        GrainId = GrainId.Parse(raw.sqlite3_column_text(row, 1).utf8_to_string()),
        ReminderName = raw.sqlite3_column_text(row, 2).utf8_to_string(),
        StartAt = new DateTime(raw.sqlite3_column_int64(row, 3), DateTimeKind.Utc),
        Period = new TimeSpan(raw.sqlite3_column_int64(row, 4)),
    };
}
