// SPDX-License-Identifier: Apache-2.0
//
// All definitions of a tree, by where their names are and by their names alone.

import Platform
import Synchronization

/// A file in the eyes of the linker, before its definitions are counted among all.
struct PreparedFile: Sendable {
    let path: String
    let language: Language
    let facts: LinkFacts
    let module: NamePath
    let moduleSegments: [String]
    let paths: [NamePath]
    let namedImports: [String: [Int]]
    let wildcards: [Int]

    init(_ path: String, _ language: Language, _ facts: LinkFacts, index: PathIndex) {
        self.path = path
        self.language = language
        self.facts = facts
        let root = NamePath(family: language.family)
        let segments: [String] =
            switch language.links.layout {
            case .file: PathIndex.segments(PathIndex.parent(of: path)) + [PathIndex.stem(of: path)]
            // Beside a package there may be one of tests of it.
            case .directory:
                PathIndex.segments(PathIndex.parent(of: path))
                    + (facts.package.hasSuffix("_test") ? [facts.package] : [])
            case .package: facts.package.isEmpty ? [] : LinkedFile.parts(facts.package)
            case .global: []
            case .path where language.links.isGlobal(facts.package): [facts.package]
            case .path(let segments): segments(path, index)
            }
        moduleSegments = segments
        module = root.appending(all: segments)
        paths = Self.paths(of: facts, in: module, language)
        var named: [String: [Int]] = [:]
        var wildcards: [Int] = []
        for (index, item) in facts.imports.enumerated() {
            if item.name == "*" && item.alias.isEmpty {
                wildcards.append(index)
            } else if !item.alias.isEmpty {
                named[item.alias, default: []].append(index)
            }
        }
        namedImports = named
        self.wildcards = wildcards
    }

    private static func paths(
        of facts: LinkFacts, in module: NamePath, _ language: Language
    ) -> [NamePath] {
        var paths: [NamePath] = []
        paths.reserveCapacity(facts.definitions.count)
        if !facts.definitions.isEmpty { paths.append(module) }
        for index in facts.definitions.indices.dropFirst() {
            let definition = facts.definitions[index]
            let extended = language.links.extensionsKeepPaths ? nil : definition.extends
            if let extended {
                paths.append(
                    module.appending(all: LinkedFile.parts(extended)).appending(definition.name))
            } else if definition.parent > index {
                // It stands before what it is named by.
                paths.append(
                    module.appending(all: LinkedFile.parts(facts.qualifiedName(index))))
            } else {
                // `namespace A.B`
                let isSpace = definition.kind == .namespace || definition.kind == .module
                let outer = paths[max(0, definition.parent)]
                // What a test is called is no name: `TEST_CASE("run")`.
                let isText = definition.isMember && language.links.hasIncludes
                paths.append(
                    isSpace
                        ? outer.appending(all: LinkedFile.parts(definition.name))
                        : outer.appending(isText ? "\"" + definition.name : definition.name))
            }
        }
        return paths
    }
}

/// A file in the eyes of the linker.
final class LinkedFile: Sendable {
    let path: String
    let language: Language
    let facts: LinkFacts
    /// Of its first definition among all.
    let first: Int
    /// Where its names are, and the same as text.
    let module: NamePath
    let moduleSegments: [String]
    /// Where its definitions are.
    let paths: [NamePath]
    private let namedImports: [String: [Int]]
    let wildcards: [Int]

    init(_ file: PreparedFile, first: Int) {
        path = file.path
        language = file.language
        facts = file.facts
        self.first = first
        module = file.module
        moduleSegments = file.moduleSegments
        paths = file.paths
        namedImports = file.namedImports
        wildcards = file.wildcards
    }

    static func parts(_ name: String) -> [String] {
        name.utf8.split(separator: UInt8(ascii: ".")).map { String(Substring($0)) }
    }

    func imports(named name: String) -> [Int] { namedImports[name] ?? [] }

    /// Whether the file says what it is to those that import it as a whole.
    var isReplaced: Bool { namedImports[Import.whole] != nil }

    func key(_ index: Int) -> String {
        let definition = facts.definitions[index]
        let key = EntityKey.entity(
            language.name, definition.kind, facts.qualifiedName(index),
            encodedPath: EntityKey.encoded(path, isPath: true))
        return definition.ordinal == 1 ? key : "\(key)~\(definition.ordinal)"
    }

