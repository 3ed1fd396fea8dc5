// SPDX-License-Identifier: Apache-2.0
//
// Swift's modules: SwiftPM has each target in a folder of its name below `Sources` or `Tests`; code
// that is in none such is one module.

enum SwiftModules {
    static let rules = LinkRules(
        layout: .path { path, _ in segments(path) }, hasImplicitSelf: true,
        overloads: LinkRules.Overloads(
            leaves: [
                "Bool", "Character", "Double", "Float", "Int", "Int16", "Int32", "Int64", "Int8",
                "String", "Substring", "UInt", "UInt16", "UInt32", "UInt64", "UInt8",
                "UnsafeMutableRawBufferPointer", "UnsafeMutableRawPointer",
                "UnsafeRawBufferPointer", "UnsafeRawPointer",
            ], roots: ["Any"],
            numbers: [
                "Double", "Float", "Int", "Int16", "Int32", "Int64", "Int8", "UInt", "UInt16",
                "UInt32", "UInt64", "UInt8",
            ]), privateIsLocal: true,
        callName: "callAsFunction", constructors: ["init"], builtIns: builtIns,
        builtInModule: "Swift",
        commonMembers: commonMembers, takesUnknownNames: true,
        wrapper: "Swift.Array",
        wrapperTypes: [
            "Array", "BidirectionalCollection", "Collection", "MutableCollection",
            "RandomAccessCollection", "RangeReplaceableCollection", "Sequence",
        ],
        itemName: "subscript",
        unwrappers: [
            "first", "last", "max", "min", "next", "popFirst", "popLast", "randomElement", "remove",
            "removeFirst", "removeLast",
        ],
        rewrappers: [
            "drop", "dropFirst", "dropLast", "filter", "lazy", "makeIterator", "prefix",
            "reversed", "shuffled", "sorted", "suffix",
        ],
        module: { module($0, $1, $2) })

    private static let roots: Set<String> = ["Sources", "Tests", "Plugins"]

    static func segments(_ path: String) -> [String] {
        let folders = PathIndex.segments(PathIndex.parent(of: path))
        guard let place = folders.lastIndex(where: { roots.contains($0) }) else { return [] }
        return Array(folders.prefix(place + 2))
    }

    static func module(_ item: Import, _ file: LinkedFile, _ table: ModuleFinder) -> Module? {
        let names = LinkedFile.parts(item.module)
        guard let name = names.first else { return nil }
        // The package that the file is in.
        let folders = PathIndex.segments(PathIndex.parent(of: file.path))
        let place = folders.lastIndex { roots.contains($0) } ?? folders.count
        let family = NamePath(family: file.language.family)
        for count in (0...place).reversed() {
            for root in roots.sorted() {
                let segments = folders.prefix(count) + [root, name]
                guard table.has(directory: segments.joined(separator: "/")) else { continue }
                let path = family.appending(all: segments)
                if table.hasModule(path) { return .inner(path, file: nil) }
            }
        }
        return .outer(item.module)
    }

