using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Annotate.Access;
using Annotate.Deciding;

namespace Annotate.Server.Access;

/// <summary>
/// Makes tokens that carry a check: a part of their HMAC under a key that the servers of a cluster share. So one that was made up is told from
/// one that was made here without looking anything up, and whoever sends many of them costs nobody else a wait.
/// </summary>
sealed class TokenKey(IGrainFactory grains, TimeProvider clock) : IHostedService
{
    /// <summary>96 bits, which are exactly so many characters of base64url: nobody hits upon them.</summary>
    public const int CheckCharacters = 16;

    const int CheckBytes = CheckCharacters * 3 / 4;

    byte[]? _key;

    /// <summary>A new token.</summary>
    public string Make()
    {
        var secret = Secrets.Make();
        return secret + CheckOf(secret);
    }

    /// <summary>Whether it looks like a token and its check, if it has one, is right. Who sends another has misread it, or made it up.</summary>
    public bool MayBeGood(string? token) =>
        Secrets.IsWellFormed(token) && (Secrets.IsUnchecked(token!) || IsOurs(token!));

    /// <summary>Whether it was made by this cluster since there are checks; it may have been ended since then.</summary>
    public bool IsOurs(string token)
    {
        if (!Secrets.IsWellFormed(token) || Secrets.IsUnchecked(token)) return false;
        var (secret, check) = (token[..Secrets.RandomCharacters], token[Secrets.RandomCharacters..]);
        return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(CheckOf(secret)), Encoding.ASCII.GetBytes(check));
    }

    /// <summary>Asks for the key, once: the storage has opened by now, and nobody listens yet.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var offer = new OfferTokenKey(RandomNumberGenerator.GetBytes(Annotate.Limits.TokenKeyBytes))
        {
            Id = Guid.CreateVersion7(clock.GetUtcNow()),
            By = By.Operator,
        };
        _key = await grains.GetGrain<ITokenKeyGrain>(TokenKeyGrain.OnlyKey).AgreeAsync(offer);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    string CheckOf(string secret)
    {
        var key = _key ?? throw new InvalidOperationException("The key of the tokens is not known before the server has started.");
        return Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(secret)).AsSpan(0, CheckBytes));
    }
}
