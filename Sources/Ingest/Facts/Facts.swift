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
}

/// That a definition names something else.
struct Reference: Sendable {
    var kind: EdgeKind
    /// As it is written, with dots between its parts: `self.store.write`. A part that is called has
    /// parentheses; one that is no name is a question mark.
    var target: String
    var line: Int
    /// Index of the definition it stands in.
    var owner: Int
}

struct FileFacts: Sendable {
    var definitions: [Definition] = []
    var references: [Reference] = []
    /// Where definitions could not be read from.
    var errorCount = 0
    /// The bytes of comments and imports, ascending, without overlaps.
    var comments: [Range<Int>] = []
    var imports: [Range<Int>] = []
}
