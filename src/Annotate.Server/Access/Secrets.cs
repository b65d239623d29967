using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Annotate.Server.Access;

/// <summary>Tokens as their holders see them: <c>ann_</c> and 256 random bits in base64url. Only their hash is kept.</summary>
public static class Secrets
{
    public const string Prefix = "ann_";

    const int RandomBytes = 32;

    /// <summary>Characters of a token.</summary>
    public const int Characters = 47;

    public static string Make() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));

    /// <summary>Whether it looks like a token: only then is it worth asking for.</summary>
    public static bool IsWellFormed(string? token) =>
        token is { Length: Characters } && token.StartsWith(Prefix, StringComparison.Ordinal) && Base64Url.IsValid(token.AsSpan(Prefix.Length));

    /// <summary>
    /// Under which a token is kept. A plain hash is enough for 256 random bits: there is nothing to guess, so nothing to slow down.
    /// </summary>
    public static string HashOf(string token) => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
