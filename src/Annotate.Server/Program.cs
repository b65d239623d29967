using System.Globalization;

// What is read and written must not depend on where the server runs.
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
return await Annotate.Server.Verbs.CommandLine.RunAsync(args);
