// SPDX-License-Identifier: Apache-2.0
//
// A language is data: what the types of its grammar's nodes mean, and a few functions where that
// does not do. LANGUAGES.md says how one is added.

/// What a walk does with a node.
struct Rule: Sendable {
    enum Action: Sendable {
        case comment
        /// Goes into the children if it returns true.
        case visit(@Sendable (Extractor, SyntaxNode) -> Bool)
        /// One more way through the code.
        case branch
        /// A node whose names are read off as a whole; nothing below it is looked at.
        case leaf
    }

    let action: Action

    static let comment = Rule(action: .comment)
    static let branch = Rule(action: .branch)
    static let leaf = Rule(action: .leaf)

    static func visit(_ body: @escaping @Sendable (Extractor, SyntaxNode) -> Bool) -> Rule {
        Rule(action: .visit(body))
    }
}

/// How a node is read as a name.
enum Shape: Sendable {
    /// Its text.
    case name
    /// A value of a built-in type.
    case literal(StaticString)
    /// What stands before a dot, and behind it.
    case member(StaticString, StaticString)
    /// The same, but what stands before is one name, and what stands behind may be like that again.
    case qualified(StaticString, StaticString)
    /// A variable's name, with a sign that no other name has before its first child.
    case sigil
    /// A member of `self` by its own sign: `@a`.
    case selfMember
    /// What stands before a dot is its first child, what stands behind its last.
    case pair
    /// Its text, whose parts have `\\` or `::` between them.
    case separated
    /// What is called.
    case call(StaticString)
    /// A call in one node: of what, if anything, and which of its methods. A method's name alone is
    /// no local variable's.
    case method(StaticString, StaticString)
    /// A value of the type that a field names: `new A()`, `(A) b`.
    case instance(StaticString)
    /// What is called is its first child.
    case callFirst
    /// The texts of its children that are names.
    case separatedChildren
    /// A field's, or, behind a dot with nothing before it, a member of what is expected there.
    case implicitMember(StaticString)
    /// The name is a field's, the rest is arguments.
    case field(StaticString)
    /// Of its first child: parentheses and the like.
    case inner
    /// Something of what a field names, or of the first child, of which nothing is known: `a[i]`.
    case element(StaticString?)
    /// A value of the type that its last child names: `a as B`.
    case cast
    /// A member that is reached through what has it: of `->` the operator tells that.
    case access(StaticString, StaticString)
    /// What is before and behind `::`, of which the first is no variable.
    case path(StaticString, StaticString)
    /// What is inside of an optional, a result, a pointer: `a?`, `*a`.
    case unwrapped
    /// What a pointer in a field points to, if the operator says so, or the pointer.
    case pointer(StaticString)
    /// An element of what a field names, or the first child.
    case item(StaticString?)
}

/// Which comments describe what follows them.
struct DocStyle: Sendable {
    /// What such a comment begins with.
    let prefixes: [String]

    static let any = DocStyle(prefixes: ["/", "#", "-", "\"", "%", ";"])
    static let block = DocStyle(prefixes: ["/**"])
    static let triple = DocStyle(prefixes: ["///", "/**"])
}

