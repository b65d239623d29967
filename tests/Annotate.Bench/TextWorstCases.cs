using System.CommandLine;
using System.Diagnostics;
using Annotate.Text;

namespace Annotate.Bench;

/// <summary>
/// Ours alone, where a text engine is slow if it is slow anywhere: each case at a size and at twice that, so that growth that is not linear
/// shows.
/// </summary>
static class TextWorstCases
{
    const int Runs = 5;
    static readonly SharedRef Text = SharedRef.Text("text");

    public static Command Verb()
    {
        var command = new Command("text-worst", "The worst cases of the verb text");
        command.Hidden = true;
        command.SetAction(_ => Run());
        return command;
    }

    static void Run()
    {
        Row("case", "n", "ms", "ms at 2n", "factor");
        Case("one writer, every insert at the front", 50_000, AtTheFront);
        Case("two writers in turn, at each other's end", 50_000, InTurn);
        Case("n clients, each a character at the same place", 2_500, AtOnePlace);
        Case("n clients, each a character at the end", 10_000, AtTheEnd);
        Case("n lists, each within the list before", Annotate.Text.Limits.NestingMax / 2, Nested);
        Case("n characters typed, then deleted one by one from the front", 20_000, TypedAndDeleted);
    }

    static void Case(string name, int n, Func<int, byte[][]> write)
    {
        double once = Time(write(n)), twice = Time(write(2 * n));
        Row(name, $"{n}", $"{once:F1}", $"{twice:F1}", $"{twice / once:F1}");
    }

    static void Row(string name, params string[] cells) =>
        Console.WriteLine($"| {name,-60} | {string.Join(" | ", cells.Select(cell => $"{cell,9}"))} |");

    static double Time(byte[][] updates)
    {
        var times = new double[Runs];
        for (var run = 0; run < Runs; run++)
        {
            var document = new Document();
            var began = Stopwatch.GetTimestamp();
            foreach (var update in updates)
                if (!document.TryApply(update, out var fault)) throw new InvalidDataException($"An update was refused: {fault}");
            times[run] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        }
        return times.Order().ElementAt(Runs / 2);
    }

    static Document As(int clientId) => new(new DocumentOptions { ClientId = clientId });

    static byte[][] AtTheFront(int n)
    {
        var document = As(1);
        return [.. Enumerable.Range(0, n).Select(_ => document.Change(edit => edit.Insert(Text, 0, "x")))];
    }

    static byte[][] InTurn(int n)
    {
        var document = As(1);
        return [.. Enumerable.Range(0, n).Select(i =>
        {
            document.ClientId = 1 + i % 2;
            return document.Change(edit => edit.Insert(Text, i, "x"));
        })];
    }

    static byte[][] AtOnePlace(int n) => [.. Enumerable.Range(1, n).Select(id => As(id).Change(edit => edit.Insert(Text, 0, "x")))];

    static byte[][] AtTheEnd(int n)
    {
        var document = As(1);
        return [.. Enumerable.Range(0, n).Select(i =>
        {
            document.ClientId = 1 + i;
            return document.Change(edit => edit.Insert(Text, i, "x"));
        })];
    }

    static byte[][] Nested(int n)
    {
        var document = As(1);
        var list = SharedRef.Array("lists");
        return [.. Enumerable.Range(0, n).Select(_ => document.Change(edit => list = edit.InsertType(list, 0, SharedKind.Array)))];
    }

    static byte[][] TypedAndDeleted(int n)
    {
        var document = As(1);
        var typed = Enumerable.Range(0, n).Select(i => document.Change(edit => edit.Insert(Text, i, "x"))).ToArray();
        return [.. typed, .. Enumerable.Range(0, n).Select(_ => document.Change(edit => edit.Delete(Text, 0, 1)))];
    }
}
