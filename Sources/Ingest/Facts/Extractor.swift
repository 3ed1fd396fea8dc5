// SPDX-License-Identifier: Apache-2.0
//
// One walk over a syntax tree, which makes the facts of a file. The language's rules say what a
// node means; here is what rules are made of: definitions open scopes, references are noted for the
// innermost of them.

import Codec

final class Extractor {
    /// What the walk is inside of.
    struct Scope {
        /// Where the node is that opened it, and where what follows that.
        let node: Int
        let end: Int
        /// The definition that the names in it belong to.
        let definition: Int
        /// Whether that is what opened it: an `extension` opens one and defines nothing.
        let isDefinition: Bool
        /// Whether it is of members of a type that stands elsewhere.
        var isExtension = false
        let qualifiedName: String
        let kind: EntityKind
        var testReason: TestReason?
        var localTypes: [String] = []
        /// What `private:` and its like say of what follows them.
        var memberVisibility: Visibility?
        let tokensBefore: Int
        var branches = 0
    }

    let compiled: CompiledLanguage
    var language: Language { compiled.language }
    let source: UnsafeRawBufferPointer
    let path: String
    var facts = FileFacts()
    var scopes: [Scope] = []
    private var node: SyntaxNode
    private var parser: Parser
    private var innerDepth = 0
    private(set) var callableDepth = 0
    var locals = Locals()
    /// Where blocks end, and what names meant before them.
    private var blocks: [(node: Int, end: Int, mark: Int, ending: Locals.Ending)] = []
    /// Names that get a meaning behind a node.
    private var bindings:
        [(
            end: Int, depth: Int, name: String, meaning: Locals.Meaning, isNew: Bool,
            loop: Int?
        )] = []
    /// Variables whose values stand in the expression that was made last.
    var usedNames: [String] = []
    /// Values that variables of the file get after their first.
    var reassignments: [(name: String, value: String)] = []
    /// Type parameters of what is open, and how often each is one.
    var localTypes: [String: Int] = [:]
    /// What values of type parameters are at least.
    var localTypeBounds: [String: String] = [:]
    /// What the arguments of the next call that is noted are.
    var givenArguments: String?
    /// Up to where what the parser made no sense of goes.
    private var tornEnd = 0
    /// Whether what stands there may be something else: scopes could not be read.
    var isTorn: Bool { node.index < tornEnd }
    /// Up to where a call without a receiver may be another's.
    private var doubtEnd = 0
    var isInDoubt: Bool { node.index < doubtEnd }

    func doubtBareCalls(until end: Int) { doubtEnd = max(doubtEnd, end) }

    /// How many more bytes of signatures and descriptions the file may have: there could be
    /// thousands for one place.
    var textLeft: Int
    /// What was opened before the tree that is walked over.
    private var floor = (scopes: 0, shared: 0, blocks: 0, bindings: 0)
    private var tokenCount = 0

    /// Comments that stand one below the other, the last ones that were met.
    var lastComment: Range<Int>?
    /// Where what is defined next begins, if that is before its own node: `export`, attributes.
    var outer: Range<Int>?
    /// Attributes that stand before what they are of, as nodes beside it.
    var attributes: [SyntaxNode] = []
    private var keptText: String?
    /// Variables of the file: what gives one another value defines nothing.
    private var variables: Set<String> = []
    /// Definitions that have opened no scope.
    private var sharedNodes: [(definition: Int, end: Int, tokensBefore: Int)] = []
    /// Where the next of these ends.
    private var nextEnd = Int.max
    /// Whether the file imports what makes tests of words that others use as well.
    var importsTestFramework = false
    /// Where names stand that are no references, or were noted as such already.
    var hidden: Set<Int> = []
    /// What attributes refer to: they belong to what is defined next.
    var laterReferences: [Reference] = []
    /// Types that definitions and references belong to, by name: they may come later in the file.
    var typesOfMembers: [(definition: Int, type: String, isOutside: Bool)] = []
    var typesOfReferences: [(reference: Int, type: String)] = []

    private init(
        _ root: SyntaxNode, _ parser: Parser, _ compiled: CompiledLanguage,
        _ source: UnsafeRawBufferPointer, path: String
    ) {
        node = root
        self.parser = parser
        self.compiled = compiled
        self.source = source
        self.path = path
        textLeft = source.count * Self.textPerByte + Self.freeText
    }

