/** Every limit of the provider, by name, the unit last. */

/** Local edits merged into one `Edit` stop growing here; the server's own limit for one edit is 1 MiB. */
export const MergedEditBytesMax = 512 * 1024;

/** Awareness (cursor, selection, name) is sent at most this often. */
export const AwarenessIntervalMilliseconds = 80;

/** First wait before asking again after the server said it is busy; doubles up to the longest. */
export const RetryMillisecondsMin = 500;
export const RetryMillisecondsMax = 30_000;

/** Answers of "missing" in a row after which the text is opened anew: the two sides no longer agree on what is missing. */
export const MissingInARowMax = 3;

/** So many items are walked past to see whether a transaction put something at an odd place; beyond that it is looked at in full. */
export const PlacesWalkedMax = 10_000;

/** A document that may read otherwise when it is loaded is compared with that once it has not changed for so long. */
export const ReloadQuietMilliseconds = 500;
