// SPDX-License-Identifier: Apache-2.0

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.CSharp;
using Mono.CompilerServices.SymbolWriter;

/// What the calls of a tree of C# call, by what Mono's compiler made of it, and what is defined in
/// it: the truth that compare.py reads. The compiler notes where each call stands, to the column; its
/// parser tells where what is called is defined. A call whose name does not stand where it should is
/// one that nobody wrote, and left out, as is one of which there may be two definitions.
///
/// mono CSharpTruth.exe TREE ASSEMBLY FILES [SYMBOL]… > truth.ndjson
///
/// FILES lists the files that the assembly was made of, with `mcs -debug`, one a line.
static class CSharpTruth
{
    class Definition
    {
        public string File, Name;
        public int Line, Count;
        public MemberCore Member;
    }

    static string root;
    static TextWriter output;
    static readonly Dictionary<string, string[]> texts = new Dictionary<string, string[]>();
    static readonly Dictionary<string, List<Definition>> members =
        new Dictionary<string, List<Definition>>();
    static readonly Dictionary<string, List<Definition>> types =
        new Dictionary<string, List<Definition>>();
    static readonly SortedDictionary<string, int> counts = new SortedDictionary<string, int>();

    static void Count(string what)
    {
        int count;
        counts.TryGetValue(what, out count);
        counts[what] = count + 1;
    }