    private static let textPerByte = 8
    private static let freeText = 64 << 10

    // MARK: - Walking

    /// Nil if there is no end to reading it.
    static func facts(
        of root: SyntaxNode, by parser: Parser, _ compiled: CompiledLanguage,
        _ source: UnsafeRawBufferPointer, path: String
    ) -> FileFacts? {
        let extractor = Extractor(root, parser, compiled, source, path: path)
        extractor.openModule(root)
        extractor.walk(root)
        extractor.closeScopes(.max)
        extractor.findTypes()
        extractor.joinReassignments()
        return root.isExhausted ? nil : extractor.facts
    }

    private func walk(_ root: SyntaxNode) {
        let actions = compiled.actions
        var index = root.index + 1
        if root.isError { tornEnd = max(tornEnd, root.after) }
        while index < root.after {
            if index >= nextEnd { closeScopes(index) }
            let node = root.at(index)
            self.node = node
            let symbol = node.symbol
            var goesDown = true
            if symbol < actions.count {
                switch actions[symbol] {
                case nil: break
                case .comment:
                    comment(node)
                    index = node.after
                    continue
                case .branch: countBranch()
                case .leaf: goesDown = false
                case .visit(let body): goesDown = body(self, node)
                }
            } else if node.isError {
                facts.errorCount += 1
                tornEnd = max(tornEnd, node.after)
            }
            if node.isMissing { facts.errorCount += 1 }
            index += 1
            if !goesDown || node.after == index {
                tokenCount += 1
                index = node.after
            }
        }
    }

    /// How deep what is parsed by itself may stand in what is parsed by itself.
    private static let innerLimit = 8

    /// Walks over a part that is text to the tree, if by itself it is code without an error.
    func walkInside(_ range: Range<Int>) -> Bool {
        let (outerNode, outerParser, outerFloor) = (node, parser, floor)
        guard innerDepth < Self.innerLimit,
            let root = parser.inner.parse(range, of: source, inside: node)
        else { return false }
        innerDepth += 1
        parser = parser.inner
        // Places in this tree say nothing of scopes that the outer one has opened.
        floor = (scopes.count, sharedNodes.count, blocks.count, bindings.count)
        nextEnd = .max
        walk(root)
        closeScopes(.max)
        (node, parser, floor) = (outerNode, outerParser, outerFloor)
        innerDepth -= 1
        findNextEnd()
        return true
    }

    /// The node that is visited.
    var currentNode: SyntaxNode { node }

    func openBlock(until end: Int, _ ending: Locals.Ending = .merges) {
        blocks.append((node.index, end, locals.mark, ending))
        nextEnd = min(nextEnd, end)
    }

    /// Gives a name of a function's its meaning, behind a node or at once.
    func bind(
        _ name: String, _ meaning: Locals.Meaning, behind node: SyntaxNode?, isNew: Bool
    ) {
        let loop = isNew || !locals.isVariable(name) ? nil : outermostLoop
        guard let node else { return set(name, meaning, isNew, loop) }
        bindings.append((node.after, blocks.count, name, meaning, isNew, loop))
        nextEnd = min(nextEnd, node.after)
    }

    private func set(_ name: String, _ meaning: Locals.Meaning, _ isNew: Bool, _ loop: Int?) {
        if !isNew, let old = locals[name]?.text, let new = meaning.text, old != new {
            // It may be gone through again, with the new value.
            for reference in locals.usesAgain(of: name, loop: loop) {
                facts.references[reference].isTorn = true
            }
        }
        locals.set(
            name, meaning, place: blocks.last?.node ?? 0, depth: callableDepth, isNew: isNew)
    }

    /// The node of the loop around the one that is visited, within its function, which has all
    /// others in it.
    private var outermostLoop: Int? {
        let function = scopes.last { $0.kind.isCallable }?.node ?? 0
        var loop: Int?
        var place = node.parent
        var left = Self.loopLimit
        while let around = place, around.index > function, left > 0 {
            if compiled.isLoop(around.symbol) { loop = around.index }
            place = around.parent
            left -= 1
        }
        return loop
    }

    /// So many nodes around one are looked at.
    private static let loopLimit = 64

