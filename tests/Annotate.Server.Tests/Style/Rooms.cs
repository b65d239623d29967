using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Annotate.Server.Tests.Style;

/// <summary>Which room of an assembly needs which, as it was compiled: a room is a namespace below the assembly's own.</summary>
static class Rooms
{
    /// <summary>For each room the others that it needs, and for each of those one place where.</summary>
    /// <param name="root">The assembly's namespace. What lies directly in it, and the whole of others, is no room.</param>
    public static SortedDictionary<string, SortedDictionary<string, string>> Read(string assembly, string root)
    {
        using var read = AssemblyDefinition.ReadAssembly(assembly);
        var rooms = new SortedDictionary<string, SortedDictionary<string, string>>(StringComparer.Ordinal);
        foreach (var type in read.MainModule.GetTypes())
        {
            if (RoomOf(type, root) is not { } room || IsGenerated(type)) continue;
            var needed = rooms.TryGetValue(room, out var known) ? known : rooms[room] = new(StringComparer.Ordinal);
            foreach (var (other, where) in Needed(type))
                if (RoomOf(other, root) is { } needs && needs != room) needed.TryAdd(needs, $"{where} needs {other.FullName}");
        }

        return rooms;
    }

    static string? RoomOf(TypeReference type, string root)
    {
        while (type.DeclaringType is { } outer) type = outer;
        if (type.Scope is AssemblyNameReference) return null;
        return type.Namespace.StartsWith(root + ".", StringComparison.Ordinal) ? type.Namespace[(root.Length + 1)..].Split('.')[0] : null;
    }

    // Orleans' serializers of a type lie beside it.
    static bool IsGenerated(TypeDefinition type) => type.CustomAttributes.Any(each => each.AttributeType.Name == "GeneratedCodeAttribute");

    static IEnumerable<(TypeReference Type, string Where)> Needed(TypeDefinition type)
    {
        var outside = new List<TypeReference?> { type.BaseType };
        outside.AddRange(type.Interfaces.Select(each => each.InterfaceType));
        outside.AddRange(type.Fields.Select(each => each.FieldType));
        outside.AddRange(type.CustomAttributes.Select(each => each.AttributeType));
        var own = outside.Select(each => (each, type.FullName));
        return own.Concat(type.Methods.SelectMany(method => NeededBy(method).Select(each => (each, method.FullName)))).SelectMany(each => Parts(each.Item1).Select(part => (part, each.Item2)));
    }

    static IEnumerable<TypeReference?> NeededBy(MethodDefinition method) =>
    [
        method.ReturnType,
        .. method.Parameters.Select(each => each.ParameterType),
        .. method.GenericParameters.SelectMany(each => each.Constraints).Select(each => each.ConstraintType),
        .. method.HasBody ? method.Body.Variables.Select(each => each.VariableType) : [],
        .. method.HasBody ? method.Body.Instructions.SelectMany(NeededBy) : [],
    ];

    static IEnumerable<TypeReference?> NeededBy(Instruction instruction) => instruction.Operand switch
    {
        TypeReference type => [type],
        FieldReference field => [field.DeclaringType, field.FieldType],
        GenericInstanceMethod method => [method.DeclaringType, method.ReturnType, .. method.GenericArguments],
        MethodReference method => [method.DeclaringType, method.ReturnType],
        _ => [],
    };

    // Of List<A>[] the list and A.
    static IEnumerable<TypeReference> Parts(TypeReference? type) => type switch
    {
        null or GenericParameter => [],
        GenericInstanceType generic => [generic.ElementType, .. generic.GenericArguments.SelectMany(Parts)],
        TypeSpecification made => Parts(made.ElementType),
        _ => [type],
    };
}
