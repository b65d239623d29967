namespace Annotate;

/// <summary>Every limit of the domain, by name, the unit last. Past a limit there is a clear problem and nothing is lost (G9).</summary>
public static class Limits
{
    /// <summary>Longest slug: ids of coalitions, organisations, people, statements, sections, instruments and drafts.</summary>
    public const int SlugCharactersMax = 64;

    /// <summary>Longest name of a coalition, an organisation or a person, and longest affiliation.</summary>
    public const int NameCharactersMax = 200;

    /// <summary>Names that an organisation or a person had before, and that nobody else gets; earlier ones are free again.</summary>
    public const int FormerNamesMax = 8;

    /// <summary>Organisations in a coalition.</summary>
    public const int OrganisationsPerCoalitionMax = 1_000;

    /// <summary>People ever admitted to a coalition, those who left included: their ids stay theirs.</summary>
    public const int PeoplePerCoalitionMax = 10_000;

    /// <summary>Longest eId of a provision.</summary>
    public const int EIdCharactersMax = 200;

    /// <summary>Longest text of an annotation, a reply, a reason or a caveat.</summary>
    public const int RemarkCharactersMax = 20_000;

    /// <summary>A proposal of the coalition's position closes after so long when its proposer chose nothing else.</summary>
    public const int ProposalOpenDays = 7;

    /// <summary>It is open so long at least, so that those who are asked can answer.</summary>
    public const int ProposalOpenHoursMin = 24;

    /// <summary>It is open so long at most.</summary>
    public const int ProposalOpenDaysMax = 90;

    /// <summary>Longest wait before positions with an open proposal are woken to close it, or to wait again.</summary>
    public const int ClosingReminderSecondsMax = 86_400;

    /// <summary>One that could not be closed then, because no silo was there, is tried again so often.</summary>
    public const int ClosingAgainSeconds = 3_600;

    /// <summary>Tags of one annotation.</summary>
    public const int TagsPerAnnotationMax = 16;

    /// <summary>Longest tag.</summary>
    public const int TagCharactersMax = 64;

    /// <summary>Longest quotation of a provision that an annotation is about.</summary>
    public const int QuoteCharactersMax = 10_000;

    /// <summary>Longest text given before or after a quotation to find it again.</summary>
    public const int QuoteContextCharactersMax = 500;

    /// <summary>Annotations in a thread, those deleted included.</summary>
    public const int AnnotationsPerThreadMax = 2_000;

    /// <summary>Replies to one annotation, those deleted included.</summary>
    public const int RepliesPerAnnotationMax = 500;

    /// <summary>Times that an annotation or a reply may be edited; every earlier wording is kept.</summary>
    public const int EditsPerAnnotationMax = 100;

    /// <summary>Everything written in one thread, earlier wordings included.</summary>
    public const int ThreadCharactersMax = 4 << 20;

    /// <summary>Longest title or destination of a statement, and longest title of a section.</summary>
    public const int TitleCharactersMax = 500;

    /// <summary>Sections of a statement.</summary>
    public const int SectionsPerStatementMax = 200;

    /// <summary>Provisions cited by one section.</summary>
    public const int CitationsPerSectionMax = 64;

    /// <summary>Statements of a coalition.</summary>
    public const int StatementsPerCoalitionMax = 1_000;

    /// <summary>Threads, provisions with positions, and statements of one tier: what its feed hears from and its index lists.</summary>
    public const int SourcesPerFeedMax = 20_000;

    /// <summary>Activities sent to a feed in one call.</summary>
    public const int ActivitiesPerDeliveryMax = 256;

    /// <summary>Activities that a feed keeps at hand, and the most it gives in one answer.</summary>
    public const int ActivitiesPerPageMax = 200;

    /// <summary>Bytes of them that are read from the feed's journal for one answer.</summary>
    public const int ActivitiesPerPageBytesMax = 1 << 20;

    /// <summary>First wait before a delivery to a feed is tried again; it doubles each time.</summary>
    public const int DeliveryRetryMilliseconds = 250;

    /// <summary>Longest of those waits.</summary>
    public const int DeliveryRetryMillisecondsMax = 60_000;

    /// <summary>How often a grain with something unsent is woken, in case its silo died.</summary>
    public const int DeliveryReminderSeconds = 300;

    /// <summary>Commands remembered for each person and grain (G11); an older id is refused, never run.</summary>
    public const int CommandsRememberedPerPersonMax = 64;

    /// <summary>Commands that changed nothing and are remembered by the next entry; when there are more, they get an entry of their own.</summary>
    public const int SettledCommandsMax = 256;

    /// <summary>How far ahead of the server's clock a command id may be dated.</summary>
    public const int CommandAheadSecondsMax = 300;

    /// <summary>Entries a grain keeps in memory for followers who were away; older ones are read from the journal.</summary>
    public const int RecentEntriesMax = 512;

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

    /// <summary>
    /// Largest text, as the bytes of one Yjs update. Twice that, which deletions may reach, must be readable again as one update, fit a record
    /// of the storage as a snapshot, and a message between silos as an answer. Of what was deleted only its place counts.
    /// </summary>
    public const int TextBytesMax = 16 << 20;

    /// <summary>Pieces that a text is made of: what somebody typed, pasted or deleted in one go. Each takes 44 bytes of memory.</summary>
    public const int PiecesPerTextMax = 1 << 20;

    /// <summary>Bytes that a piece takes in an update, at most, beside what it holds.</summary>
    public const int PieceBytesMax = 40;

    /// <summary>Yjs client ids that may have written in one text.</summary>
    public const int ClientIdsPerTextMax = 65_536;

    /// <summary>Of those, the ones that one person may have: an editor takes a new one each time it opens a text and writes in it.</summary>
    public const int ClientIdsPerPersonAndTextMax = 4_096;

    /// <summary>Largest form in which a text is read, as UTF-8.</summary>
    public const int ReadingBytesMax = 64 << 20;

    /// <summary>Edits handed to a text in one call.</summary>
    public const int EditsPerCallMax = 1_024;

    /// <summary>How often a silo reports whom it has connected.</summary>
    public const int PresenceReportSeconds = 5;

    /// <summary>A silo that has not reported for so long has nobody connected.</summary>
    public const int PresenceForgottenSeconds = 15;

    /// <summary>Changes of who is present wait so long for others, and are told together.</summary>
    public const int PresenceTellMilliseconds = 50;

    /// <summary>They wait longer where many are present: each follower is sent so many names a second at most.</summary>
    public const int PresenceNamesPerSecondMax = 2_000;

    /// <summary>Longest life of a token that is not the operator's.</summary>
    public const int TokenDaysMax = 366;

    /// <summary>Bytes of the key that tokens are checked with.</summary>
    public const int TokenKeyBytes = 32;

    /// <summary>Tokens of one person that are good at the same time: of programs, links not yet used, and signed-in browsers.</summary>
    public const int TokensPerPersonMax = 256;

    /// <summary>Tokens that a token was made with, one after the other: it ends with each of them.</summary>
    public const int TokenLineageMax = 8;

    /// <summary>Links made for a person by others that they have not been told of yet; the first are forgotten.</summary>
    public const int NoticesMax = 8;

    /// <summary>Revoked tokens that every silo remembers; an earlier one is still refused by its own grain.</summary>
    public const int RevokedTokensMax = 50_000;

    /// <summary>Longest title of an instrument or a draft.</summary>
    public const int InstrumentTitleCharactersMax = 500;

    /// <summary>Longest language tag of a draft.</summary>
    public const int LanguageTagCharactersMax = 35;

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
