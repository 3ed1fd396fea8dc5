// SPDX-License-Identifier: Apache-2.0
//
// What is known of a file from its bytes and its path alone.

/// One vocabulary for all languages.
enum EntityKind: String, Sendable {
    case function, method, constructor
    case `struct`, `class`, `enum`, union, trait, interface, `protocol`
    case typeAlias = "type_alias"
    case module, namespace
    case constant, variable, field, property
    case enumMember = "enum_member"
    case macro

    /// What takes steps when it is called, and so has a complexity.
    var isCallable: Bool {
        switch self {
        case .function, .method, .constructor, .macro: true
        default: false
        }
    }

    /// What has members.
    var isType: Bool {
        switch self {
        case .struct, .class, .enum, .enumMember, .union, .trait, .interface, .protocol: true
        default: false
        }
    }
}

enum Visibility: String, Sendable {
    case `public`, protected, `internal`, package, `private`
}

enum EdgeKind: String, Sendable {
    /// What is no type implements what declares it, in C and C++.
    case calls, uses, implements, extends, imports, contains
}

/// Why something counts as test code, as `excluded_tests` gives it.
struct TestReason: Sendable, Equatable {
    let text: String

    init(_ text: String) { self.text = text }
}

/// Something that has a name. The first of a file is the file itself, as a module.
struct Definition: Sendable {
    var kind: EntityKind
    var name: String
    /// With the names of all that it stands in, but for the module's.
    var qualifiedName: String
    /// Index of what it stands in.
    var parent: Int
    var range: Range<Int>
    var startLine: Int
    var endLine: Int
    var visibility: Visibility
    var signature: String
    var doc: String?
    var testReason: TestReason?
    var tokenCount = 0
    var complexity = 0
    /// What it is, or what calling it gives, as an expression; nil if nothing says so.
    var type: String?
    /// What it is a member of, where that is not what it stands in.
    var extends: String?
    /// How many arguments it takes, where that is known.
    var arguments: ClosedRange<Int>?
    /// Types of its parameters, with `;` between them: expressions, or behind a `=` as they are
    /// written; `?` where nothing is known, `*` where all are taken. In C++ `CParameters`.
    var parameters: String?
    /// Names of its parameters as callers write them, each with a `:` behind it, before that a `=`
    /// if it may be left out and a `*` if there may be more: `_:with=:items*:`. Nil where they are
    /// not written.
    var labels: String?
    /// Of the type itself, not of its values; of an enumeration's members, that their names are
    /// outside of it as well.
    var isStatic = false
    /// Found behind a dot only, though it stands in no type: a function in an object.
    var isMember = false
    /// Of several with one name never the one that is meant: a signature beside its function, or a
    /// function of an object that is given to another.
    var isSecondary = false
    /// A function that is called by being named: a getter.
    var isAccessor = false
    /// What is defined elsewhere is only declared.
    var isDeclaration = false
    /// Seen in its own file only.
    var isLocal = false
    /// A module whose members others may get as theirs.
    var isMixin = false
    /// A class that its name makes without `new`.
    var isCase = false
}

/// That a definition names something else.
struct Reference: Sendable {
    var kind: EdgeKind
    /// An expression: names with dots between them, `@self.store.write`. A local variable is not
    /// named, but stands as what gave it its value. `@any` is a type that nothing names, of which
    /// it is a static member. A part that is called has the number of its arguments behind it,
    /// `open(1).read`; that of a type, of which there is a value, a `^`: `Store^.write`; one whose
    /// values hold others, of which the type is named, a `*` behind that. What no name stands for
    /// is a `?`; what is in a value, its member `@item`; what a pointer points to, `@try`.
    var target: String
    var line: Int
    /// Index of the definition it stands in.
    var owner: Int
    /// Of a call; -1 if it is none, or if there is no telling. Of a base, 1 if it is one of the
    /// type itself and not of its values: `extend A`.
    var argumentCount = -1
    /// The names that its arguments are given, in the same way; a closure behind a call has none, a
    /// `?`.
    var labels: String?
    /// What its arguments are, in the way of parameters' types.
    var arguments: String?
    /// A value that is named: of interest if it is one of the tree's definitions, and else none.
    var isValue = false
    /// It stands where the parser made no sense of the text, and may mean something else.
    var isTorn = false
}

/// A name that a file has from elsewhere.
struct Import: Sendable {
    /// As it is written, in the language's own way: `../lib/a`, `os.path`, `..pkg`. Empty for the
    /// file itself, which offers something of its own under another name then.
    var module: String
    /// What of it; nil for the module itself, `*` for all that it offers.
    var name: String?
    /// What it is called here; empty if it gets no name.
    var alias: String
    var line: Int
    var owner: Int
    /// Whether others get it from here as if it were defined here.
    var isExported = false

    /// The alias of what a file is to those that import it as a whole: `module.exports = f`.
    static let whole = "="
}

/// What values of a type have beside what is defined: `self.store = Store()`.
struct Attribute: Sendable {
    /// Index of the type's definition.
    var owner: Int
    var name: String
    var type: String
}

/// That a type which stands elsewhere is extended here to be another's kind: `impl A for B`.
struct Conformance: Sendable {
    var type: String
    var base: String
    /// Index of the definition it stands in.
    var owner = 0
}

struct FileFacts: Sendable {
    var definitions: [Definition] = []
    var references: [Reference] = []
    var importedNames: [Import] = []
    var attributes: [Attribute] = []
    var conformances: [Conformance] = []
    /// What the file says it is part of: a package, a namespace.
    var package = ""
    /// Where definitions could not be read from.
    var errorCount = 0
    /// The bytes of comments and imports, ascending, without overlaps.
    var comments: [Range<Int>] = []
    var imports: [Range<Int>] = []
}
