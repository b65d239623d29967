using System.Reflection;
using System.Runtime.CompilerServices;
using Annotate.Deciding;
using Orleans.Concurrency;

namespace Annotate.Tests.Deciding;

/// <summary>
/// What servers say to one another and what they store (G10). Each line of contracts.txt is a call of a grain or an observer, a type that is sent or
/// stored, or an enumeration, by the names and numbers that go over the wire; methods and members may be renamed. Records outlive every version, so
/// of stored types nothing is changed or taken away: members are added. A call that changes is one that servers of two versions do not understand
/// of one another: here it is seen, and decided.
/// </summary>
public sealed class ContractsTests
{
    static readonly string File = Path.Combine(Here(), "contracts.txt");

    [Fact]
    public void What_servers_say_to_one_another_is_as_it_was()
    {
        var pinned = System.IO.File.ReadAllLines(File).ToHashSet();
        var now = Calls().Concat(Types()).Order(StringComparer.Ordinal).ToArray();
        var added = now.Except(pinned).ToArray();
        var gone = pinned.Except(now).ToArray();
        Assert.True(
            added.Length == 0 && gone.Length == 0,
            $"contracts.txt lacks\n{string.Join('\n', added)}\n\nand has what is no more, or not so any more\n{string.Join('\n', gone)}");
        Assert.Equal(now.Distinct(), now);
    }

    // By the names that go over the wire: those of methods and parameters here do not.
    static IEnumerable<string> Calls() =>
        from contract in All()
        where contract.IsInterface && contract.IsAssignableTo(typeof(IAddressable))
        from method in contract.GetMethods()
        let way = string.Concat(
            from attribute in method.GetCustomAttributes()
            where attribute is OneWayAttribute or AlwaysInterleaveAttribute or ReadOnlyAttribute or ResponseTimeoutAttribute
            orderby attribute.GetType().Name
            select $" {attribute.GetType().Name.Replace("Attribute", "", StringComparison.Ordinal)}")
        select $"{NameOf(contract)}.{AliasOf(method) ?? method.Name}({string.Join(", ", method.GetParameters().Select(each => NameOf(each.ParameterType)))})"
            + $": {NameOf(method.ReturnType)}{way}";

    static IEnumerable<string> Types() =>
        from type in All()
        where type.IsDefined(typeof(GenerateSerializerAttribute)) || (type.IsEnum && type.IsPublic)
        select $"{NameOf(type)}{Above(type)}: {string.Join(", ", type.IsEnum ? ValuesOf(type) : MembersOf(type))}".TrimEnd(' ', ':');

    static string Above(Type type) => type.BaseType is { } above && above.IsDefined(typeof(GenerateSerializerAttribute)) ? $" ({NameOf(above)})" : "";

    static IEnumerable<string> MembersOf(Type type) =>
        from member in type.GetMembers(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        let id = member.GetCustomAttribute<IdAttribute>()
        where id is not null
        orderby id.Id
        select $"{id.Id} {NameOf(member is PropertyInfo property ? property.PropertyType : ((FieldInfo)member).FieldType)}";

    static IEnumerable<string> ValuesOf(Type type) => Enum.GetNames(type).Select(name => $"{Enum.Format(type, Enum.Parse(type, name), "d")} {name}");

    static string NameOf(Type type)
    {
        if (type.IsArray) return NameOf(type.GetElementType()!) + "[]";
        if (Nullable.GetUnderlyingType(type) is { } value) return NameOf(value) + "?";
        var name = AliasOf(type) ?? type.Name.Split('`')[0];
        return type.IsGenericType ? $"{name}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>" : name;
    }

    static string? AliasOf(MemberInfo member) => member.GetCustomAttribute<AliasAttribute>(inherit: false)?.Alias;

    static IEnumerable<Type> All() => typeof(Event).Assembly.GetTypes().Where(type => !type.IsDefined(typeof(CompilerGeneratedAttribute)));

    static string Here([CallerFilePath] string here = "") => Path.GetDirectoryName(here)!;
}
