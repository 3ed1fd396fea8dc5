// SPDX-License-Identifier: Apache-2.0
//
// How a language's names are found, as data and a function for its imports.

import Codec

struct LinkRules: Sendable {
    /// Languages that see each other's names; empty for one that is alone.
    var family = ""
    /// Without rules, a reference is kept by its name, and means nothing.
    var isDefined = true
    /// What the names at the top of a file are in.
    var layout = Layout.file
    /// A bare name may be a member of the type around it.
    var hasImplicitSelf = false
    /// A bare name right in a type's body may be one of its members.
    var hasTypeScope = true
    /// A class is all that is said of it anywhere, and has members of its own beside those of its
    /// values; names in capitals are found in what is around, others in `self`: Ruby.
    var hasOpenTypes = false
    /// What is in a module or a namespace is seen in those inside of it.
    var seesOuterModules = false
    /// How the types of arguments tell which of several is called; nil where they do not.
    var overloads: Overloads?
    /// What a class has from classes counts before what it has from interfaces.
    var classesComeFirst = false
    /// Of what a type extends the last that it names counts first.
    var lastBaseCountsFirst = false
    /// A type has methods of its own beside those of its values, and interfaces and other names of
    /// types are no values.
    var tellsValuesFromTypes = false
    /// A function may be declared in several ways, and is one; so is what is declared for a source.
    var signaturesAreOne = false
    /// What is private is seen in its own file only.
    var privateIsLocal = false
    /// The member that a value's call calls.
    var callName: String?
    /// Members that a call of their type calls; an empty one has the type's own name.
    var constructors: Set<String> = []
    /// A type's name that is called is that of the object beside it, whose `apply` that calls: only
    /// classes that say so are made by their names.
    var objectsAreCalled = false
    /// A type without one has that of its base.
    var inheritsConstructors = false
    /// The package of files that are no modules: what they have at the top, all see.
    var globalPackage = ""
    /// Names that are there without an import, and the module that they are from.
    var builtIns: Set<String> = []
    var builtInModule = "builtins"
    /// Such names as are from other modules, with all of their path.
    var otherBuiltIns: [String: String] = [:]
    /// Members that values of built-in types have: of a value that nothing is known of, such a name
    /// says nothing.
    var commonMembers: Set<String> = []
    /// A name that is nowhere in the tree is from the module whose names the file has all taken.
    var takesUnknownNames = false
    /// The name that stands for all of a module outside: `default`.
    var wholeName: String?
    /// Imports give names to all that import the file, unless they say otherwise.
    var exportsImports = false
    /// Of several imports of one name a condition chooses, or an error.
    var importsMayDiffer = false
    /// Attributes of a module that name what those get who import all of it; without any, they get
    /// all names that do not begin with `_`.
    var handedOnNames: String?
    /// Members that give what they are of, unless it says otherwise.
    var transparentMembers: Set<String> = []
    /// What stands around a name says whether it is called, a type or a value; nil where it does
    /// not.
    var names: NameKinds?
    /// Modules outside of the tree that need no import to be named.
    var outerModules: Set<String> = []
    /// A member whose members are also its type's.
    var companion = ""
    /// What extends a type from elsewhere is named by what it stands in.
    var extensionsKeepPaths = false
    /// Such a one counts only where the type itself has no member of that name.
    var membersHideExtensions = false
    /// What is static of a type says that other definitions with its name are parts of it.
    var hasPartialTypes = false
    /// Members that all types have, and those that enums have, with what they are.
    var rootMembers: [String: String] = [:]
    var enumMembers: [String: String] = [:]
    /// Names are paths, the first of which may be `crate`, `self`, `super` or another module; so
    /// are the modules of imports. What is around a module within a file is not seen in it.
    var hasPaths = false
    /// All that a module imports is had from it with `*`, also what it does not hand on.
    var globsImports = true
    /// What has another name for a type is one of its own, with its own members.
    var aliasesAreTypes = false
    var isStrict: Bool { hasPaths || hasIncludes || aliasesAreTypes }
    /// What holds others outside of the tree, and the types whose extensions it has; empty where
    /// nothing is known of its own members.
    var wrapper = ""
    var wrapperTypes: [String] = []
    /// The member that gives what is in a value of a type of the tree: `subscript`.
    var itemName: String?
    /// Members of what is wrapped that give what is in it, or that wrapped again.
    var unwrappers: Set<String> = []
    var rewrappers: Set<String> = []
    /// Members that give a value like the one they are of, and may be those of a pointer to it.
    var copiers: Set<String> = []
    /// Whether a type outside of the tree may have a member.
    var outerMember: @Sendable (String, String) -> Bool = { _, _ in true }
    /// A name is what the file has, or a file that it includes; else it is a guess.
    var hasIncludes = false
    /// What a bare name is, where none of these say it: with what it is to be, the definition that
    /// it is named in, and the number of arguments.
    var find: (@Sendable (Linker, String, Linker.Sought, Int, Int) -> Linker.Value)?
    /// A module is what its file returns; what is said of a table is found by where it stands.
    var hasFileValues = false
    /// A constant is another name for the type or the function that is its value.
    var followsConstants = false
    /// What `module` needs to know of all files, found once: of manifests only, or also which other
    /// files there are, and what they import.
    var notes: @Sendable ([PreparedFile], PathIndex) -> [String: [String]] = { _, _ in [:] }
    var notesAskAllFiles = false
    /// What an import's module is; nil if that is nothing that can be told.
    var module: @Sendable (Import, LinkedFile, ModuleFinder) -> Module? = { _, _, _ in nil }
    /// Whether an import says no name of its own: it has that of the package then.
    var saysNoName: (@Sendable (Import) -> Bool)?
    /// Behind what a variable has: a copy of it; the thing itself, which is not to be changed.
    static let copied = "@copy"
    static let constant = "@const"
    /// Whether a file, with its path, is only likely to be what an import means.
    var isGuessed: @Sendable (Import, String) -> Bool = { _, _ in false }

