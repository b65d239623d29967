using System.CommandLine;
using Annotate.Server.Access;

namespace Annotate.Server.Verbs;

/// <summary>Makes a token for a person.</summary>
sealed class Token
{
    readonly Option<string> _coalition = new("--coalition") { Description = "Id of the coalition.", Required = true };
    readonly Option<string> _person = new("--person") { Description = "Id of the person in it.", Required = true };
    readonly Option<int?> _days = new("--days") { Description = "How long it is good (default: 30 days, a sign-in link an hour)." };
    readonly Option<bool> _signIn = new("--sign-in") { Description = "A link that signs a browser in once, instead of a bearer token." };
    readonly Option<bool> _revoke = new("--revoke") { Description = "Makes none, but revokes all that the person has, on open connections too." };
    readonly ServerOptions _server = new();

    public Command NewCommand()
    {
        var command = new Command("token", "Makes a token for a person, and prints it: it cannot be asked for again.");
        foreach (var option in new Option[] { _coalition, _person, _days, _signIn, _revoke }) command.Add(option);
        _server.AddTo(command);
        command.SetAction(RunAsync);
        return command;
    }

    async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        await using var server = await _server.OpenAsync(parsed, stop);
        var path = $"/api/coalitions/{Uri.EscapeDataString(parsed.GetValue(_coalition)!)}/people/{Uri.EscapeDataString(parsed.GetValue(_person)!)}/tokens";
        if (parsed.GetValue(_revoke))
        {
            using var revoke = new HttpRequestMessage(HttpMethod.Delete, path);
            await server.SendAsync(revoke, stop);
            return 0;
        }

        var kind = parsed.GetValue(_signIn) ? TokenWanted.SignIn : TokenWanted.Bearer;
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = JsonContent.Create(new TokenRequest(kind, parsed.GetValue(_days), null), options: Json.Options),
        };
        var made = await server.SendAsync(request, stop);
        await Console.Out.WriteLineAsync(kind == TokenWanted.SignIn ? made.GetProperty("link").GetString() : made.GetProperty("token").GetString());
        return 0;
    }
}