    /// What a name means behind the function that is open, nobody knows.
    func forgetBehindFunction(_ name: String) {
        guard let function = scopes.last(where: { $0.kind.isCallable }),
            let depth = blocks.lastIndex(where: { $0.end == function.end })
        else { return }
        bindings.append((function.end, depth, name, .value("?"), false, nil))
        nextEnd = min(nextEnd, function.end)
    }

    private func closeScopes(_ index: Int) {
        while true {
            // Of what ends at once, what is inside ends first.
            if bindings.count > floor.bindings, let last = bindings.last, last.end <= index,
                // Blocks in the node end before it does.
                blocks.count <= last.depth || last.end < blocks[blocks.count - 1].end
            {
                bindings.removeLast()
                set(last.name, last.meaning, last.isNew, last.loop)
            } else if blocks.count > floor.blocks, let last = blocks.last, last.end <= index {
                blocks.removeLast()
                locals.end(at: last.mark, last.ending)
            } else {
                break
            }
        }
        while scopes.count > floor.scopes, let scope = scopes.last, scope.end <= index {
            closeScope()
        }
        while sharedNodes.count > floor.shared, let last = sharedNodes.last, last.end <= index {
            facts.definitions[last.definition].tokenCount = tokenCount - last.tokensBefore
            sharedNodes.removeLast()
        }
        findNextEnd()
    }

    private func findNextEnd() {
        nextEnd = .max
        if scopes.count > floor.scopes, let last = scopes.last { nextEnd = last.end }
        if sharedNodes.count > floor.shared, let last = sharedNodes.last {
            nextEnd = min(nextEnd, last.end)
        }
        if blocks.count > floor.blocks, let last = blocks.last {
            nextEnd = min(nextEnd, last.end)
        }
        if bindings.count > floor.bindings, let last = bindings.last {
            nextEnd = min(nextEnd, last.end)
        }
    }

    private func open(_ scope: Scope) {
        if scope.kind.isCallable {
            callableDepth += 1
            openBlock(until: scope.end, language.assignmentDeclares ? .forgets : .merges)
        }
        scopes.append(scope)
        nextEnd = min(nextEnd, scope.end)
    }

