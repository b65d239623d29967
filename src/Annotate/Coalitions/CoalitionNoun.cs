using Annotate.Calls;
using Annotate.Deciding;
using Annotate.Instruments;

namespace Annotate.Coalitions;

/// <summary>Coalitions, as something that takes commands.</summary>
public static class CoalitionNoun
{
    /// <summary>Path of a coalition.</summary>
    public const string Path = "/api/coalitions/{coalition}";

    public static Noun Noun { get; } = new("Coalitions", Path, call => call["coalition"], RunAsync) { Doors = Noun.DoorsOf<CoalitionCommand>() };

    static async Task<Answer> RunAsync(IGrainFactory grains, string coalition, Command command)
    {
        var answer = await grains.GetGrain<ICoalitionGrain>(coalition).RunAsync((CoalitionCommand)command);
        if (answer.Problem is not null || command is not DescribeCoalition described) return answer;
        // After the founding: a name in the catalogue without a coalition could not be told from one whose founding is under way.
        var entered = await grains.GetGrain<ICatalogueGrain>(CatalogueGrain.Only).EnterAsync(
            new EnterInCatalogue { Id = command.Id, By = command.By, Shelf = Shelf.Coalitions, Entry = coalition, Name = described.Name });
        return entered.Problem is null ? answer : entered;
    }
}
