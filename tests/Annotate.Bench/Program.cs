using Annotate.Bench;

return args switch
{
    ["storage", .. var rest] => await StorageBench.Run(rest),
    _ => throw new ArgumentException("Usage: Annotate.Bench storage [GRAINS [SECONDS]]"),
};