    private func closeScope() {
        let scope = scopes.removeLast()
        if scope.kind.isCallable { callableDepth -= 1 }
        for name in scope.localTypes {
            localTypes[name]? -= 1
            localTypeBounds[name] = nil
        }
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

    func text(_ node: SyntaxNode) -> String { text(node.range) }

    func byte(_ index: Int) -> UInt8? { source.indices.contains(index) ? source[index] : nil }

    func has(_ node: SyntaxNode, prefix: StaticString) -> Bool {
        let wanted = UnsafeBufferPointer(start: prefix.utf8Start, count: prefix.utf8CodeUnitCount)
        return source[node.range].starts(with: wanted)
    }

    /// Whether that is its text, without a copy of it: a callee may be as long as the file.
    func has(_ node: SyntaxNode, text: StaticString) -> Bool {
        node.range.count == text.utf8CodeUnitCount && has(node, prefix: text)
    }

    // MARK: - Definitions

    func setMemberVisibility(_ visibility: Visibility) {
        scopes[scopes.count - 1].memberVisibility = visibility
    }

    /// Whether what is met now is a member of a type.
    var isInType: Bool { scope.kind.isType }
    /// Whether it is in a function, and so nobody's but its.
    var isInFunction: Bool { callableDepth > 0 }
    var scope: Scope { scopes[scopes.count - 1] }

    private func openModule(_ root: SyntaxNode) {
        let name = Self.moduleName(path, language)
        let reason = language.testFile(path)
        facts.definitions.append(
            Definition(
                kind: .module, name: name, qualifiedName: name, parent: -1, range: 0..<source.count,
                startLine: 1, endLine: root.lastLine, visibility: .public, signature: "",
                testReason: reason))
        open(
            Scope(
                node: root.index, end: .max, definition: 0, isDefinition: true, qualifiedName: "",
                kind: .module,
                testReason: reason, tokensBefore: 0))
        language.module(self, root)
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
    ///   - last: the node that it ends with, if that stands behind its own.
    /// - Returns: its place among the definitions; without a name it is none, and what is around
    ///   is returned.
    @discardableResult
    func define(
        _ kind: EntityKind, _ node: SyntaxNode, name: SyntaxNode, body: SyntaxNode? = nil,
        type: String? = nil, visibility: Visibility? = nil
    ) -> Int {
        hidden.insert(name.start)
        return define(
            kind, node, named: cleaned(text(name)), body: body, type: type, visibility: visibility)
    }

    @discardableResult
    func define(
        _ kind: EntityKind, _ node: SyntaxNode, named name: String, body: SyntaxNode? = nil,
        type: String? = nil, visibility: Visibility? = nil, opensScope: Bool = true,
        endOfScope: Int? = nil, through last: SyntaxNode? = nil
    ) -> Int {
        // The parser puts an empty name where it missed one.
        guard !name.isEmpty else { return scope.definition }
        dropAttributes(unlessBefore: node.start)
        let range = outerRange(node).lowerBound..<(last ?? node).end
        let above = scope
        let name = Self.shortened(name, Self.nameLimit)
        let qualifiedName = Self.qualified(name, in: type ?? above.qualifiedName)
        let start = startPoint(range.lowerBound, node)
        let reason = above.testReason ?? language.test(self, node, kind, name)
        if callableDepth > 0 { bind(name, .itself, behind: nil, isNew: true) }
        var definition = Definition(
            kind: kind, name: name, qualifiedName: qualifiedName, parent: above.definition,
            range: range, startLine: start,
            endLine: max(start, (last ?? node).lastLine),
            visibility: visibility ?? language.visibility(self, node, name),
            signature: signature(node, body), doc: doc(before: range.lowerBound),
            testReason: reason)
        definition.isLocal = language.links.privateIsLocal && definition.visibility == .private
        language.details(self, node, &definition)
        let index = facts.definitions.count
        facts.definitions.append(definition)
        if !opensScope {
            sharedNodes.append((index, self.node.after, tokenCount))
            findNextEnd()
        }
        if let type = type ?? (above.isExtension ? above.qualifiedName : nil), !type.isEmpty {
            facts.definitions[index].extends = type
            typesOfMembers.append((index, type, true))
        }
        attributes.removeAll(keepingCapacity: true)
        for var reference in laterReferences {
            reference.owner = index
            facts.references.append(reference)
        }
        laterReferences.removeAll(keepingCapacity: true)
        if opensScope {
            outer = nil
            open(
                Scope(
                    node: self.node.index, end: endOfScope ?? (last ?? self.node).after,
                    definition: index,
                    isDefinition: true,
                    qualifiedName: qualifiedName, kind: kind, testReason: reason,
                    tokensBefore: tokenCount))
        }
        return index
    }

    /// Defines what all that follows in the file is in.
    func openNamespace(_ kind: EntityKind, _ node: SyntaxNode, named name: String) {
        while scopes.count > max(1, floor.scopes) { closeScope() }
        define(kind, node, named: name, endOfScope: .max)
    }

    /// What is around is a test, as an attribute inside of it says.
    func markTest(_ reason: TestReason) {
        guard scope.isDefinition else { return }
        scopes[scopes.count - 1].testReason = reason
        facts.definitions[scope.definition].testReason = reason
    }

    /// Opens a scope of the same names: for what is said of members in it only, or as a function
    /// without a name, whose variables are nobody's but its.
    func nest(_ node: SyntaxNode, as kind: EntityKind? = nil) {
        let scope = scope
        open(
            Scope(
                node: self.node.index, end: self.node.after, definition: scope.definition,
                isDefinition: false, isExtension: scope.isExtension,
                qualifiedName: scope.qualifiedName, kind: kind ?? scope.kind,
                testReason: scope.testReason, tokensBefore: tokenCount))
    }

    /// Opens a scope for members of a type that is defined elsewhere: an extension, an `impl`.
    func extend(_ type: String, _ node: SyntaxNode, kind: EntityKind = .struct) {
        let name = Self.qualified(type, in: scope.qualifiedName)
        outer = nil
        dropAttributes(unlessBefore: node.start)
        let reason = scope.testReason ?? language.test(self, node, kind, type)
        attributes.removeAll(keepingCapacity: true)
        laterReferences.removeAll(keepingCapacity: true)
        open(
            Scope(
                node: self.node.index, end: self.node.after, definition: scope.definition,
                isDefinition: false, isExtension: true,
                qualifiedName: name, kind: kind, testReason: reason,
                tokensBefore: tokenCount))
    }

    /// Defines a variable where it first gets a value. What the node refers to is the variable's if
    /// it is the only one there.
    func defineVariable(
        _ kind: EntityKind, _ node: SyntaxNode, name: SyntaxNode, value: SyntaxNode?,
        type: String? = nil,
        visibility: Visibility? = nil, isOnly: Bool = false
    ) {
        let text = cleaned(text(name))
        let prefix = type ?? String(scope.definition)
        // What is given to `_` is thrown away.
        guard text != "_" else { return }
        guard variables.insert("\(prefix).\(text)").inserted else {
            if type == nil, scope.definition == 0 { reassign(text, value) }
            return
        }
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
    func wrap(_ node: SyntaxNode) {
        if outer == nil || !(outer?.contains(node.start) ?? false) { outer = node.range }
    }

    var visibilityOfScope: Visibility { facts.definitions[scope.definition].visibility }

    /// Whether a node's value got its name from what is around it.
    func isNamed(_ node: SyntaxNode) -> Bool {
        scope.isDefinition && scope.node > 0
            && facts.definitions[scope.definition].range.upperBound >= node.end
            && (scope.node == node.parent?.index || scope.node == node.parent?.parent?.index)
    }

    /// What stands between the quotes of a literal.
    func literal(_ node: SyntaxNode) -> String {
        let text = text(node)
        guard text.utf8.count >= 2 else { return text }
        return cleaned(String(text.dropFirst().dropLast()))
    }

    /// The only argument of a call, if it is a literal.
    func stringArgument(_ call: SyntaxNode) -> String? {
        guard let arguments = call["arguments"]?.children(), arguments.count == 1,
            arguments[0].is("string")
        else { return nil }
        return literal(arguments[0])
    }

    /// An attribute that stands before what it is of.
    func attribute(_ node: SyntaxNode) {
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

    private func outerRange(_ node: SyntaxNode) -> Range<Int> {
        var start = node.start
        if let outer, outer.contains(start) { start = outer.lowerBound }
        if let first = attributes.first { start = min(start, first.start) }
        return start..<node.end
    }

    private func startPoint(_ start: Int, _ node: SyntaxNode) -> Int {
        var line = node.line
        for index in start..<max(start, node.start) where source[index] == UInt8(ascii: "\n") {
            line -= 1
        }
        return line
    }

    private static let signatureByteLimit = 2000

    /// From a node's start to its body, on one line.
    private func signature(_ node: SyntaxNode, _ body: SyntaxNode?) -> String {
        let start = node.start
        let end = body.map { max(start, $0.start) } ?? node.end
        guard textLeft > 0 else { return "" }
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
        textLeft -= bytes.count
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let signatureEnds: Set<UInt8> = Set(" {=:;,".utf8)

    static let nameLimit = 512
    static let pathLimit = 2048

    static func qualified(_ name: String, in prefix: String) -> String {
        prefix.isEmpty ? name : shortened("\(prefix).\(name)", pathLimit)
    }

    /// A name that no key would have room for, with a hash instead of its end.
    static func shortened(_ name: String, _ limit: Int) -> String {
        guard name.utf8.count > limit else { return name }
        var name = name
        let hash = name.withUTF8 { hexadecimal(xxh3(UnsafeRawBufferPointer($0))) }
        // A character that is cut in two becomes a mark that says so.
        return String(decoding: name.utf8.prefix(limit - 32), as: UTF8.self) + "…" + hash
    }

    /// A name without what is no part of it, on one line.
    func cleaned(_ name: String) -> String {
        // Quoted, as a word of the language has to be.
        if name.utf8.first == UInt8(ascii: "`"), name.utf8.last == UInt8(ascii: "`"),
            name.utf8.count > 2
        {
            return cleaned(String(name.dropFirst().dropLast()))
        }
        guard name.hasByte(where: { $0 <= 32 }) else { return name }
        return name.utf8.split(whereSeparator: { $0 <= 32 }).map { String(Substring($0)) }
            .joined(separator: " ")
    }
}
