// SPDX-License-Identifier: Apache-2.0
//
// What names and types stand for.

extension Rust {
    // MARK: - Names

    static func function(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        guard let name = node["name"] else { return true }
        e.define(
            e.isInType ? .method : .function, node, name: name, body: node["body"])
        typeParameters(e, node)
        for parameter in node["parameters"]?.children() ?? [] where parameter.is("parameter") {
            if let pattern = parameter["pattern"] { bind(e, pattern, type: parameter["type"]) }
        }
        return true
    }

    static func typeParameters(_ e: Extractor, _ node: SyntaxNode) {
        for parameter in node["type_parameters"]?.children() ?? []
        where parameter.is("type_parameter") {
            _ = typeParameter(e, parameter)
        }
        bounds(e, node)
    }

    static func typeParameter(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if let name = node["name"], e.scope.localTypes.contains(e.text(name)) { return true }
        e.declareLocalType(node["name"], bound: node["bounds"]?.firstChild)
        return true
    }

    /// `where T: A`
    private static func bounds(_ e: Extractor, _ node: SyntaxNode) {
        for predicate in node.child("where_clause")?.children() ?? [] {
            guard let left = predicate["left"], left.is("type_identifier"),
                let bound = predicate["bounds"]?.firstChild
            else { continue }
            let name = e.text(left)
            if e.localTypes[name, default: 0] > 0, e.localTypeBounds[name] == nil {
                e.localTypeBounds[name] = e.typePath(of: bound)
            }
        }
    }

    static func closure(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.nest(node, as: .function)
        for parameter in node["parameters"]?.children() ?? [] {
            if let pattern = parameter["pattern"] {
                bind(e, pattern, type: parameter["type"])
            } else {
                bind(e, parameter)
            }
        }
        return true
    }

    static func letDeclaration(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if let pattern = node["pattern"] {
            let value =
                node["type"] == nil ? node["value"].map { e.expression(of: $0) ?? "?" } : nil
            bind(e, pattern, type: node["type"], value: value, behind: node)
        }
        return true
    }

    static func letCondition(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if let pattern = node["pattern"] {
            bind(e, pattern, value: node["value"].flatMap { e.expression(of: $0) }, behind: node)
        }
        return true
    }

    /// What its condition names is there in what is done if it holds.
    static func conditional(_ e: Extractor, _ body: SyntaxNode?) -> Bool {
        e.countBranch()
        if let body { e.openBlock(until: body.after) }
        return true
    }

    static func loop(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.countBranch()
        e.openBlock()
        if let pattern = node["pattern"] {
            let value = node["value"].flatMap { e.expression(of: $0) }.map { $0 + ".@item" }
            bind(e, pattern, value: value, behind: node["value"])
        }
        return true
    }

    static func matchArm(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        e.countBranch()
        e.openBlock()
        let value = node.parent?.parent?["value"].flatMap { e.expression(of: $0) }
        if let pattern = node["pattern"]?.firstChild { bind(e, pattern, value: value) }
        return true
    }

    /// The variables of a pattern. A name with a capital is a constant, or one of an enumeration's.
    private static func bind(
        _ e: Extractor, _ pattern: SyntaxNode, type: SyntaxNode? = nil, value: String? = nil,
        behind node: SyntaxNode? = nil
    ) {
        let meaning = type.map { e.instance(of: $0) ?? "?" } ?? value ?? "?"
        bind(e, pattern, as: meaning, behind: node, depth: 0)
    }

    private static func bind(
        _ e: Extractor, _ pattern: SyntaxNode, as meaning: String, behind node: SyntaxNode?,
        depth: Int
    ) {
        guard depth < 16 else { return }
        func go(_ inner: SyntaxNode?, _ meaning: String) {
            if let inner { bind(e, inner, as: meaning, behind: node, depth: depth + 1) }
        }
        func declare(_ name: SyntaxNode, _ meaning: String) {
            e.hide(name)
            e.declare(e.text(name), as: meaning.hasPrefix("?") ? "?" : meaning, behind: node)
        }
        switch true {
        case pattern.is("identifier"):
            let first = e.byte(pattern.start) ?? 0
            if first < UInt8(ascii: "A") || first > UInt8(ascii: "Z") { declare(pattern, meaning) }
        case pattern.isOne(of: "mut_pattern", "ref_pattern", "reference_pattern"):
            go(pattern.lastChild, meaning)
        case pattern.is("captured_pattern"):
            if let name = pattern.firstChild { declare(name, meaning) }
            if pattern.childCount > 1 { go(pattern.lastChild, meaning) }
        case pattern.is("tuple_struct_pattern"):
            let parts = Array(pattern.children().dropFirst())
            let name = pattern["type"].map { e.text($0) } ?? ""
            let isInside = (name == "Some" || name == "Ok") && parts.count == 1
            for part in parts { go(part, isInside ? meaning + ".@try" : "?") }
        case pattern.is("struct_pattern"):
            let type = pattern["type"].flatMap { e.instance(of: $0) }
            for field in pattern.children() where field.is("field_pattern") {
                guard let name = field["name"] else { continue }
                let value = type.map { "\($0).\(e.text(name))" } ?? "?"
                if let inner = field["pattern"] { go(inner, value) } else { declare(name, value) }
            }
        case pattern.isOne(of: "tuple_pattern", "slice_pattern"):
            for part in pattern.children() { go(part, "?") }
        case pattern.is("or_pattern"):
            for part in pattern.children() { go(part, meaning) }
        default: break
        }
    }

