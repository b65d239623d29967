using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Annotate.Server.Access;

/// <summary>
/// Tokens as their holders see them: <c>ann_</c> and 256 random bits in base64url, and behind them the check that <see cref="TokenKey"/> adds.
/// Those made before there were checks have none. Only their hash is kept.
/// </summary>
public static class Secrets
{
    public const string Prefix = "ann_";

    const int RandomBytes = 32;

    /// <summary>Characters of a token without its check.</summary>
    internal const int RandomCharacters = 47;

    /// <summary>Characters of a token with its check.</summary>
    public const int Characters = RandomCharacters + TokenKey.CheckCharacters;

    /// <summary>A token without its check.</summary>
    public static string Make() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));

    /// <summary>Whether it looks like a token: only then is it worth asking for.</summary>
    public static bool IsWellFormed(string? token) =>
        token is { Length: Characters or RandomCharacters } && token.StartsWith(Prefix, StringComparison.Ordinal)
        && !token.AsSpan(Prefix.Length).ContainsAnyExcept(Alphabet);

    /// <summary>Whether it is of those that were made before there were checks, or made up to look like one.</summary>
    public static bool IsUnchecked(string token) => token.Length == RandomCharacters;

    /// <summary>
    /// Under which a token is kept. A plain hash is enough for 256 random bits: there is nothing to guess, so nothing to slow down.
    /// </summary>
    public static string HashOf(string token) => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    // The library's own check of base64url lets white space through.
    static readonly System.Buffers.SearchValues<char> Alphabet =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
}
