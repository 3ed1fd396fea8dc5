// SPDX-License-Identifier: Apache-2.0
//
// What is known of entities by their rows alone, and what that says of how they are used.

/// The words of all entities of a map, by number.
struct EntityWords {
    private typealias Column = (numbers: [Int32], words: [String])

    private let kinds, files, visibilities, names, languages: Column
    /// Of each the one that it is in; -1 for none.
    let parents: [Int32]
    /// By word, for they are asked for of each entity, more than once.
    private let roles: [Roles]
    private let areOpen: [Bool]

    /// What a kind stands for.
    private struct Roles: OptionSet {
        let rawValue: UInt8
        static let fileCode = Roles(rawValue: 1)
        static let function = Roles(rawValue: 2)
        static let data = Roles(rawValue: 4)
        static let abstract = Roles(rawValue: 8)

        init(rawValue: UInt8) { self.rawValue = rawValue }

        init(_ kind: String) {
            self =
                switch kind {
                case "module", "namespace": .fileCode
                case "function", "method", "constructor": .function
                case "field", "constant", "variable", "property", "enum_member": .data
                case "interface", "trait", "protocol": .abstract
                default: []
                }
        }
    }

    private func has(_ role: Roles, _ node: Int) -> Bool {
        kinds.numbers[node] >= 0 && roles[Int(kinds.numbers[node])].contains(role)
    }

    init(_ map: CodeMap) throws {
        kinds = try map.words("kind")
        files = try map.words("file")
        visibilities = try map.words("visibility")
        names = try map.words("name")
        languages = try map.words("language")
        parents = try map.parents()
        roles = kinds.words.map(Roles.init)
        areOpen = visibilities.words.map { ["public", "protected"].contains($0) }
    }

    func kind(_ node: Int) -> String { word(kinds, node) }
    func file(_ node: Int) -> String { word(files, node) }
    func name(_ node: Int) -> String { word(names, node) }
    func language(_ node: Int) -> String { word(languages, node) }
    /// The same for all of a name.
    func nameNumber(_ node: Int) -> Int32 { names.numbers[node] }

    func parentKind(_ node: Int) -> String {
        parents[node] < 0 ? "" : kind(Int(parents[node]))
    }

    private func word(_ column: Column, _ node: Int) -> String {
        column.numbers[node] < 0 ? "" : column.words[Int(column.numbers[node])]
    }

    /// Whether other trees can name it: it and all that it is in. A row may say anything of that.
    func isExported(_ node: Int) -> Bool {
        var place = node
        for _ in 0..<100 {
            guard isOpen(place) else { return false }
            guard parents[place] >= 0 else { return true }
            place = Int(parents[place])
        }
        return false
    }

    /// Whether its own row says that others may use it.
    func isOpen(_ node: Int) -> Bool {
        visibilities.numbers[node] >= 0 && areOpen[Int(visibilities.numbers[node])]
    }

    /// Whether it stands for the code of a file outside of any function.
    func isFileCode(_ node: Int) -> Bool { has(.fileCode, node) }

    func isFunction(_ node: Int) -> Bool { has(.function, node) }

    /// Whether it is the type of a value that is declared with it: `struct tag { … } value`.
    func isTypeOfValue(_ node: Int) -> Bool {
        parents[node] >= 0 && isData(Int(parents[node])) && TypeNodes.kinds.contains(kind(node))
    }

    /// Whether it is a value, which is made with what it is in.
    func isData(_ node: Int) -> Bool { has(.data, node) }

    func isAbstract(_ node: Int) -> Bool { has(.abstract, node) }

    /// Whether a program begins there, as its language has it.
    func isMain(_ node: Int) -> Bool {
        let name = name(node)
        switch kind(node) {
        case "function":
            return name == "main"
                && (parents[node] < 0 || !isFunction(Int(parents[node])))
        case "method":
            return name == "main" && ["java", "kotlin", "scala", "swift"].contains(language(node))
                || ["main", "Main"].contains(name) && language(node) == "csharp"
        default: return false
        }
    }

