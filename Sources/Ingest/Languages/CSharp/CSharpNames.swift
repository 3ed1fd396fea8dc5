// SPDX-License-Identifier: Apache-2.0
//
// What C# programs have from .NET's base library.

enum CSharpNames {
    static let builtIns: [String: String] = {
        var names: [String: String] = [
            "bool": "System.Boolean", "byte": "System.Byte", "char": "System.Char",
            "decimal": "System.Decimal", "double": "System.Double", "float": "System.Single",
            "int": "System.Int32", "long": "System.Int64", "object": "System.Object",
            "sbyte": "System.SByte", "short": "System.Int16", "string": "System.String",
            "uint": "System.UInt32", "ulong": "System.UInt64", "ushort": "System.UInt16",
        ]
        for (module, all) in [
            "System": [
                "Action", "Activator", "AppDomain", "ArgumentException", "ArgumentNullException",
                "ArgumentOutOfRangeException", "Array", "Attribute", "BitConverter", "Boolean",
                "Byte", "Char", "Console", "Convert", "DateTime", "DateTimeKind",
                "DateTimeOffset", "Delegate", "Double", "Enum", "Environment", "EventArgs",
                "EventHandler", "Exception", "FormatException", "Func", "GC", "Guid",
                "IAsyncDisposable", "ICloneable", "IComparable", "IDisposable", "IEquatable",
                "IFormatProvider", "Int16", "Int32", "Int64", "IntPtr",
                "InvalidOperationException", "Lazy", "Math", "NotImplementedException",
                "NotSupportedException", "Nullable", "NullReferenceException", "Object",
                "ObjectDisposedException", "ObsoleteAttribute", "OperationCanceledException",
                "Predicate", "Random", "Single", "String", "StringComparer", "StringComparison",
                "TimeSpan", "TimeZoneInfo", "Tuple", "Type", "UInt16", "UInt32", "UInt64",
                "UnauthorizedAccessException", "Uri", "ValueTuple", "Version", "WeakReference",
            ],
            "System.Collections.Generic": [
                "Comparer", "Dictionary", "EqualityComparer", "HashSet", "ICollection",
                "IComparer", "IDictionary", "IEnumerable", "IEnumerator", "IEqualityComparer",
                "IList", "IReadOnlyCollection", "IReadOnlyDictionary", "IReadOnlyList", "ISet",
                "KeyValuePair", "LinkedList", "List", "Queue", "SortedDictionary", "SortedList",
                "SortedSet", "Stack",
            ],
            "System.IO": [
                "BinaryReader", "BinaryWriter", "Directory", "DirectoryInfo", "File", "FileInfo",
                "FileMode", "FileStream", "IOException", "MemoryStream", "Path", "Stream",
                "StreamReader", "StreamWriter", "StringReader", "StringWriter", "TextReader",
                "TextWriter",
            ],
            "System.Linq": ["Enumerable", "IGrouping", "IQueryable"],
            "System.Text": ["Encoding", "StringBuilder", "UTF8Encoding"],
            "System.Threading": [
                "CancellationToken", "CancellationTokenSource", "Interlocked", "Monitor", "Thread",
            ],
            "System.Threading.Tasks": ["Task", "TaskCompletionSource", "ValueTask"],
        ] {
            for name in all { names[name] = "\(module).\(name)" }
        }
        return names
    }()

    static let rootMembers: [String: String] = Dictionary(
        uniqueKeysWithValues: [
            "Equals", "GetHashCode", "GetType", "MemberwiseClone", "ReferenceEquals", "ToString",
        ].map { ($0, "System.Object.\($0)") })

    static let enumMembers: [String: String] = Dictionary(
        uniqueKeysWithValues: [
            "CompareTo", "GetName", "GetNames", "GetValues", "HasFlag", "Parse", "TryParse",
        ].map { ($0, "System.Enum.\($0)") })

    static let commonMembers: Set<String> = [
        "Abs", "Add", "AddDays", "AddRange", "Aggregate", "All", "Any", "Append", "AppendFormat",
        "AppendLine", "Average", "BeginInvoke", "Cast", "Clear", "Clone", "Close", "Compare",
        "CompareTo", "Concat", "Contains", "ContainsKey", "ContainsValue", "Copy", "CopyTo",
        "Count", "CreateInstance", "Dequeue", "Dispose", "Distinct", "ElementAt", "EndInvoke",
        "EndsWith", "Enqueue", "Equals", "Except", "Exists", "Exit", "Find", "FindAll",
        "FindIndex", "First", "FirstOrDefault", "Flush", "ForEach", "Format", "Get", "GetAwaiter",
        "GetBytes", "GetCustomAttributes", "GetEnumerator", "GetField", "GetHashCode", "GetLength",
        "GetMethod", "GetName", "GetProperty", "GetRange", "GetResult", "GetString", "GetType",
        "GetValue", "GetValueOrDefault", "GroupBy", "HasFlag", "HasValue", "IndexOf", "InnerText",
        "Insert", "InsertRange", "Intersect", "Invoke", "IsMatch", "IsNullOrEmpty", "Item", "Items",
        "Join", "Key", "Keys", "Last", "LastIndexOf", "LastOrDefault", "Length", "Match", "Matches",
        "Max", "Message", "Min", "MoveNext", "Name", "Next", "Open", "OrderBy",
        "OrderByDescending", "PadLeft", "PadRight", "Parse", "Peek", "Pop", "Position", "Push",
        "Read", "ReadAllText", "ReadByte", "ReadLine", "ReadToEnd", "Remove", "RemoveAll",
        "RemoveAt", "RemoveRange", "Replace", "Reset", "Result", "Reverse", "Save", "Seek",
        "Select", "SelectMany", "Set", "SetLength", "SetValue", "Single", "SingleOrDefault", "Skip",
        "SkipWhile", "Sort", "Split", "Start", "StartsWith", "Stop", "Substring", "Sum", "Take",
        "TakeWhile", "Text", "ThenBy", "ToArray", "ToCharArray", "ToDictionary", "ToHashSet",
        "ToList", "ToLower", "ToLowerInvariant", "ToString", "ToUpper", "ToUpperInvariant", "Trim",
        "TrimEnd", "TrimStart", "TryAdd", "TryGetValue", "TryParse", "Type", "Union", "Value",
        "Values", "Wait", "Where", "Write", "WriteByte", "WriteLine", "Zip",
    ]
}
