// SPDX-License-Identifier: Apache-2.0
//
// One walk over a syntax tree, which makes the facts of a file. The language's rules say what a
// node means; here is what rules are made of: definitions open scopes, references are noted for the
// innermost of them.

import CSegstoreTreeSitter

final class Extractor {
    /// What the walk is inside of.
    struct Scope {
        let depth: Int
        /// The definition that the names in it belong to.
        let definition: Int
        /// Whether that is what opened it: an `extension` opens one and defines nothing.
        let isDefinition: Bool
        let qualifiedName: String
        let kind: EntityKind
        let testReason: TestReason?
        var localTypes: [String] = []
        /// What `private:` and its like say of what follows them.
        var memberVisibility: Visibility?
        let tokensBefore: Int
        var branches = 0
    }

    let compiled: CompiledLanguage
    var language: Language { compiled.language }
    private let source: UnsafeRawBufferPointer
    let path: String
    private(set) var facts = FileFacts()
    private(set) var scopes: [Scope] = []
    private var depth = 0
    private var tokenCount = 0

    /// Comments that stand one below the other, the last ones that were met.
    private var lastComment: Range<Int>?
    /// Where what is defined next begins, if that is before its own node: `export`, attributes.
    private var outer: Range<Int>?
    /// Attributes that stand before what they are of, as nodes beside it.
    private var attributes: [TSNode] = []
    private var keptText: String?
    /// Variables of the file: what gives one another value defines nothing.
    private var variables: Set<String> = []
    /// Definitions that have opened no scope.
    private var sharedNodes: [(definition: Int, depth: Int, tokensBefore: Int)] = []
    /// Where names stand that are no references, or were noted as such already.
    private var hidden: Set<Int> = []
    /// What attributes refer to: they belong to what is defined next.
    private var laterReferences: [Reference] = []
    /// Types that definitions and references belong to, by name: they may come later in the file.
    private var typesOfMembers: [(definition: Int, type: String)] = []
    private var typesOfReferences: [(reference: Int, type: String)] = []

    init(_ compiled: CompiledLanguage, _ source: UnsafeRawBufferPointer, path: String) {
        self.compiled = compiled
        self.source = source
        self.path = path
    }

    // MARK: - Walking

    static func facts(
        of tree: SyntaxTree, _ compiled: CompiledLanguage, _ source: UnsafeRawBufferPointer,
        path: String
    ) -> FileFacts {
        let extractor = Extractor(compiled, source, path: path)
        extractor.walk(tree.root)
        extractor.findTypes()
        return extractor.facts
    }

    private func walk(_ root: TSNode) {
        openModule(root)
        let hasErrors = ts_node_has_error(root)
        let actions = compiled.actions
        var cursor = ts_tree_cursor_new(root)
        defer { ts_tree_cursor_delete(&cursor) }
        guard ts_tree_cursor_goto_first_child(&cursor) else { return closeScopes(0) }
        depth = 1
        while true {
            let node = ts_tree_cursor_current_node(&cursor)
            let symbol = node.symbol
            var goesDown = true
            if symbol < actions.count {
                switch actions[symbol] {
                case nil: break
                case .comment:
                    comment(node)
                    goesDown = false
                case .branch:
                    countBranch()
                case .leaf:
                    goesDown = false
                    tokenCount += 1
                case .visit(let body):
                    goesDown = body(self, node)
                    if !goesDown { tokenCount += 1 }
                }
            } else if ts_node_is_error(node) {
                facts.errorCount += 1
            }
            if hasErrors, ts_node_is_missing(node) { facts.errorCount += 1 }
            if goesDown {
                if ts_tree_cursor_goto_first_child(&cursor) {
                    depth += 1
                    continue
                }
                tokenCount += 1
            }
            closeScopes(depth)
            while !ts_tree_cursor_goto_next_sibling(&cursor) {
                guard depth > 1, ts_tree_cursor_goto_parent(&cursor) else {
                    return closeScopes(0)
                }
                depth -= 1
                closeScopes(depth)
            }
        }
    }

