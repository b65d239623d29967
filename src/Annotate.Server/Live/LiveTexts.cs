using Annotate.Statements;

namespace Annotate.Server.Live;

/// <summary>The texts there are, and those that connections of this silo have open.</summary>
sealed class LiveTexts(IGrainFactory grains, LiveTopics topics)
{
    /// <summary>Whether the statement has such a section.</summary>
    public Task<bool> ExistsAsync(TextId id) => grains.GetGrain<IStatementGrain>($"{id.Coalition}/{id.Statement}").HasSectionAsync(id.Section);

    /// <summary>Opens a text; <see cref="Close"/> it afterwards.</summary>
    public Task<LiveText> OpenAsync(TextId id) => topics.OpenTextAsync(id);

    public void Close(LiveText text) => topics.Release(text);
}