    static int Main(string[] arguments)
    {
        root = Path.GetFullPath(arguments[0]).TrimEnd('/') + "/";
        output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false));
        Parse(File.ReadAllLines(arguments[2]), arguments.Skip(3));
        var parameters = new ReaderParameters { AssemblyResolver = new DefaultAssemblyResolver() };
        var module = ModuleDefinition.ReadModule(arguments[1], parameters);
        using (var symbols = MonoSymbolFile.ReadSymbolFile(arguments[1] + ".mdb")) {
            FindBodies(module, symbols);
            FindOverrides(module);
            foreach (var method in All(module)) Calls(method, symbols);
        }
        output.Flush();
        Console.Error.WriteLine(
            string.Join(", ", counts.Select(c => c.Key + " " + c.Value)));
        return 0;
    }

    static string Quoted(string text)
    {
        return "\"" + text.Replace("\\", "\\\\").Replace("\"", "\\\"") + "\"";
    }

    static string Relative(string file)
    {
        file = Path.GetFullPath(file);
        return file.StartsWith(root) ? file.Substring(root.Length) : file;
    }

    // MARK: What is written

    static void Parse(string[] files, IEnumerable<string> symbols)
    {
        var settings = new CompilerSettings { Unsafe = true };
        foreach (var symbol in symbols) settings.AddConditionalSymbol(symbol);
        var context = new CompilerContext(settings, new ConsoleReportPrinter(Console.Error));
        var tree = new ModuleContainer(context);
        // What drives the compiler is not public.
        var type = typeof(ModuleContainer).Assembly.GetType("Mono.CSharp.Driver");
        var driver = Activator.CreateInstance(type, context);
        var parse = type.GetMethods().First(
            m => m.Name == "Parse" && m.GetParameters().Length == 4
                && m.GetParameters()[0].ParameterType == typeof(SourceFile));
        for (int index = 0; index < files.Length; index++) {
            var path = Path.GetFullPath(files[index]);
            texts[path] = File.ReadAllLines(path);
            var file = new SourceFile(path, path, index + 1);
            settings.SourceFiles.Add(file);
        }
        Location.Initialize(context.SourceFiles);
        foreach (var file in settings.SourceFiles) {
            parse.Invoke(driver, new object[] {
                file, tree, new ParserSession { UseJayGlobalArrays = true,
                    LocatedTokens = new LocatedToken[15000] }, context.Report });
        }
        foreach (var container in Inside(tree)) Read(container, "");
    }

    static IEnumerable<TypeContainer> Inside(TypeContainer container)
    {
        return container.Containers ?? Enumerable.Empty<TypeContainer>();
    }

    static void Read(TypeContainer container, string around)
    {
        var space = container as NamespaceContainer;
        if (space != null) {
            foreach (var inner in Inside(space)) Read(inner, space.NS.Name ?? "");
            return;
        }
        var name = container.MemberName;
        // A place for what the compiler makes.
        if (name == null) return;
        var full = (around.Length > 0 ? around + "." : "") + name.Name
            + (name.Arity > 0 ? "`" + name.Arity : "");
        var kind = container is Interface ? "interface" : container is Struct ? "struct"
            : container is Mono.CSharp.Enum ? "enum" : container is Mono.CSharp.Delegate ? null : "class";
        if (kind != null) Entity(name.Name, container.Location, kind);
        Add(types, full, new Definition { File = container.Location.NameFullPath, Name = name.Name,
            Line = container.Location.Row, Member = container });
        var definition = container as Mono.CSharp.TypeDefinition;
        if (definition == null || container is Mono.CSharp.Delegate) return;
        foreach (var member in definition.Members) {
            var method = member as MethodCore;
            if (method == null || member is TypeContainer) continue;
            if (method.Location.Row == 0) continue;
            // A member that says of which interface it is, is not called by its name.
            bool isConstructor = member is Constructor;
            if (member is Destructor) Entity("~" + name.Name, method.Location, "method");
            if (!isConstructor && !(member is Method)) continue;
            if (member is Operator || member is Destructor) continue;
            var own = isConstructor ? (method.ModFlags & Modifiers.STATIC) != 0 ? ".cctor" : ".ctor"
                : method.MemberName.Name;
            var by = method.MemberName.ExplicitInterface;
            var of = by == null ? "" : by.GetSignatureForError().Split('<')[0].Split('.').Last() + ".";
            Entity(isConstructor ? name.Name : of + own,
                method.Location, isConstructor ? "constructor" : "method");
            if (by != null) continue;
            Add(members, full + "::" + own, new Definition {
                File = method.Location.NameFullPath, Name = own, Line = method.Location.Row,
                Count = method.ParameterInfo.Count, Member = member });
        }
        foreach (var inner in Inside(container)) Read(inner, full.Replace('+', '.'));
    }

    static void Add(
        Dictionary<string, List<Definition>> all, string key, Definition definition)
    {
        List<Definition> list;
        if (!all.TryGetValue(key, out list)) all[key] = list = new List<Definition>();
        list.Add(definition);
    }

    static void Entity(string name, Location place, string kind)
    {
        if (place.Row == 0) return;
        output.WriteLine(
            "{\"entity\": " + Quoted(name) + ", \"file\": " + Quoted(Relative(place.NameFullPath))
            + ", \"line\": " + place.Row + ", \"kind\": " + Quoted(kind) + "}");
    }

    // MARK: What was made of it

    static readonly Dictionary<string, Definition> places = new Dictionary<string, Definition>();
    static readonly Dictionary<string, List<MethodDefinition>> overrides =
        new Dictionary<string, List<MethodDefinition>>();


    static IEnumerable<MethodDefinition> All(ModuleDefinition module)
    {
        return module.GetTypes().SelectMany(t => t.Methods);
    }

    static string TypeName(TypeReference type)
    {
        return type.FullName.Replace('/', '.');
    }

    static string Key(MethodDefinition method)
    {
        return TypeName(method.DeclaringType) + "::" + method.Name;
    }

    static IEnumerable<LineNumberEntry> Lines(MethodDefinition method, MonoSymbolFile symbols)
    {
        var entry = symbols.GetMethodByToken(method.MetadataToken.ToInt32());
        if (entry == null) return Enumerable.Empty<LineNumberEntry>();
        return entry.GetLineNumberTable().LineNumbers.Where(l => !l.IsHidden && l.Row < 0xfeefee);
    }

    /// Which of the definitions with a name is which method: by its parameters, or else by where its
    /// body begins.
    static void FindBodies(ModuleDefinition module, MonoSymbolFile symbols)
    {
        foreach (var group in All(module).GroupBy(m => Key(m) + "/" + m.Parameters.Count)) {
            var methods = group.ToList();
            List<Definition> all;
            if (!members.TryGetValue(Key(methods[0]), out all)) continue;
            var found = all.Where(d => d.Count == methods[0].Parameters.Count).ToList();
            if (found.Count == 1 && methods.Count == 1) {
                places[methods[0].FullName] = found[0];
                continue;
            }
            foreach (var method in methods) {
                // A constructor's body begins with the values of fields, wherever these stand.
                var same = found.Where(d => Matches(method, d)).ToList();
                var definition = same.Count == 1 ? same[0] : null;
                var lines = Lines(method, symbols).ToList();
                if (definition == null && lines.Count > 0 && !method.IsConstructor) {
                    var file = Path.GetFullPath(symbols.GetSourceFile(lines[0].File).FileName);
                    definition = found.Where(d => d.File == file && d.Line <= lines[0].Row)
                        .OrderBy(d => d.Line).LastOrDefault();
                }
                if (definition != null) places[method.FullName] = definition;
            }
        }
    }

    static readonly Dictionary<string, string> keywords = new Dictionary<string, string> {
        { "bool", "Boolean" }, { "byte", "Byte" }, { "char", "Char" }, { "decimal", "Decimal" },
        { "double", "Double" }, { "float", "Single" }, { "int", "Int32" }, { "long", "Int64" },
        { "object", "Object" }, { "sbyte", "SByte" }, { "short", "Int16" }, { "string", "String" },
        { "uint", "UInt32" }, { "ulong", "UInt64" }, { "ushort", "UInt16" }, { "void", "Void" } };

    static string Last(string type)
    {
        type = type.TrimEnd('&', '?', ' ');
        int end = type.IndexOf('<');
        var rest = type.EndsWith("]") ? type.Substring(type.LastIndexOf('[')) : "";
        if (end >= 0) type = type.Substring(0, end);
        type = type.Split('[')[0].Split('`')[0].Split('.', '/', ':').Last();
        string full;
        return (keywords.TryGetValue(type, out full) ? full : type) + rest;
    }

    static bool Matches(MethodDefinition method, Definition definition)
    {
        var parameters = ((MethodCore)definition.Member).ParameterInfo.FixedParameters;
        for (int i = 0; i < parameters.Length; i++) {
            var parameter = parameters[i] as Parameter;
            if (parameter == null || parameter.TypeExpression == null) return false;
            if (Last(parameter.TypeExpression.GetSignatureForError())
                != Last(method.Parameters[i].ParameterType.FullName)) return false;
        }
        return true;
    }

    /// A call of a virtual method is noted as one of that which is overridden.
    static void FindOverrides(ModuleDefinition module)
    {
        foreach (var method in All(module)) {
            if (!method.IsVirtual || method.IsNewSlot) continue;
            var type = method.DeclaringType.BaseType;
            for (int i = 0; i < 30 && type != null; i++) {
                Mono.Cecil.TypeDefinition definition;
                try { definition = type.Resolve(); } catch (Exception) { break; }
                if (definition == null) break;
                foreach (var other in definition.Methods) {
                    if (!other.IsVirtual || other.Name != method.Name
                        || !IsSame(other, method)) continue;
                    List<MethodDefinition> list;
                    if (!overrides.TryGetValue(other.FullName, out list)) {
                        overrides[other.FullName] = list = new List<MethodDefinition>();
                    }
                    list.Add(method);
                }
                type = definition.BaseType;
            }
        }
    }

    static bool IsSame(MethodDefinition a, MethodDefinition b)
    {
        return a.Parameters.Count == b.Parameters.Count && a.Parameters.Zip(
            b.Parameters, (x, y) => x.ParameterType.FullName == y.ParameterType.FullName
                || x.ParameterType.IsGenericParameter || x.ParameterType.IsGenericInstance)
            .All(x => x);
    }

    static void Calls(MethodDefinition method, MonoSymbolFile symbols)
    {
        if (!method.HasBody) return;
        var lines = Lines(method, symbols).OrderBy(l => l.Offset).ToList();
        if (lines.Count == 0) return;
        foreach (var instruction in method.Body.Instructions) {
            if (instruction.OpCode != OpCodes.Call && instruction.OpCode != OpCodes.Callvirt
                && instruction.OpCode != OpCodes.Newobj) continue;
            var at = lines.LastOrDefault(l => l.Offset <= instruction.Offset);
            if (at == null) continue;
            var path = Path.GetFullPath(symbols.GetSourceFile(at.File).FileName);
            string[] text;
            if (!texts.TryGetValue(path, out text) || at.Row > text.Length) continue;
            Call(instruction, path, at.Row, at.Column, text[at.Row - 1]);
        }
    }

    static bool IsPart(char sign) { return char.IsLetterOrDigit(sign) || sign == '_'; }

    static bool Stands(string name, string text, int column)
    {
        int at = column - 1;
        if (at < 0 || at + name.Length > text.Length) return false;
        if (string.CompareOrdinal(text, at, name, 0, name.Length) != 0) return false;
        if (at > 0 && IsPart(text[at - 1])) return false;
        return at + name.Length == text.Length || !IsPart(text[at + name.Length]);
    }

    static void Call(Instruction instruction, string path, int row, int column, string text)
    {
        var target = (MethodReference)instruction.Operand;
        var declaring = target.DeclaringType;
        if (declaring is ArrayType) return;
        var type = declaring.Name.Split('`')[0];
        bool isConstructor = target.Name == ".ctor";
        var name = isConstructor ? type : target.Name;
        bool isThere = isConstructor
            ? instruction.OpCode == OpCodes.Newobj ? Stands("new", text, column)
                : Stands("base", text, column) || Stands("this", text, column)
            : Stands(name, text, column);
        if (!isThere) { Count("not written there"); return; }
        var head = "{\"file\": " + Quoted(Relative(path)) + ", \"line\": " + row + ", \"name\": "
            + Quoted(name);
        MethodDefinition definition;
        try { definition = target.Resolve(); } catch (Exception) { definition = null; }
        if (definition == null) { Count("not resolved"); return; }
        if (!types.ContainsKey(TypeName(definition.DeclaringType))) {
            if (definition.Module.Name == null || declaring.Scope == definition.Module) {
                Count("made");
                return;
            }
            // It may be one of the tree that is called, and there is no telling.
            if (overrides.ContainsKey(definition.FullName)) {
                Count("overridden here");
                return;
            }
            Count("outer");
            output.WriteLine(
                head + ", \"outer\": " + Quoted(TypeName(declaring) + "." + target.Name) + "}");
            return;
        }
        // What makes a function a value calls nothing.
        if (isConstructor && definition.IsRuntime) return;
        var found = new List<Definition>();
        Definition place;
        if (places.TryGetValue(definition.FullName, out place)) {
            found.Add(place);
        } else if (isConstructor && !members.ContainsKey(Key(definition))) {
            // The compiler adds a constructor: the type itself is what is called.
            found.AddRange(types[TypeName(definition.DeclaringType)]);
        } else {
            Count("unclear");
            return;
        }
        List<MethodDefinition> others;
        if (overrides.TryGetValue(definition.FullName, out others)) {
            foreach (var other in others) {
                if (places.TryGetValue(other.FullName, out place)) found.Add(place);
            }
        }
        Count("inner");
        output.WriteLine(
            head + ", \"targets\": [" + string.Join(", ", found.Select(
                d => "[" + Quoted(Relative(d.File)) + ", " + d.Line + "]").Distinct()) + "]}");
    }
}