    /// Whether a language without being told runs it: main functions, and Go's 'init'.
    func isRunFirst(_ node: Int) -> Bool {
        isMain(node)
            || kind(node) == "function" && name(node) == "init" && language(node) == "go"
    }

    /// Whether it is of a language where tests stand in the file of what they test.
    func hasTestsAmongCode(_ node: Int) -> Bool { ["rust", "zig"].contains(language(node)) }

    /// Whether it has no name that anything could call it by.
    func isAnonymous(_ node: Int) -> Bool {
        let name = name(node)
        return name == "_"
            || name.hasPrefix("$")
                && ["java", "kotlin", "scala", "csharp"].contains(language(node))
    }

    /// Whether it is not seen who uses it: macros of Rust stand in what other macros are given.
    func isHidden(_ node: Int) -> Bool { kind(node) == "macro" && language(node) == "rust" }

    /// Whether it is what a macro of C left between the members: `GUARDED_BY(mutex)`.
    func isMacroUse(_ node: Int) -> Bool {
        guard isFunction(node), ["c", "cpp"].contains(language(node)) else { return false }
        let name = name(node).utf8
        return name.count > 1
            && name.allSatisfy { byte in
                (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || byte == UInt8(ascii: "_")
            }
    }
}

/// Names of methods that are called without being named, by a language or by its library.
enum LanguageNames {
    private static let everywhere: Set<String> = [
        "init", "deinit", "subscript", "initialize", "constructor",
    ]
    private static let jvm: Set<String> = [
        "toString", "equals", "hashCode", "compareTo", "compare", "finalize", "clone", "close",
        "iterator", "serialVersionUID", "readObject", "readObjectNoData", "readResolve",
        "writeObject",
        "writeReplace",
    ]
    private static let scala: Set<String> = [
        "apply", "unapply", "unapplySeq", "update", "canEqual", "productArity",
        "productElement", "map", "flatMap", "foreach", "withFilter",
    ]
    private static let kotlin: Set<String> = [
        "invoke", "get", "set", "plus", "minus", "times", "div", "rem", "contains", "rangeTo",
        "next", "hasNext", "getValue", "setValue", "provideDelegate", "plusAssign",
        "minusAssign", "unaryMinus", "unaryPlus", "not", "inc", "dec",
    ]
    private static let byLanguage: [String: Set<String>] = [
        "java": jvm, "scala": jvm.union(scala), "kotlin": jvm.union(kotlin),
        "csharp": [
            "ToString", "Equals", "GetHashCode", "Finalize", "Dispose", "DisposeAsync",
            "CompareTo", "Clone", "GetEnumerator", "MoveNext", "Deconstruct", "GetAwaiter",
        ],
        "go": [
            "Error", "String", "GoString", "Format", "ServeHTTP", "Read", "Write", "Close",
            "Len", "Less", "Swap", "Unwrap", "Is", "As", "Set", "Scan", "Value", "RoundTrip",
            "MarshalJSON", "UnmarshalJSON", "MarshalText", "UnmarshalText",
        ],
        "ruby": [
            "to_s", "to_str", "to_a", "to_ary", "to_h", "to_hash", "to_proc", "inspect", "hash",
            "eql?", "each", "call", "coerce", "method_missing", "respond_to_missing?",
            "included", "extended", "inherited", "prepended", "method_added",
        ],
        "javascript": ["toString", "valueOf", "toJSON", "then"],
        "typescript": ["toString", "valueOf", "toJSON", "then"],
        "tsx": ["toString", "valueOf", "toJSON", "then"],
    ]

    static func areCalled(_ name: String, _ language: String) -> Bool {
        name.hasPrefix("__") || name.hasPrefix("operator") || name.hasPrefix("~")
            || language == "kotlin" && name.hasPrefix("component")
            || everywhere.contains(name) || byLanguage[language]?.contains(name) == true
    }
}
