return await Annotate.Server.Verbs.CommandLine.RunAsync(args);