    /// A name as a value; what macros are given is no more than tokens.
    static func identifier(_ e: Extractor, _ node: SyntaxNode) -> Bool {
        if let parent = node.parent,
            parent.isOne(
                of: "token_tree", "macro_invocation", "generic_function", "attribute", "label",
                "visibility_modifier")
        {
            return true
        }
        e.use(node)
        return true
    }

    // MARK: - Types

    static let builtInTypes: Set<String> = [
        "Self", "_", "bool", "char", "f32", "f64", "i128", "i16", "i32", "i64", "i8", "isize",
        "str",
        "u128", "u16", "u32", "u64", "u8", "usize",
    ]

    private static let pointers: Set<String> = ["Arc", "Box", "Pin", "Rc"]
    private static let wrappers: Set<String> = ["Option", "Poll", "Result", "Vec", "VecDeque"]
    private static let maps: Set<String> = ["BTreeMap", "HashMap", "IndexMap"]

    /// The last name of a type with arguments, and those that are types.
    private static func generic(
        _ e: Extractor, _ node: SyntaxNode
    ) -> (name: String, arguments: [SyntaxNode])? {
        guard node.is("generic_type"), let type = node["type"] else { return nil }
        let arguments = node["type_arguments"]?.children().filter { !$0.is("lifetime") } ?? []
        return (e.text(type["name"] ?? type), arguments)
    }

    static func namedType(_ e: Extractor, _ node: SyntaxNode) -> SyntaxNode? {
        var node = node
        for _ in 0..<8 {
            if node.isOne(of: "reference_type", "pointer_type", "higher_ranked_trait_bound"),
                let inner = node["type"]
            {
                node = inner
            } else if node.isOne(of: "dynamic_type", "abstract_type"), let trait = node["trait"] {
                node = trait
            } else if node.is("bounded_type"), let first = node.firstChild {
                node = first
            } else if let (name, arguments) = generic(e, node) {
                guard pointers.contains(name), let first = arguments.first else {
                    return wrappers.contains(name) ? nil : node
                }
                node = first
            } else if node.isOne(of: "type_identifier", "scoped_type_identifier", "primitive_type")
            {
                return node
            } else {
                return nil
            }
        }
        return nil
    }

    static func wrappedType(_ e: Extractor, _ node: SyntaxNode) -> SyntaxNode? {
        var node = node
        while node.is("reference_type"), let inner = node["type"] { node = inner }
        if node.is("array_type") { return node["element"] }
        guard let (name, arguments) = generic(e, node) else { return nil }
        if wrappers.contains(name) { return arguments.first }
        return maps.contains(name) && arguments.count > 1 ? arguments[1] : nil
    }

    private static let makers: Set<String> = [
        "Arc::new", "Box::new", "Rc::new", "Box::pin", "Arc::clone", "Rc::clone",
    ]

    static func callValue(_ e: Extractor, _ node: SyntaxNode) -> String? {
        guard let function = node["function"], function.is("scoped_identifier"),
            function.range.count < 16, makers.contains(e.text(function))
        else { return nil }
        return node["arguments"]?.firstChild.flatMap { e.expression(of: $0) } ?? "?"
    }

    static func details(_ e: Extractor, _ node: SyntaxNode, _ definition: inout Definition) {
        switch definition.kind {
        case .function, .method:
            definition.type = node["return_type"].flatMap { e.instance(of: $0) }
            let parameters = node["parameters"]?.children() ?? []
            // `self: Pin<&mut Self>` is written as other parameters are.
            let hasSelf = parameters.contains {
                $0.is("self_parameter") || $0["pattern"]?.is("self") ?? false
            }
            let count = parameters.reduce(0) {
                $0 + ($1.is("parameter") && $1["pattern"]?.is("self") != true ? 1 : 0)
            }
            let isVariadic = parameters.contains { $0.is("variadic_parameter") }
            // A method may be called as a function.
            definition.arguments = count...(isVariadic ? 1 << 20 : count + (hasSelf ? 1 : 0))
            definition.isStatic = !hasSelf
        case .field, .constant, .variable, .typeAlias:
            definition.type = node["type"].flatMap { e.instance(of: $0) }
        default: break
        }
    }
}
