using Annotate.Server.Hosting;
var settings = Settings.Read(AnnotateHost.NewBuilder().Configuration);
await using var host = await AnnotateHost.BuildAsync(settings);
await host.StartAsync();
await host.App.WaitForShutdownAsync();