    private func closeScopes(_ depth: Int) {
        while let scope = scopes.last, scope.depth >= depth { closeScope() }
        while let last = sharedNodes.last, last.depth >= depth {
            facts.definitions[last.definition].tokenCount = tokenCount - last.tokensBefore
            sharedNodes.removeLast()
        }
    }

    private func closeScope() {
        let scope = scopes.removeLast()
        guard scope.isDefinition else {
            scopes[scopes.count - 1].branches += scope.branches
            return
        }
        facts.definitions[scope.definition].tokenCount = tokenCount - scope.tokensBefore
        if scope.kind.isCallable {
            facts.definitions[scope.definition].complexity = scope.branches + 1
        } else if !scopes.isEmpty {
            scopes[scopes.count - 1].branches += scope.branches
        }
    }

    func countBranch() { scopes[scopes.count - 1].branches += 1 }

    // MARK: - Text

    func text(_ range: Range<Int>) -> String {
        String(decoding: UnsafeRawBufferPointer(rebasing: source[range]), as: UTF8.self)
    }

    func text(_ node: TSNode) -> String { text(node.range) }

    func byte(_ index: Int) -> UInt8? { source.indices.contains(index) ? source[index] : nil }

    func has(_ node: TSNode, prefix: StaticString) -> Bool {
        let wanted = UnsafeBufferPointer(start: prefix.utf8Start, count: prefix.utf8CodeUnitCount)
        return source[node.range].starts(with: wanted)
    }

    // MARK: - Definitions

    func setMemberVisibility(_ visibility: Visibility) {
        scopes[scopes.count - 1].memberVisibility = visibility
    }

    /// Whether what is met now is a member of a type.
    var isInType: Bool { scope.kind.isType }
    /// Whether it is in a function, and so nobody's but its.
    var isInFunction: Bool { scopes.contains { $0.kind.isCallable } }
    var scope: Scope { scopes[scopes.count - 1] }

    private func openModule(_ root: TSNode) {
        let name = Self.moduleName(path, language)
        let reason = language.testFile(path)
        facts.definitions.append(
            Definition(
                kind: .module, name: name, qualifiedName: name, parent: -1, range: 0..<source.count,
                startLine: 1, endLine: max(1, endLine(root)), visibility: .public, signature: "",
                testReason: reason))
        scopes.append(
            Scope(
                depth: 0, definition: 0, isDefinition: true, qualifiedName: "", kind: .module,
                testReason: reason, tokensBefore: 0))
        language.module(self, root)
    }

    /// The line of the last byte of the file that is no line's end.
    private func endLine(_ root: TSNode) -> Int {
        let point = ts_node_end_point(root)
        return Int(point.row) + (point.column == 0 ? 0 : 1)
    }

