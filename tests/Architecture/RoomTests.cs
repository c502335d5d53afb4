using Mono.Cecil;
using Mono.Cecil.Cil;
using Xunit;

namespace Calibration.Tests.Architecture;

/// <summary>
/// A folder of the product has three layers, read from its compiled assembly, method bodies included: its vocabulary (types of the folder's
/// own namespace that use no room), its rooms (namespaces below it), and its entrance (types of the folder's own namespace that use
/// rooms).
/// </summary>
public sealed class RoomTests
{
    public static TheoryData<string> Assemblies =>
        ["Datasets", "Results", "Harness", "Fitting", "Optimizer", "Analysis", "Report", "Endpoint"];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Rooms_ImportEachOther_InNoCircle(string name)
    {
        ILookup<string, string> imports = Imports(name)
            .Where(import => import.From.Room != "" && import.To.Room != "" && import.From.Room != import.To.Room)
            .Select(import => (import.From.Room, To: import.To.Room)).Distinct().ToLookup(import => import.Room, import => import.To);
        foreach (string room in imports.Select(import => import.Key))
        {
            string[] circle = PathTo(room, room, imports, []);
            Assert.True(circle.Length == 0, $"{name}: {string.Join(" → ", circle)}");
        }
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Rooms_ImportNoEntrance(string name)
    {
        (Place From, Place To)[] imports = [.. Imports(name)];
        HashSet<string> entrances =
        [
            .. imports.Where(import => import.From.Room == "" && import.To.Room != "").Select(import => import.From.Type),
        ];
        string[] wrong =
        [
            .. imports.Where(import => import.From.Room != "" && entrances.Contains(import.To.Type)).Select(import =>
                $"{import.From.Room}.{import.From.Type} imports {import.To.Type}").Distinct().Order(),
        ];
        Assert.True(wrong.Length == 0, string.Join('\n', wrong));
    }

    /// <summary>A way from one room to another by imports; empty where there is none.</summary>
    private static string[] PathTo(string goal, string from, ILookup<string, string> imports, HashSet<string> seen)
    {
        foreach (string next in imports[from])
        {
            if (next == goal)
                return [from, next];
            if (seen.Add(next) && PathTo(goal, next, imports, seen) is { Length: > 0 } rest)
                return [from, .. rest];
        }

        return [];
    }

    private static IEnumerable<(Place From, Place To)> Imports(string name)
    {
        using AssemblyDefinition assembly = AssemblyDefinition.ReadAssembly(Path.Combine(
            AppContext.BaseDirectory, $"Calibration.{name}.dll"));
        string root = "Calibration." + name;
        return [.. from type in assembly.MainModule.Types
                   where type.Namespace.StartsWith(root, StringComparison.Ordinal)
                   from used in Within(type).SelectMany(Used)
                   let owner = OwnerOf(used)
                   where owner.Scope == assembly.MainModule && owner.Namespace.StartsWith(root, StringComparison.Ordinal)
                       && owner.FullName != type.FullName
                   select (PlaceOf(type, root), PlaceOf(owner, root))];
    }

    private static Place PlaceOf(TypeReference type, string root) =>
        new(type.Namespace[root.Length..].TrimStart('.').Split('.')[0], type.Name);

    private static IEnumerable<TypeDefinition> Within(TypeDefinition type) => type.NestedTypes.SelectMany(Within).Prepend(type);

    private static TypeReference OwnerOf(TypeReference type) => type.DeclaringType is { } outer ? OwnerOf(outer) : type;

    private static IEnumerable<TypeReference> Used(TypeDefinition type) =>
        ((IEnumerable<TypeReference?>)
        [
            type.BaseType,
            .. type.Interfaces.Select(contract => contract.InterfaceType),
            .. type.Fields.Select(field => field.FieldType),
            .. type.Methods.SelectMany(Used),
        ])
            .OfType<TypeReference>().SelectMany(Parts);

    private static IEnumerable<TypeReference?> Used(MethodDefinition method)
    {
        yield return method.ReturnType;
        foreach (ParameterDefinition parameter in method.Parameters)
            yield return parameter.ParameterType;
        if (!method.HasBody)
            yield break;
        foreach (VariableDefinition variable in method.Body.Variables)
            yield return variable.VariableType;
        foreach (Instruction instruction in method.Body.Instructions)
        {
            switch (instruction.Operand)
            {
                case TypeReference type:
                    yield return type;
                    break;
                case MethodReference called:
                    yield return called.DeclaringType;
                    foreach (TypeReference argument in (called as GenericInstanceMethod)?.GenericArguments ?? [])
                        yield return argument;
                    break;
                case FieldReference field:
                    yield return field.DeclaringType;
                    break;
            }
        }
    }

    private static IEnumerable<TypeReference> Parts(TypeReference type) => type switch
    {
        GenericInstanceType generic => generic.GenericArguments.SelectMany(Parts).Append(generic.ElementType),
        TypeSpecification specification => Parts(specification.ElementType),
        GenericParameter => [],
        _ => [type],
    };

    private sealed record Place(string Room, string Type);
}