    func isGlobal(_ package: String) -> Bool { !package.isEmpty && package == globalPackage }

    /// Which things a name can mean. Of functions with one name, those count that take as many
    /// arguments.
    struct NameKinds: Sendable {
        /// A type is called as functions are.
        var callsTypes = false
        /// What has a value may be a function.
        var callsValues = false
        /// A function is named without being called.
        var namesFunctions = false
        /// One that takes nothing is called by its name alone.
        var namingCalls = false
        /// What others of the package have comes after all that is imported or inherited.
        var packageIsLast = false
    }

    enum Layout: Sendable {
        /// Each file is a module.
        case file
        /// All files of a directory are one.
        case directory
        /// What the file says it is part of.
        case package
        /// There is but one.
        case global
        /// Something else, as segments.
        case path(@Sendable (String, PathIndex) -> [String])
    }
}

/// What names are in: a module of the tree, or one outside of it.
enum Module {
    /// With a file, if it is that one only.
    case inner(NamePath, file: Int?)
    /// The same, with its name; what it has is not known.
    case outer(String)
}

/// Where a name is, from the outermost module on, as a hash of its parts.
struct NamePath: Hashable, Sendable {
    private(set) var hash: UInt64

    init(family: String) { hash = Self.hash(family) }

    static func hash(_ name: String) -> UInt64 {
        var name = name
        return name.withUTF8 { xxh3(UnsafeRawBufferPointer($0)) }
    }

    func appending(_ name: String) -> NamePath { appending(Self.hash(name)) }

    func appending(_ nameHash: UInt64) -> NamePath {
        var path = self
        // Neither is the same in another order.
        path.hash = (hash ^ nameHash).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15).low
        path.hash = (path.hash ^ path.hash >> 29) &+ hash.byteSwapped
        return path
    }

    func appending<Names: Sequence<String>>(all names: Names) -> NamePath {
        names.reduce(self) { $0.appending($1) }
    }
}
