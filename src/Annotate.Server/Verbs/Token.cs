using System.CommandLine;
using Annotate.Server.Access;

namespace Annotate.Server.Verbs;

/// <summary>Makes a token for a person.</summary>
sealed class Token
{
    readonly Option<string?> _coalition = new("--coalition") { Description = "Id of the coalition." };
    readonly Option<string?> _person = new("--person") { Description = "Id of the person in it." };
    readonly Option<int?> _days = new("--days") { Description = "How long it is good (default: 30 days, a sign-in link an hour)." };
    readonly Option<bool> _signIn = new("--sign-in") { Description = "A link that signs a browser in once, instead of a bearer token." };
    readonly Option<bool> _revoke = new("--revoke") { Description = "Makes none, but revokes all that the person has, on open connections too." };
    readonly Option<bool> _rotate = new("--rotate-operator") { Description = "Makes a new operator's key, in operator.token too, and ends all others." };
    readonly Option<bool> _endAll = new("--end-all")
    {
        Description = "Ends every token, link and session of everybody in every coalition, and all the operator's keys but a new one: after a backup was put back, which holds some that were ended since.",
    };

    readonly ServerOptions _server = new();

    public Command NewCommand()
    {
        var command = new Command("token", "Makes a token for a person, and prints it: it cannot be asked for again. Or ends tokens.");
        foreach (var option in new Option[] { _coalition, _person, _days, _signIn, _revoke, _rotate, _endAll }) command.Add(option);
        _server.AddTo(command);
        command.Validators.Add(result =>
        {
            var isForAll = result.GetValue(_rotate) || result.GetValue(_endAll);
            var isForOne = result.GetValue(_coalition) is not null && result.GetValue(_person) is not null;
            if (isForAll ? result.GetResult(_coalition) is not null || result.GetResult(_person) is not null : !isForOne)
                result.AddError("Either --coalition and --person, or --rotate-operator or --end-all.");
        });
        command.SetAction(RunAsync);
        return command;
    }

    async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        await using var server = await _server.OpenAsync(parsed, stop);
        if (parsed.GetValue(_rotate) || parsed.GetValue(_endAll)) return await EndAsync(server, parsed.GetValue(_endAll), stop);
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

    static async Task<int> EndAsync(ServerConnection server, bool isAll, CancellationToken stop)
    {
        if (isAll)
        {
            using var end = new HttpRequestMessage(HttpMethod.Delete, "/api/operator/tokens");
            await server.SendAsync(end, stop);
            await Console.Out.WriteLineAsync("Every token, link and session of everybody has ended: make links for the first person of each organisation anew.");
        }

        using var rotate = new HttpRequestMessage(HttpMethod.Post, "/api/operator/key");
        var made = await server.SendAsync(rotate, stop);
        // Beside the data folder it stands in the file; elsewhere nobody could read it there.
        await Console.Out.WriteLineAsync(server.IsElsewhere ? made.GetProperty("token").GetString() : "The operator's key is new: it is in operator.token.");
        return 0;
    }
}
