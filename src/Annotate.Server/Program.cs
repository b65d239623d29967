using Annotate.Server.Access;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddAccess();
var app = builder.Build();
app.UseRouting();
app.UseAccess();
await app.RunAsync();
