using Mono.Cecil;

namespace Annotate.Server.Tests.Style;

/// <summary>Fields are named as everywhere here: "_each" of an instance that nobody else sees, "Each" otherwise.</summary>
public sealed class FieldsTests
{
    [Theory]
    [InlineData("Annotate.Text")]
    [InlineData("Annotate")]
    [InlineData("Annotate.Client")]
    [InlineData("Annotate.Server")]
    public void Fields_have_the_names_of_fields(string assembly)
    {
        using var module = ModuleDefinition.ReadModule(Path.Combine(AppContext.BaseDirectory, assembly + ".dll"));
        var fields = module.GetTypes().Where(type => !IsMade(type)).SelectMany(type => type.Fields).Where(field => !field.IsSpecialName && !IsMade(field)).ToArray();
        Assert.NotEmpty(fields);
        var others = fields.Where(field => !IsNamedWell(field)).Select(field => field.FullName).ToArray();
        Assert.True(others.Length == 0, string.Join('\n', others));
    }

    static bool IsNamedWell(FieldDefinition field) => field.IsPrivate && !field.IsStatic
        ? field.Name.Length > 1 && field.Name[0] == '_' && char.IsLower(field.Name[1])
        : char.IsUpper(field.Name[0]);

    // By the compiler, or by a source generator.
    static bool IsMade(IMemberDefinition member) =>
        member.Name.Contains('<', StringComparison.Ordinal)
        || (member.DeclaringType is { } outer && IsMade(outer))
        || member.CustomAttributes.Any(attribute => attribute.AttributeType.Name is "CompilerGeneratedAttribute" or "GeneratedCodeAttribute");
}
