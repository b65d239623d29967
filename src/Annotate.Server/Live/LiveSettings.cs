namespace Annotate.Server.Live;

/// <param name="FollowRenew">How often a silo renews what it follows: the longest that a lost notification can delay anything.</param>
/// <param name="ConnectionsPerPerson">Connections that one person may have open to this silo, of both doors.</param>
/// <param name="EditsPerPersonPerSecond">Edits that this silo takes from one person in a second, over some time.</param>
sealed record LiveSettings(TimeSpan FollowRenew, int ConnectionsPerPerson, int EditsPerPersonPerSecond);