    static func moduleName(_ path: String, _ language: Language) -> String {
        let parts = path.utf8.split(separator: UInt8(ascii: "/"))
        var name = String(Substring(parts[parts.count - 1]))
        if let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")), dot != name.startIndex {
            name = String(name[..<dot])
        }
        if language.folderNames.contains(name), parts.count > 1 {
            return String(Substring(parts[parts.count - 2]))
        }
        return name
    }

    /// Notes what a node defines and makes it the owner of all in it.
    ///
    /// - Parameters:
    ///   - name: the node that names it, which is no reference.
    ///   - body: what does not belong to its signature.
    ///   - type: what it is a member of, where that is not what it stands in.
    @discardableResult
    func define(
        _ kind: EntityKind, _ node: TSNode, name: TSNode, body: TSNode? = nil,
        type: String? = nil, visibility: Visibility? = nil
    ) -> Int {
        hidden.insert(name.start)
        return define(
            kind, node, named: cleaned(text(name)), body: body, type: type, visibility: visibility)
    }

    @discardableResult
    func define(
        _ kind: EntityKind, _ node: TSNode, named name: String, body: TSNode? = nil,
        type: String? = nil, visibility: Visibility? = nil, opensScope: Bool = true
    ) -> Int {
        dropAttributes(unlessBefore: node.start)
        let range = outerRange(node)
        let above = scope
        let prefix = type ?? above.qualifiedName
        let qualifiedName = prefix.isEmpty ? name : "\(prefix).\(name)"
        let start = startPoint(range.lowerBound, node)
        let endPoint = ts_node_end_point(node)
        let reason = above.testReason ?? language.test(self, node, kind, name)
        let definition = Definition(
            kind: kind, name: name, qualifiedName: qualifiedName, parent: above.definition,
            range: range, startLine: start,
            endLine: max(start, Int(endPoint.row) + (endPoint.column == 0 ? 0 : 1)),
            visibility: visibility ?? language.visibility(self, node, name),
            signature: signature(node, body), doc: doc(before: range.lowerBound),
            testReason: reason)
        let index = facts.definitions.count
        facts.definitions.append(definition)
        if !opensScope { sharedNodes.append((index, depth, tokenCount)) }
        if let type {
            typesOfMembers.append((index, type))
        } else if !above.isDefinition {
            typesOfMembers.append((index, above.qualifiedName))
        }
        attributes.removeAll(keepingCapacity: true)
        for var reference in laterReferences {
            reference.owner = index
            facts.references.append(reference)
        }
        laterReferences.removeAll(keepingCapacity: true)
        if opensScope {
            outer = nil
            scopes.append(
                Scope(
                    depth: depth, definition: index, isDefinition: true,
                    qualifiedName: qualifiedName, kind: kind, testReason: reason,
                    tokensBefore: tokenCount))
        }
        return index
    }

    /// Defines what all that follows in the file is in.
    func openNamespace(_ kind: EntityKind, _ node: TSNode, named name: String) {
        while scopes.count > 1 { closeScope() }
        depth -= 1
        define(kind, node, named: name)
        depth += 1
    }

    /// Opens a scope of the same names: for what is said of members in it only, or as a function
    /// without a name, whose variables are nobody's but its.
    func nest(_ node: TSNode, as kind: EntityKind? = nil) {
        let scope = scope
        scopes.append(
            Scope(
                depth: depth, definition: scope.definition, isDefinition: false,
                qualifiedName: scope.qualifiedName, kind: kind ?? scope.kind,
                testReason: scope.testReason, tokensBefore: tokenCount))
    }

    /// Opens a scope for members of a type that is defined elsewhere: an extension, an `impl`.
    func extend(_ type: String, _ node: TSNode, kind: EntityKind = .struct) {
        let prefix = scope.isDefinition && scope.kind == .module ? "" : scope.qualifiedName
        let name = prefix.isEmpty ? type : "\(prefix).\(type)"
        outer = nil
        dropAttributes(unlessBefore: node.start)
        let reason = scope.testReason ?? language.test(self, node, kind, type)
        attributes.removeAll(keepingCapacity: true)
        laterReferences.removeAll(keepingCapacity: true)
        scopes.append(
            Scope(
                depth: depth, definition: scope.definition, isDefinition: false,
                qualifiedName: name, kind: kind, testReason: reason,
                tokensBefore: tokenCount))
    }

    /// Defines a variable where it first gets a value. What the node refers to is the variable's if
    /// it is the only one there.
    func defineVariable(
        _ kind: EntityKind, _ node: TSNode, name: TSNode, value: TSNode?, type: String? = nil,
        visibility: Visibility? = nil, isOnly: Bool = false
    ) {
        let text = cleaned(text(name))
        let prefix = type ?? scope.qualifiedName
        guard variables.insert("\(prefix).\(text)").inserted else { return }
        hidden.insert(name.start)
        define(
            kind, node, named: text, body: value, type: type, visibility: visibility,
            opensScope: isOnly)
    }

    /// Text that describes what is defined next.
    func keepText(_ text: String?) { keptText = text }

    func takeText() -> String? {
        defer { keptText = nil }
        return keptText
    }

    /// Text inside of a definition that describes it: a docstring.
    func setDoc(_ text: String?) {
        if let text { facts.definitions[scope.definition].doc = text }
    }

    /// What is defined by the next definition inside of this node begins with it.
    func wrap(_ node: TSNode) {
        if outer == nil || !(outer?.contains(node.start) ?? false) { outer = node.range }
    }

    var visibilityOfScope: Visibility { facts.definitions[scope.definition].visibility }

    /// Whether a node's value got its name from what is around it.
    func isNamed(_ node: TSNode) -> Bool {
        scope.isDefinition && scope.depth > 0
            && facts.definitions[scope.definition].range.upperBound >= node.end
            && scope.depth >= depth - 2
    }

    /// What stands between the quotes of a literal.
    func literal(_ node: TSNode) -> String {
        let text = text(node)
        guard text.utf8.count >= 2 else { return text }
        return cleaned(String(text.dropFirst().dropLast()))
    }

    /// The only argument of a call, if it is a literal.
    func stringArgument(_ call: TSNode) -> String? {
        guard let arguments = call["arguments"]?.children(), arguments.count == 1,
            arguments[0].is("string")
        else { return nil }
        return literal(arguments[0])
    }

    /// An attribute that stands before what it is of.
    func attribute(_ node: TSNode) {
        dropAttributes(unlessBefore: node.start)
        attributes.append(node)
    }

    /// Forgets attributes between which and a place there is more than comments: they were of
    /// something that is no definition, as of a `use`.
    private func dropAttributes(unlessBefore start: Int) {
        guard let last = attributes.last, outer?.contains(last.start) != true else { return }
        var index = last.end
        var comment = facts.comments.count
        while comment > 0, facts.comments[comment - 1].lowerBound >= index { comment -= 1 }
        while index < start {
            if comment < facts.comments.count, facts.comments[comment].lowerBound == index {
                index = max(index + 1, facts.comments[comment].upperBound)
                comment += 1
            } else if source[index] <= 32 {
                index += 1
            } else {
                attributes.removeAll(keepingCapacity: true)
                laterReferences.removeAll(keepingCapacity: true)
                return
            }
        }
    }

    var pendingAttributes: [String] { attributes.map(text) }

    private func outerRange(_ node: TSNode) -> Range<Int> {
        var start = node.start
        if let outer, outer.contains(start) { start = outer.lowerBound }
        if let first = attributes.first { start = min(start, first.start) }
        return start..<node.end
    }

    private func startPoint(_ start: Int, _ node: TSNode) -> Int {
        var line = node.line
        for index in start..<max(start, node.start) where source[index] == UInt8(ascii: "\n") {
            line -= 1
        }
        return line
    }

    private static let signatureByteLimit = 2000

    /// From a node's start to its body, on one line.
    private func signature(_ node: TSNode, _ body: TSNode?) -> String {
        let start = node.start
        let end = body.map { max(start, $0.start) } ?? node.end
        var bytes: [UInt8] = []
        var isAfterSpace = true
        for byte in source[start..<min(end, start + Self.signatureByteLimit)] {
            if byte == 32 || (byte >= 9 && byte <= 13) {
                if !isAfterSpace { bytes.append(32) }
                isAfterSpace = true
            } else {
                bytes.append(byte)
                isAfterSpace = false
            }
        }
        while let last = bytes.last, Self.signatureEnds.contains(last) { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let signatureEnds: Set<UInt8> = Set(" {=:;,".utf8)

    /// A name without what is no part of it, on one line.
    func cleaned(_ name: String) -> String {
        guard name.utf8.contains(where: { $0 <= 32 }) else { return name }
        return name.utf8.split(whereSeparator: { $0 <= 32 }).map { String(Substring($0)) }
            .joined(separator: " ")
    }

    // MARK: - Comments

    func comment(_ node: TSNode) {
        guard let range = addComment(node) else { return }
        guard beginsLine(range.lowerBound) else {
            lastComment = nil
            return
        }
        if let last = lastComment, newlines(last.upperBound, range.lowerBound) == 1,
            !isBlock(last), !isBlock(range)
        {
            lastComment = last.lowerBound..<range.upperBound
        } else {
            lastComment = range
        }
    }

    /// A comment inside of what it describes.
    func innerDoc(_ node: TSNode) {
        lastComment = nil
        guard let range = addComment(node), let text = DocText.plain(text(range)) else { return }
        let index = scope.definition
        facts.definitions[index].doc = facts.definitions[index].doc.map { "\($0)\n\(text)" } ?? text
    }

    private func addComment(_ node: TSNode) -> Range<Int>? {
        var range = node.range
        while range.count > 1, source[range.upperBound - 1] <= 32 {
            range = range.lowerBound..<(range.upperBound - 1)
        }
        if let last = facts.comments.last, range.lowerBound < last.upperBound { return nil }
        facts.comments.append(range)
        return range
    }

    private func isBlock(_ range: Range<Int>) -> Bool {
        source[range].starts(with: "/*".utf8) || source[range].starts(with: "--[".utf8)
    }

    /// Whether only spaces stand before it.
    private func beginsLine(_ start: Int) -> Bool {
        var index = start - 1
        while index >= 0, source[index] == 32 || source[index] == 9 { index -= 1 }
        return index < 0 || source[index] == 10 || source[index] == 13
    }

    /// How many lines end between; nil if something else stands there.
    private func newlines(_ start: Int, _ end: Int) -> Int? {
        guard start <= end else { return nil }
        var count = 0
        for index in start..<end {
            if source[index] == 10 { count += 1 } else if source[index] > 32 { return nil }
        }
        return count
    }

    private func doc(before start: Int) -> String? {
        guard let comment = lastComment, let lines = newlines(comment.upperBound, start),
            lines <= 1
        else { return nil }
        let raw = text(comment)
        guard language.docs.prefixes.contains(where: raw.hasPrefix) else { return nil }
        return DocText.plain(raw)
    }

    // MARK: - References

    /// Notes that what is around names what a node names. Without a name in it, nothing is noted.
    func refer(_ kind: EdgeKind, _ node: TSNode?) {
        guard let node, !hidden.contains(node.start), let path = path(of: node) else { return }
        if kind == .extends || kind == .implements { hidden.insert(node.start) }
        refer(kind, path, line: node.line)
    }

    /// What begins there is no reference of its own.
    func hide(_ node: TSNode?) {
        if let node { hidden.insert(node.start) }
    }

    /// References to all names in a node that is nothing but names, as a type is.
    func referAll(_ kind: EdgeKind, in node: TSNode?) {
        guard let node else { return }
        var pending = [node]
        while let node = pending.popLast() {
            let symbol = node.symbol
            switch symbol < compiled.shapes.count ? compiled.shapes[symbol] : nil {
            case .name, .member, .qualified, .pair, .separated, .separatedChildren:
                refer(kind, node)
            default: pending += node.children().reversed()
            }
        }
    }

    /// No name in a node is a reference of its own.
    func hideAll(in node: TSNode?) {
        guard let node else { return }
        var pending = [node]
        while let node = pending.popLast() {
            hidden.insert(node.start)
            pending += node.children()
        }
    }

    /// A reference of what is defined next.
    func referLater(_ kind: EdgeKind, _ target: String, line: Int) {
        if language.builtIns.contains(target) { return }
        laterReferences.append(Reference(kind: kind, target: target, line: line, owner: 0))
    }

    func refer(_ kind: EdgeKind, _ target: String, line: Int) {
        guard !target.isEmpty, target != "?" else { return }
        if kind == .uses || kind == .extends || kind == .implements {
            if language.builtIns.contains(target) { return }
            for scope in scopes.reversed() where scope.localTypes.contains(target) { return }
        }
        if !scope.isDefinition {
            typesOfReferences.append((facts.references.count, scope.qualifiedName))
        }
        facts.references.append(
            Reference(kind: kind, target: target, line: line, owner: scope.definition))
    }

    /// Gives members and references of types that are extended to those types, where the file has
    /// them.
    private func findTypes() {
        if typesOfMembers.isEmpty, typesOfReferences.isEmpty { return }
        var types: [String: Int] = [:]
        for (index, definition) in facts.definitions.enumerated()
        where definition.kind.isType && types[definition.qualifiedName] == nil {
            types[definition.qualifiedName] = index
        }
        for (definition, type) in typesOfMembers {
            if let index = types[type] { facts.definitions[definition].parent = index }
        }
        // What belongs to a test is one, also if the test stands behind it in the file.
        var hasChanged = true
        while hasChanged {
            hasChanged = false
            for index in facts.definitions.indices.dropFirst()
            where facts.definitions[index].testReason == nil {
                let reason = facts.definitions[facts.definitions[index].parent].testReason
                if reason != nil {
                    facts.definitions[index].testReason = reason
                    hasChanged = true
                }
            }
        }
        for (reference, type) in typesOfReferences {
            if let index = types[type] { facts.references[reference].owner = index }
        }
    }

    /// A name that stands for a type in what is around only: a type parameter.
    func declareLocalType(_ name: TSNode?) {
        guard let name else { return }
        hidden.insert(name.start)
        scopes[scopes.count - 1].localTypes.append(text(name))
    }

    /// That a node is an import, whose words count as such.
    func markImport(_ node: TSNode) {
        if let last = facts.imports.last, last.upperBound > node.start { return }
        facts.imports.append(node.range)
    }

    /// What a node names, with dots; nil if that is nothing.
    func path(of node: TSNode) -> String? {
        var parts: [String] = []
        var node = node
        var suffix = ""
        var steps = 0
        while true {
            steps += 1
            guard steps < 64, parts.count < 8 else {
                parts.append("?")
                break
            }
            let symbol = node.symbol
            let shape = symbol < compiled.shapes.count ? compiled.shapes[symbol] : nil
            switch shape {
            case .name:
                parts.append(cleaned(text(node)) + suffix)
            case .member(let object, let property):
                guard let name = node[property], let part = leafName(name) else { return nil }
                parts.append(part + suffix)
                suffix = ""
                if let object = node[object] {
                    node = object
                    continue
                }
            case .pair:
                guard let last = node.lastChild, let part = leafName(last) else { return nil }
                parts.append(part + suffix)
                suffix = ""
                if let first = node.firstChild, first.start < last.start {
                    node = first
                    continue
                }
            case .separated:
                parts.append(Self.dotted(text(node)) + suffix)
            case .qualified(let scope, let name):
                var own: [String] = []
                var inner: TSNode? = node
                while let current = inner, own.count < 16 {
                    guard current.symbol == symbol else {
                        own.append(leafName(current) ?? "?")
                        break
                    }
                    if let scope = current[scope].flatMap({ leafName($0) }) { own.append(scope) }
                    inner = current[name]
                }
                parts.append(own.joined(separator: ".") + suffix)
            case .call(let function):
                suffix = "()"
                if let callee = node[function] {
                    node = callee
                    continue
                }
                parts.append("?")
            case .callFirst:
                suffix = "()"
                if let callee = node.firstChild {
                    node = callee
                    continue
                }
                parts.append("?")
            case .separatedChildren:
                parts.append(joinedNames(node) + suffix)
            case .field(let field):
                if let inner = node[field] {
                    node = inner
                    continue
                }
                parts.append("?")
            case .inner:
                if let inner = node.firstChild {
                    node = inner
                    continue
                }
                parts.append("?")
            case nil:
                parts.append("?")
            }
            break
        }
        if parts.count == 1, parts[0] == "?" { return nil }
        return parts.reversed().joined(separator: ".")
    }

    private func joinedNames(_ node: TSNode) -> String {
        node.children().filter {
            // What could not be parsed has a symbol beyond the grammar's.
            if $0.symbol < compiled.shapes.count, case .name? = compiled.shapes[$0.symbol] {
                true
            } else {
                false
            }
        }.map(text).joined(separator: ".")
    }

    static func dotted(_ text: String) -> String {
        text.utf8.split { $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: ":") || $0 <= 32 }
            .map { String(Substring($0)) }.joined(separator: ".")
    }

    private func leafName(_ node: TSNode) -> String? {
        var node = node
        for _ in 0..<16 {
            let symbol = node.symbol
            switch symbol < compiled.shapes.count ? compiled.shapes[symbol] : nil {
            case .name: return cleaned(text(node))
            case .separated: return Self.dotted(text(node))
            case .separatedChildren: return joinedNames(node)
            case .pair:
                guard let inner = node.lastChild else { return nil }
                node = inner
            case .field(let field):
                guard let inner = node[field] else { return nil }
                node = inner
            case .inner:
                guard let inner = node.firstChild else { return nil }
                node = inner
            case .member(_, let property), .qualified(_, let property):
                guard let inner = node[property] else { return nil }
                node = inner
            default: return nil
            }
        }
        return nil
    }
}
