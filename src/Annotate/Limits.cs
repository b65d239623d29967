namespace Annotate;

/// <summary>Every limit of the domain, by name, the unit last. Past a limit there is a clear problem and nothing is lost (G9).</summary>
public static class Limits
{
    /// <summary>Longest slug: ids of coalitions, organisations, people, statements, sections, instruments and drafts.</summary>
    public const int SlugCharactersMax = 64;

    /// <summary>Longest name of a coalition, an organisation or a person, and longest affiliation.</summary>
    public const int NameCharactersMax = 200;

    /// <summary>Organisations in a coalition.</summary>
    public const int OrganisationsPerCoalitionMax = 1_000;

    /// <summary>People ever admitted to a coalition, those who left included: their ids stay theirs.</summary>
    public const int PeoplePerCoalitionMax = 10_000;

    /// <summary>Commands remembered for each person and grain (G11); an older id is refused, never run.</summary>
    public const int CommandsRememberedPerPersonMax = 64;

    /// <summary>How far ahead of the server's clock a command id may be dated.</summary>
    public const int CommandAheadSecondsMax = 300;

    /// <summary>Entries a grain keeps in memory for followers who were away; older ones are read from the journal.</summary>
    public const int RecentEntriesMax = 1_024;

    /// <summary>Bytes of those entries.</summary>
    public const int RecentBytesMax = 1 << 20;

    /// <summary>Entries given in one answer to a follower; one who missed more gets the state instead.</summary>
    public const int CatchUpEntriesMax = 4_096;

    /// <summary>Bytes of those entries.</summary>
    public const int CatchUpBytesMax = 8 << 20;

    /// <summary>Silos that follow one topic.</summary>
    public const int FollowersPerTopicMax = 256;

    /// <summary>A silo that has not renewed its follow for so long is forgotten.</summary>
    public const int FollowForgottenSeconds = 60;

    /// <summary>Largest single edit of a text, as Yjs update bytes.</summary>
    public const int EditBytesMax = 1 << 20;

    /// <summary>Largest text, as merged Yjs update bytes.</summary>
    public const int TextBytesMax = 64 << 20;

    /// <summary>Yjs client ids that may have written in one text.</summary>
    public const int ClientIdsPerTextMax = 65_536;

    /// <summary>Edits handed to a text in one call.</summary>
    public const int EditsPerCallMax = 1_024;

    /// <summary>Longest life of a token that is not the operator's.</summary>
    public const int TokenDaysMax = 366;

    /// <summary>Revoked tokens that every silo remembers; an earlier one is still refused by its own grain.</summary>
    public const int RevokedTokensMax = 50_000;
    /// <summary>Longest title of an instrument or a draft.</summary>
    public const int InstrumentTitleCharactersMax = 500;

    /// <summary>Longest language tag of a draft.</summary>
    public const int LanguageTagCharactersMax = 35;

    /// <summary>Longest eId of a provision.</summary>
    public const int EIdCharactersMax = 200;

    /// <summary>Largest source of one draft, as UTF-8.</summary>
    public const int DraftSourceBytesMax = 2 << 20;

    /// <summary>Longest line of such a source.</summary>
    public const int DraftLineBytesMax = 64 << 10;

    /// <summary>Provisions and groups in one draft.</summary>
    public const int ProvisionsPerDraftMax = 10_000;

    /// <summary>Text of one provision, without what is in it.</summary>
    public const int ProvisionCharactersMax = 64 << 10;

    /// <summary>Longest heading of a provision.</summary>
    public const int HeadingCodePointsMax = 1_000;

    /// <summary>Lines of a source that one answer complains about; reading ends there.</summary>
    public const int ImportProblemsMax = 50;

    /// <summary>Drafts of one instrument.</summary>
    public const int DraftsPerInstrumentMax = 100;

    /// <summary>Instruments, and coalitions, that one server knows.</summary>
    public const int CatalogueEntriesMax = 10_000;

    /// <summary>Longest pinpoint that is read.</summary>
    public const int PinpointCharactersMax = 128;
}