    /// The type that a definition is a member of, by its last name; nil if it is of none.
    func typeName(of index: Int) -> String? { facts.typeName(of: index) }
}

extension Import {
    /// The name of a file that is included: `<a/b.h>`.
    fileprivate var includedName: String {
        let path = module.hasPrefix("<") ? String(module.dropFirst().dropLast()) : module
        return PathIndex.name(of: path)
    }
}

extension LinkFacts {
    fileprivate func typeName(of index: Int) -> String? {
        let definition = definitions[index]
        if let extended = definition.extends { return LinkedFile.parts(extended).last ?? extended }
        guard definition.parent > 0, definitions[definition.parent].isType else { return nil }
        return definitions[definition.parent].name
    }
}

/// A definition, as a number among all.
typealias Symbol = Int

/// The files of a tree, each made when it is asked for first.
final class LinkedFiles: @unchecked Sendable {
    // Sendable: the slots are atomic, and stay where they are. AtomicLazyReference would do the
    // same, but looks for its type's metadata at each look: 3 % of an ingest.
    private let slots: UnsafeMutablePointer<Atomic<UnsafeRawPointer?>>
    private let firsts: [Int]
    let count: Int
    private let load: @Sendable (Int) -> PreparedFile

    init(firsts: [Int], load: @escaping @Sendable (Int) -> PreparedFile) {
        self.firsts = firsts
        self.load = load
        count = firsts.count
        slots = .allocate(capacity: count)
        for number in 0..<count { (slots + number).initialize(to: Atomic(nil)) }
    }

    deinit {
        for number in 0..<count {
            guard let file = slots[number].load(ordering: .acquiring) else { continue }
            Unmanaged<LinkedFile>.fromOpaque(file).release()
        }
        slots.deinitialize(count: count)
        slots.deallocate()
    }

    /// Of its definitions.
    func first(of number: Int) -> Int { firsts[number] }

    subscript(number: Int) -> LinkedFile {
        precondition(number >= 0 && number < count)
        if let file = slots[number].load(ordering: .acquiring) {
            return Unmanaged<LinkedFile>.fromOpaque(file).takeUnretainedValue()
        }
        return made(number)
    }

    private func made(_ number: Int) -> LinkedFile {
        let file = LinkedFile(load(number), first: firsts[number])
        let own = Unmanaged.passRetained(file)
        let (isOurs, other) = slots[number].compareExchange(
            expected: nil, desired: UnsafeRawPointer(own.toOpaque()),
            ordering: .acquiringAndReleasing)
        guard !isOurs, let other else { return file }
        // Another thread was first.
        own.release()
        return Unmanaged<LinkedFile>.fromOpaque(other).takeUnretainedValue()
    }
}

final class SymbolTable: Sendable {
    let files: LinkedFiles
    let index: PathIndex
    /// By the bytes of their paths: two texts with one meaning may be two files.
    private let fileOfPath: [UInt64: Int]
    private let paths: [String]
    private let fileOfSymbol: [Int32]
    let names: NameTable
    /// What the languages noted of their files, by family.
    let notes: [String: [String: [String]]]
    private let overlay: Overlay?

    /// What has come since the names were put into the table, and what has moved or is gone.
    private struct Overlay: Sendable {
        /// Of the files as they were.
        let fileOfSymbol: [Int32]
        /// How far the numbers of each have moved; nil if what the table says of it counts no more.
        let shifts: [Int?]
        let names: NameTable
    }

    /// All files, in the order of their paths. What is linked is loaded with its references.
    init(
        _ inputs: [PreparedFile], _ entries: [[NameTable.Entry]], _ index: PathIndex,
        load: @escaping @Sendable (Int) -> PreparedFile
    ) {
        let (firsts, fileOfSymbol) = Self.numbered(inputs.map(\.counts.numbers))
        files = LinkedFiles(firsts: firsts, load: load)
        self.index = index
        self.fileOfSymbol = fileOfSymbol
        paths = inputs.map(\.path)
        fileOfPath = Self.filesOfPaths(paths)
        names = NameTable(entries, countedFrom: firsts)
        var notes: [String: [String: [String]]] = [:]
        for input in inputs where notes[input.language.family] == nil {
            let family = input.language.family
            notes[family] = input.language.links.notes(
                inputs.filter { $0.language.family == family }, index)
        }
        self.notes = notes
        overlay = nil
    }

