/** Every limit of the pages, by name, the unit last. */

/** Waits between attempts to connect; doubled each time up to the longest (and a quarter more or less), for ever. */
export const ReconnectMillisecondsMin = 500;
export const ReconnectMillisecondsMax = 4_000;

/** An attempt that has come to nothing by then is given up, and another made. */
export const ConnectMillisecondsMax = 10_000;

/** What could not be read for a reason that passes is read again after this. */
export const ReadAgainMilliseconds = 4_000;

/** A follow that the server was too busy for is asked for again after this. */
export const FollowAgainMilliseconds = 3_000;

/** For how many days a proposal can be left open, and for how many it is when nobody says. */
export const ProposalOpenDays: readonly number[] = [2, 7, 14, 30, 60];
export const ProposalOpenDaysDefault = 7;

/** For how many hours a sign-in link for somebody else can be used, and for how many it can when nobody says. */
export const LinkHours: readonly number[] = [1, 24, 72, 168];
export const LinkHoursDefault = 24;

/** For how many days a program's token can be good, and for how many it is when nobody says. */
export const ProgramDays: readonly number[] = [1, 30, 90, 365];
export const ProgramDaysDefault = 30;

/** A command whose answer was lost is sent again, under the same id, this many times. */
export const CommandRetriesMax = 2;
export const CommandRetryMilliseconds = 700;

/** Characters of the words before and after a quotation that are kept to find it again. */
export const QuoteContextCharactersMax = 32;

/** Longest quotation that is offered; more than this is a provision, not a quotation. */
export const QuoteCharactersMax = 1_000;

/** Changes by others are announced to screen readers at most this often. */
export const AnnounceMilliseconds = 6_000;

/** Activities shown; older ones are in the record, not on this page. */
export const ActivitiesShownMax = 100;

/** How often "3 minutes ago" is worked out again. */
export const ClockMilliseconds = 30_000;

/** The caret is kept this far below the top, where the tabs and the toolbar lie over the text. */
export const CaretBelowTopPixelsMin = 120;

/** What a browser keeps of a person's unsent words goes when nobody has touched it for so long. */
export const KeptDaysMax = 60;

/** A text is shown without what the device keeps of it when that takes longer to read. */
export const KeptTextMillisecondsMax = 3_000;

/** Other tabs have so long to let go of what is to be erased. It is empty by then in any case. */
export const EraseMillisecondsMax = 2_000;

/** Words whose client id turned out to be somebody else's go in again by themselves so many times in a row. */
export const TakenInARowMax = 3;
