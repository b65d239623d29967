using Annotate.Deciding;

namespace Annotate.Access;

/// <summary>The tokens of one person that have neither run out nor been revoked.</summary>
[GenerateSerializer, OmitDefaultMemberValues, Alias("annotate.person-tokens-state.v1")]
public sealed class PersonTokensState : IState
{
    [Id(0)] readonly Dictionary<string, DateTimeOffset> _live = [];

    /// <summary>Those counted are of this stay: in the next one they are good for nothing.</summary>
    [Id(1)] public int Stay { get; private set; }

    /// <summary>Whether there were invitations and nothing else, ever. Otherwise invitations are over, in every later stay, too.</summary>
    [Id(2)] public bool OnlyInvited { get; private set; }

    /// <summary>Hash of the link that somebody else made last; null when there was none.</summary>
    [Id(3)] public string? Invitation { get; private set; }

    // Whether that link is good still when the person has come another way.
    [Id(4)] bool _invitationStays;

    // Of those that are live; null until one is counted that is more than its hash and its time.
    [Id(5)] Dictionary<string, CountedToken>? _about;

    [Id(6)] List<LinkNotice>? _notices;

    // Whether whatever there was, the operator made: then nobody has been here who would have to be told.
    [Id(7)] bool _onlyByOperator;

    // Of what was made, directly or by others of them, with a link of which there is a notice: the link.
    [Id(8)] Dictionary<string, string>? _links;

    /// <summary>Hash of each, and when it runs out.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> Live => _live;

    /// <summary>Links that others made since the person had come, until they are told; the last <see cref="Limits.NoticesMax"/>.</summary>
    public IReadOnlyList<LinkNotice> Notices => _notices ?? [];

    /// <summary>Whether there is anything good that the person has got, and not only a link that somebody else has made for them.</summary>
    public bool CanComeIn(int stay, TokenTimes times) => !OnlyInvited && CountWithout(Invitation, stay, times) > 0;

    /// <summary>Whether it is a link that the person made themself; of what was counted before makers were, nobody knows.</summary>
    public bool IsOwnLink(string token, string person) => AboutOf(token) is { Kind: TokenKind.SignIn } about && about.By == person;

    /// <summary>How many there are in that stay, the one whose place is taken over left out.</summary>
    public int CountWithout(string? token, int stay, TokenTimes times) => Good(stay, times).Count(each => each != token);

    /// <summary>What somebody who came in with that token has not been told yet.</summary>
    public IEnumerable<LinkNotice> NoticesFor(string token) =>
        LinkOf(token) is { } link ? Notices.Where(notice => notice.SeenBy?.Contains(link) != true) : Notices;

    /// <param name="token">Hash of what the person came in with.</param>
    public PersonTokensView View(int stay, TokenTimes times, string token) => new(
        [.. Good(stay, times).Select(token => AboutOf(token) ?? new CountedToken(token, null, null, null, null, _live[token], null))
            .OrderByDescending(token => token.Made).ThenBy(token => token.Token, StringComparer.Ordinal)],
        [.. NoticesFor(token)]);

    public void Apply(long version, Entry entry)
    {
        if (entry.Event is IEventOf<PersonTokensState> happened) happened.ApplyTo(this, version, entry);
    }

    internal void Count(TokenCounted e, long version, Entry entry)
    {
        if (e.Stay != Stay) Clear();
        // Who has come needs nobody to bring them in: a link of an outsider that was kept back must not let in somebody else.
        else if (OnlyInvited && !e.IsInvitation) KeepOnly(_invitationStays ? Invitation : null);
        if (e.IsInvitation) Invite(version, entry, e);
        _onlyByOperator = entry.By.Person == By.OperatorPerson && (version == 1 || _onlyByOperator);
        Stay = e.Stay;
        OnlyInvited = e.IsInvitation && (version == 1 || OnlyInvited);
        if ((e.IsInvitation ? NoticedLink(e.Token) : LinkOf(e.InPlaceOf ?? e.MadeWith)) is { } link) (_links ??= [])[e.Token] = link;
        if (e.InPlaceOf is not null) Drop(e.InPlaceOf, withThoseMadeWithIt: false);
        foreach (var (token, expires) in _live)
            if (expires <= entry.At) Drop(token, withThoseMadeWithIt: false);
        _live[e.Token] = e.Expires;
        if (e.Kind is not null) (_about ??= [])[e.Token] = new CountedToken(e.Token, e.Kind, e.Name, entry.At, entry.By.Person, e.Expires, e.Parent);
    }

    /// <param name="token">Null for all.</param>
    internal void Uncount(string? token)
    {
        if (token is null) Clear();
        else Drop(token, withThoseMadeWithIt: true);
    }

    /// <param name="token">Null for one that puts away whatever there is.</param>
    /// <param name="until">Of notices made later they were not told.</param>
    internal void SeeNotices(string? token, DateTimeOffset? until)
    {
        // Whoever came in by such a link cannot put a notice away for the person, nor that of the link before.
        _notices = LinkOf(token) is { } link
            ? _notices?.ConvertAll(notice => notice.At > until || notice.SeenBy?.Contains(link) == true ? notice : notice with { SeenBy = [.. notice.SeenBy ?? [], link] })
            : _notices?.FindAll(notice => notice.At > until);
    }

    string? LinkOf(string? token) => token is null ? null : _links?.GetValueOrDefault(token);

    string? NoticedLink(string token) => Notices.Any(notice => notice.Link == token) ? token : null;

    // Each link that somebody else makes ends the one before.
    void Invite(long version, Entry entry, TokenCounted e)
    {
        if (Invitation is not null) Drop(Invitation, withThoseMadeWithIt: false);
        (Invitation, _invitationStays) = (e.Token, e.MayHaveCome);
        if (version == 1 || OnlyInvited || _onlyByOperator) return;
        // What was counted before kinds were kept opened sessions of which nobody knows where they came from.
        (_notices ??= []).Add(new LinkNotice(entry.At, entry.By, e.Kind is null ? null : e.Token));
        if (_notices.Count > Limits.NoticesMax) _notices.RemoveAt(0);
    }

    void KeepOnly(string? token)
    {
        foreach (var other in _live.Keys)
            if (other != token) Drop(other, withThoseMadeWithIt: false);
    }

    void Drop(string token, bool withThoseMadeWithIt)
    {
        var ending = new Queue<string>([token]);
        while (ending.TryDequeue(out var next))
        {
            _live.Remove(next);
            _about?.Remove(next);
            _links?.Remove(next);
            if (!withThoseMadeWithIt || _about is null) return;
            foreach (var child in _about.Values)
                if (child.Parent == next) ending.Enqueue(child.Token);
        }
    }

    void Clear()
    {
        _live.Clear();
        _about = null;
        _links = null;
    }

    CountedToken? AboutOf(string token) => _about?.GetValueOrDefault(token);

    IEnumerable<string> Good(int stay, TokenTimes times) =>
        stay != Stay ? [] : _live.Where(each => each.Value > times.Now && !IsEnded(each.Key, times)).Select(each => each.Key);

    // What is known by its hash alone was counted before all could be ended at once.
    bool IsEnded(string token, TokenTimes times) =>
        times.EndedUpTo != default && (AboutOf(token)?.Made is not { } made || made <= times.EndedUpTo);
}