    /// Those of a cache, apart from some that have come or changed since and others that are gone.
    /// - Parameters:
    ///   - numbers: of each file of the cache what its number is now; nil for one that is not as it
    ///     was.
    ///   - others: the files of the remaining numbers.
    init(
        _ cache: LinkCache, _ numbers: [Int?], _ others: [Int: PreparedFile], paths: [String],
        _ index: PathIndex, load: @escaping @Sendable (Int) -> PreparedFile
    ) {
        self.index = index
        names = cache.names
        notes = cache.notes
        self.paths = paths
        fileOfPath = Self.filesOfPaths(paths)
        let oldCounts = cache.files.map(\.counts.numbers)
        var counts = paths.indices.map { others[$0]?.counts.numbers ?? 0 }
        for (old, number) in numbers.enumerated() {
            if let number { counts[number] = oldCounts[old] }
        }
        let (oldFirsts, oldFiles) = Self.numbered(oldCounts)
        let (firsts, fileOfSymbol) = Self.numbered(counts)
        self.fileOfSymbol = fileOfSymbol
        files = LinkedFiles(firsts: firsts, load: load)
        let otherNumbers = others.keys.sorted()
        let entries = otherNumbers.map { others[$0]?.entries ?? [] }
        overlay = Overlay(
            fileOfSymbol: oldFiles,
            shifts: zip(numbers, oldFirsts).map { number, first in
                number.map { firsts[$0] - first }
            },
            names: NameTable(entries, countedFrom: otherNumbers.map { firsts[$0] }))
    }

    /// The first number of each file, and the file of each number.
    private static func numbered(_ counts: [Int]) -> (firsts: [Int], files: [Int32]) {
        var firsts: [Int] = []
        firsts.reserveCapacity(counts.count)
        var files: [Int32] = []
        files.reserveCapacity(counts.reduce(0, +))
        for (file, count) in counts.enumerated() {
            firsts.append(files.count)
            files += repeatElement(Int32(file), count: count)
        }
        return (firsts, files)
    }

    private static func filesOfPaths(_ paths: [String]) -> [UInt64: Int] {
        Dictionary(
            paths.enumerated().map { (NamePath.hash($1), $0) }, uniquingKeysWith: { a, _ in a })
    }

    func note(_ name: String, of family: String) -> [String] { notes[family]?[name] ?? [] }

    func hasNotes(of family: String) -> Bool { notes[family]?.isEmpty == false }

    func path(ofFile number: Int) -> String { paths[number] }

    func file(at path: String) -> Int? { fileOfPath[NamePath.hash(path)] }

    func file(of symbol: Symbol) -> LinkedFile { files[fileNumber(of: symbol)] }
    func fileNumber(of symbol: Symbol) -> Int { Int(fileOfSymbol[symbol]) }

    func definition(_ symbol: Symbol) -> LinkFacts.Definition {
        let file = file(of: symbol)
        return file.facts.definitions[symbol - file.first]
    }

    func qualifiedName(_ symbol: Symbol) -> String {
        let file = file(of: symbol)
        return file.facts.qualifiedName(symbol - file.first)
    }

    func path(_ symbol: Symbol) -> NamePath {
        let file = file(of: symbol)
        return file.paths[symbol - file.first]
    }

    func key(_ symbol: Symbol) -> String {
        let file = file(of: symbol)
        return file.key(symbol - file.first)
    }

    // MARK: - Names

    /// Ascending: in the order of files and of what is in them.
    private func numbers(_ kind: NameKind, _ hash: UInt64) -> [Int] {
        var numbers: [Int] = []
        forEach(kind, hash) { numbers.append($0) }
        if overlay != nil { numbers.sort() }
        return numbers
    }

    private func forEach(_ kind: NameKind, _ hash: UInt64, _ body: (Int) -> Void) {
        let hash = kind.mixed(hash)
        guard let overlay else { return names.forEach(hash, body) }
        names.forEach(hash) { number in
            if let shift = overlay.shifts[Int(overlay.fileOfSymbol[number])] {
                body(number + shift)
            }
        }
        overlay.names.forEach(hash, body)
    }

    func symbols(at path: NamePath) -> [Symbol] { numbers(.path, path.hash) }

    func symbols(named name: String, in family: NamePath) -> [Symbol] {
        numbers(.name, family.appending(name).hash)
    }