struct Language: Sendable {
    let name: String
    let grammar: GrammarFolder.Name
    var extensions: [String]
    /// File names without one.
    var fileNames: [String] = []
    /// Files that stand for the folder they are in: `__init__`.
    var folderNames: Set<String> = []
    /// What it says is of packages and where they are, and concerns all files around.
    var isManifest = false
    let rules: [String: Rule]
    let shapes: [String: Shape]
    var docs = DocStyle.any
    /// Types that are nobody's.
    var builtIns: Set<String> = []
    /// Names for the value that a method is called on, and for the same as one of its base's.
    var selfNames: Set<String> = []
    var superNames: Set<String> = []
    /// Types that stand for the one that they are used in: `Self`.
    var selfTypes: Set<String> = []
    /// How many arguments a call has, where that is not the children of one node; -1 if there is
    /// no telling.
    var argumentCount: (@Sendable (Extractor, SyntaxNode) -> Int)?
    /// What is called, where that is not what the shape of a call says.
    var callee: (@Sendable (SyntaxNode) -> SyntaxNode?)?
    /// The same, but with all that these have is what the type around itself has: `self` of PHP.
    var ownTypes: Set<String> = []
    /// What a name begins with that is said from the outermost module on: `global::`.
    var rootPrefix: StaticString?
    /// A variable that a function assigns to is its own, whatever is around it.
    var assignmentDeclares = false
    /// Arguments that stand for any number of them.
    var spreads: [StaticString] = []
    /// What the parser is not to see.
    var blanks: (@Sendable (UnsafeRawBufferPointer) -> [Range<Int>])?
    /// The type of a value that says it without a name, as it is written: `=int`.
    var valueType: @Sendable (Extractor, SyntaxNode) -> String? = { _, _ in nil }
    /// The part of a type that names what its values are: of `Optional<A>`, as far as members go,
    /// `A`.
    var namedType: @Sendable (Extractor, SyntaxNode) -> SyntaxNode? = { $1 }
    /// Whether what a type is said of is not to be changed: `const A &`.
    var isConstant: (@Sendable (Extractor, SyntaxNode) -> Bool)?
    /// What a call gives that says so itself, as an expression: `Box::new(a)`, `new(A)`.
    var callValue: @Sendable (Extractor, SyntaxNode) -> String? = { _, _ in nil }
    /// What a member that is named without its type is one of: `f.@param0`.
    var expected: (@Sendable (Extractor, SyntaxNode) -> String?)?
    /// The type inside of one whose values have it in them: `Option<A>`, `[]A`.
    var wrappedType: @Sendable (Extractor, SyntaxNode) -> SyntaxNode? = { _, _ in nil }
    /// How names are found.
    var links = LinkRules(isDefined: false)
    var family: String { links.family.isEmpty ? name : links.family }
    /// What a definition is or gives, what it takes.
    var details: @Sendable (Extractor, SyntaxNode, inout Definition) -> Void = { _, _, _ in }
    /// What is done first, with the root.
    var module: @Sendable (Extractor, SyntaxNode) -> Void = { _, _ in }
    /// Of what is being defined by a node, under a name.
    var visibility: @Sendable (Extractor, SyntaxNode, String) -> Visibility = { _, _, _ in .public }
    /// Why what is being defined is a test.
    var test: @Sendable (Extractor, SyntaxNode, EntityKind, String) -> TestReason? = { _, _, _, _ in
        nil
    }
    /// Why all of a file is.
    var testFile: @Sendable (String) -> TestReason? = { _ in nil }
}

/// A language's rules by the symbols of its grammar.
final class CompiledLanguage: Sendable {
    let language: Language
    let grammar: Grammar
    let actions: [Rule.Action?]
    let shapes: [Shape?]
    private let loops: [Bool]

    init(_ language: Language, _ grammar: Grammar) {
        self.language = language
        self.grammar = grammar
        let names = grammar.names()
        actions = names.map { language.rules[$0]?.action }
        shapes = names.map { language.shapes[$0] }
        loops = names.map { Self.loopNames.contains($0) }
    }

    func isLoop(_ symbol: Int) -> Bool { symbol < loops.count && loops[symbol] }

    /// What is gone through again and again, in all grammars.
    private static let loopNames: Set<String> = [
        "c_style_for_statement", "do_statement", "do_while_statement", "enhanced_for_statement",
        "for", "for_each_statement", "for_expression", "for_in_statement", "for_range_loop",
        "for_statement", "foreach_statement", "loop_expression", "repeat_statement",
        "repeat_while_statement", "until", "while", "while_expression", "while_statement",
    ]

    /// Node types that the rules name and the grammar does not have.
    var unknownNames: [String] {
        let names = Set(grammar.names())
        return (Array(language.rules.keys) + Array(language.shapes.keys))
            .filter { !names.contains($0) }.sorted()
    }
}