    private static let builtIns: Set<String> = [
        "Any", "AnyClass", "AnyHashable", "AnyObject", "Array", "ArraySlice", "AsyncSequence",
        "AsyncStream", "BidirectionalCollection", "BinaryInteger", "BitwiseCopyable", "Bool",
        "CChar", "CVarArg", "CaseIterable", "Character", "ClosedRange", "Codable", "CodingKey",
        "Collection", "CollectionOfOne", "Comparable", "ContiguousArray", "ContinuousClock",
        "CustomDebugStringConvertible", "CustomStringConvertible", "Decodable", "Decoder",
        "Dictionary", "Double", "Duration", "EmptyCollection", "Encodable", "Encoder", "Equatable",
        "Error", "ExpressibleByArrayLiteral", "ExpressibleByDictionaryLiteral",
        "ExpressibleByIntegerLiteral", "ExpressibleByStringLiteral", "FixedWidthInteger", "Float",
        "FloatingPoint", "Hashable", "Hasher", "Identifiable", "Int", "Int16", "Int32", "Int64",
        "Int8", "IteratorProtocol", "KeyPath", "KeyValuePairs", "LazySequence",
        "LosslessStringConvertible", "MainActor", "ManagedBuffer", "MemoryLayout", "Mirror",
        "MutableCollection", "Never", "Numeric", "ObjectIdentifier", "OpaquePointer", "Optional",
        "OptionSet", "PartialRangeFrom", "RandomAccessCollection", "Range", "RangeExpression",
        "RangeReplaceableCollection", "RawRepresentable", "Result", "Sendable", "Sequence", "Set",
        "SignedInteger", "Slice", "StaticString", "Strideable", "String", "StringProtocol",
        "Substring", "SystemRandomNumberGenerator", "Task", "TextOutputStream", "UInt", "UInt16",
        "UInt32", "UInt64", "UInt8", "Unicode", "UnicodeScalar", "Unmanaged",
        "UnsafeBufferPointer", "UnsafeMutableBufferPointer", "UnsafeMutablePointer",
        "UnsafeMutableRawBufferPointer", "UnsafeMutableRawPointer", "UnsafePointer",
        "UnsafeRawBufferPointer", "UnsafeRawPointer", "UnsignedInteger", "Void", "abs", "assert",
        "assertionFailure", "debugPrint", "dump", "fatalError", "isKnownUniquelyReferenced", "max",
        "min", "numericCast", "precondition", "preconditionFailure", "print", "readLine",
        "repeatElement", "sequence", "stride", "swap", "type", "unsafeBitCast",
        "unsafeDowncast", "withExtendedLifetime", "withUnsafeBytes", "withUnsafeMutableBytes",
        "withUnsafeMutablePointer", "withUnsafePointer", "withTaskGroup", "withThrowingTaskGroup",
        "withTaskCancellationHandler", "withCheckedContinuation", "zip",
    ]

    /// Of the standard library's types, and of what most programs use beside it.
    private static let commonMembers: Set<String> = [
        "advanced", "allSatisfy", "append", "appending", "assumingMemoryBound", "baseAddress",
        "bindMemory", "capacity", "cancel", "compactMap", "components", "contains", "copyBytes",
        "count", "data", "dealloc", "deallocate", "deinitialize", "description", "difference",
        "distance", "drop", "dropFirst", "dropLast", "elementsEqual", "encode", "decode",
        "enumerated", "filter", "finish", "first", "firstIndex", "flatMap", "forEach",
        "formUnion", "formIntersection", "get", "hasPrefix", "hasSuffix", "hash", "index",
        "indices", "init", "initialize", "insert", "intersection", "isDisjoint", "isEmpty",
        "isSubset", "isSuperset", "joined", "keys", "last", "lastIndex", "lazy",
        "lexicographicallyPrecedes", "load", "loadUnaligned", "lowercased", "makeIterator", "map",
        "mapError", "mapValues", "max", "merge", "merging", "min", "move", "next", "partition",
        "pointee", "popFirst", "popLast", "prefix", "randomElement", "range", "rawValue", "reduce",
        "remove", "removeAll", "removeFirst", "removeLast", "removeSubrange", "removeValue",
        "replaceSubrange", "replacingOccurrences", "reserveCapacity", "resume", "reverse",
        "reversed", "rounded", "send", "shuffle", "shuffled", "signal", "sort", "sorted", "split",
        "starts", "start", "storeBytes", "string", "subtract", "subtracting", "successor",
        "suffix", "swapAt", "symmetricDifference", "toggle", "trimmingCharacters", "union",
        "update", "updateValue", "uppercased", "utf8", "values", "wait", "withUnsafeBufferPointer",
        "withUnsafeBytes", "withUnsafeMutableBufferPointer", "withUnsafeMutableBytes", "withUTF8",
        "withContiguousStorageIfAvailable", "write",
    ]
}
