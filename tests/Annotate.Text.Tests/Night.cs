using System.Globalization;

namespace Annotate.Text.Tests;

/// <summary>How much longer random tests run than they do with every change: ANNOTATE_NIGHT=20 makes it twenty times as many seeds.</summary>
static class Night
{
    static readonly int Factor =
        int.TryParse(Environment.GetEnvironmentVariable("ANNOTATE_NIGHT"), CultureInfo.InvariantCulture, out var factor) ? factor : 1;

    public static int Times(int count) => count * Factor;
}