    /// Members of types that stand elsewhere, by the type's last name and their own.
    func extensionMembers(_ name: String, ofTypeNamed type: String, in family: NamePath)
        -> [Symbol]
    {
        numbers(.extension, family.appending(type).appending(name).hash)
    }

    func attributes(at path: NamePath) -> [(file: Int, attribute: Int)] {
        places(.attribute, path.hash).map { ($0.file, $0.place) }
    }

    /// Bases that are given to a type elsewhere, by the type's last name.
    func conformances(ofTypeNamed type: String) -> [(file: Int, conformance: Int)] {
        places(.conformance, NamePath.hash(type)).map { ($0.file, $0.place) }
    }

    private func places(_ kind: NameKind, _ hash: UInt64) -> [(file: Int, place: Int)] {
        numbers(kind, hash).map { number in
            let file = fileNumber(of: number)
            return (file, number - files.first(of: file))
        }
    }

    func files(of module: NamePath) -> [Int] { files(.file, module.hash) }

    /// Those with a name, and those that include one with that name.
    func files(named name: String) -> [Int] { files(.fileName, NamePath.hash(name)) }
    func files(including name: String) -> [Int] { files(.include, NamePath.hash(name)) }

    private func files(_ kind: NameKind, _ hash: UInt64) -> [Int] {
        numbers(kind, hash).map { fileNumber(of: $0) }
    }

    /// Modules that there are, also those that only have others in them.
    func hasModule(_ path: NamePath) -> Bool { hasModule(path) { _ in true } }

    /// Whether there is one because of a certain file.
    func hasModule(_ path: NamePath, since isMeant: (Int) -> Bool) -> Bool {
        var isThere = false
        forEach(.module, path.hash) { isThere = isThere || isMeant(fileNumber(of: $0)) }
        return isThere
    }
}

/// What is found under a hash.
private enum NameKind: UInt64 {
    case path, name, `extension`, attribute, conformance, file, module, fileName, include

    func mixed(_ hash: UInt64) -> UInt64 { hash ^ (rawValue + 1) &* 0x9E37_79B9_7F4A_7C15 }
}

extension PreparedFile {
    var counts: LinkCache.Counts { LinkCache.Counts(facts) }

    /// What is found in the file, as numbers from 0.
    var entries: [NameTable.Entry] {
        var entries: [NameTable.Entry] = []
        entries.reserveCapacity(2 * facts.definitions.count + 8)
        func add(_ kind: NameKind, _ hash: UInt64, _ number: Int) {
            entries.append(NameTable.Entry(hash: kind.mixed(hash), number: UInt32(number)))
        }
        let family = NamePath(family: language.family)
        for index in facts.definitions.indices.dropFirst() {
            let definition = facts.definitions[index]
            let parent = definition.parent
            add(.path, paths[index].hash, index)
            // It has its name beside its type as well.
            if definition.kind == .enumMember, definition.isStatic, parent > 0 {
                let around = max(0, facts.definitions[parent].parent)
                add(.path, paths[around].appending(definition.name).hash, index)
            }
            let name = NamePath.hash(definition.name)
            add(.name, family.appending(name).hash, index)
            if definition.extends != nil, let type = facts.typeName(of: index) {
                add(.extension, family.appending(type).appending(name).hash, index)
            }
            guard definition.kind == .namespace || definition.kind == .module else { continue }
            add(.module, paths[index].hash, 0)
            guard parent >= 0, parent < index else { continue }
            var path = paths[parent]
            for part in LinkedFile.parts(definition.name) {
                path = path.appending(part)
                add(.module, path.hash, 0)
            }
        }
        for (place, attribute) in facts.attributes.enumerated() {
            add(.attribute, paths[attribute.owner].appending(attribute.name).hash, place)
        }
        for (place, conformance) in facts.conformances.enumerated() {
            let name = LinkedFile.parts(conformance.type).last ?? conformance.type
            add(.conformance, NamePath.hash(name), place)
        }
        add(.file, module.hash, 0)
        for path in ownModules { add(.module, path.hash, 0) }
        add(.fileName, NamePath.hash(PathIndex.name(of: self.path)), 0)
        if language.links.hasIncludes {
            for item in facts.imports { add(.include, NamePath.hash(item.includedName), 0) }
        }
        return entries
    }

    /// The modules that are there because of the file, without those that are in it.
    var ownModules: [NamePath] {
        var path = NamePath(family: language.family)
        return moduleSegments.map {
            path = path.appending($0)
            return path
        }
    }
}
