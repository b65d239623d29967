using System.CommandLine;
using Annotate.Server.Configuring;
using Annotate.Server.Hosting;

namespace Annotate.Server.Verbs;

/// <summary>How a verb says which server it means: the one of a data folder on this machine, or one elsewhere.</summary>
sealed class ServerOptions
{
    readonly Option<string?> _data = new("--data") { Description = "Data folder of a server on this machine, running or not (default: the setting DataFolder, ./data)." };
    readonly Option<Uri?> _url = new("--url")
    {
        Description = "Address of a server elsewhere; needs --token, too.",
        // The library makes no Uri of a word by itself. What is none fails the check below.
        CustomParser = result => new Uri(Uri.IsWellFormedUriString(result.Tokens[0].Value, UriKind.Absolute) ? result.Tokens[0].Value : "", UriKind.RelativeOrAbsolute),
    };

    readonly Option<string?> _token = new("--token") { Description = "Token for the server elsewhere; also taken from the variable ANNOTATE_TOKEN." };

    public void AddTo(Command command)
    {
        command.Add(_data);
        command.Add(_url);
        command.Add(_token);
        command.Validators.Add(result =>
        {
            if (result.GetValue(_url) is { } url && (!url.IsAbsoluteUri || url.Scheme is not ("http" or "https")))
                result.AddError("--url is an http or https address, such as https://annotate.example.");
            if (result.GetValue(_url) is not null && result.GetResult(_data) is not null) result.AddError("Either --data or --url.");
        });
    }

    /// <summary>Reaches the server, or starts one that nobody else hears of.</summary>
    public async Task<ServerConnection> OpenAsync(ParseResult parsed, CancellationToken stop)
    {
        if (parsed.GetValue(_url) is { } url)
        {
            var token = parsed.GetValue(_token) ?? Environment.GetEnvironmentVariable("ANNOTATE_TOKEN")
                ?? throw new SettingsException("A server elsewhere needs a token: --token, or the variable ANNOTATE_TOKEN.");
            return ServerConnection.To(url, token);
        }

        var settings = Settings.Read(AnnotateHost.NewBuilder().Configuration);
        return await ServerConnection.OpenAsync(parsed.GetValue(_data) is { } data ? settings with { DataFolder = data } : settings, stop);
    }
}
