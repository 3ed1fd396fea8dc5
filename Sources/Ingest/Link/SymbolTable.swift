// SPDX-License-Identifier: Apache-2.0
//
// All definitions of a tree, by where their names are and by their names alone.

import Platform

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
                paths.append(
                    isSpace
                        ? outer.appending(all: LinkedFile.parts(definition.name))
                        : outer.appending(definition.name))
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
    func typeName(of index: Int) -> String? {
        let definition = facts.definitions[index]
        if let extended = definition.extends { return Self.parts(extended).last ?? extended }
        guard definition.parent > 0, facts.definitions[definition.parent].isType else {
            return nil
        }
        return facts.definitions[definition.parent].name
    }
}

/// A definition, as a number among all.
typealias Symbol = Int

final class SymbolTable: Sendable {
    let files: [LinkedFile]
    let index: PathIndex
    /// By the bytes of their paths: two texts with one meaning may be two files.
    private let fileOfPath: [UInt64: Int]
    private let fileOfSymbol: [Int32]
    /// Definitions with one name path, or one name, are a chain each.
    private let byPath: Chains
    private let byName: Chains
    /// Members of types that stand elsewhere, by the type's last name and their own.
    private let extensions: Chains
    private let attributes: [NamePath: [(file: Int, attribute: Int)]]
    /// Bases that are given to a type elsewhere, by the type's last name.
    private let conformances: [String: [(file: Int, conformance: Int)]]
    private let filesOfModule: [NamePath: [Int]]
    /// Modules that there are, also those that only have others in them.
    private let modules: Set<NamePath>
    /// What the languages noted of their files, by family.
    private let notes: [String: [String: [String]]]

    /// The files in the order of their paths.
    init(_ inputs: [PreparedFile], _ index: PathIndex) throws {
        var files: [LinkedFile] = []
        files.reserveCapacity(inputs.count)
        var fileOfSymbol: [Int32] = []
        for input in inputs {
            let file = LinkedFile(input, first: fileOfSymbol.count)
            fileOfSymbol += repeatElement(Int32(files.count), count: file.paths.count)
            files.append(file)
        }
        self.files = files
        self.index = index
        self.fileOfSymbol = fileOfSymbol
        fileOfPath = Dictionary(
            files.enumerated().map { (NamePath.hash($1.path), $0) }, uniquingKeysWith: { a, _ in a }
        )
        // They are large, and have nothing to do with each other.
        let count = fileOfSymbol.count
        var chains: [[Chains]] = []
        let all = files
        try OrderedWork.run(
            2, threads: 2, lead: 2,
            makeWorker: { { $0 == 0 ? Self.paths(all, count) : Self.names(all, count) } },
            consume: { chains.append($1) })
        byPath = chains[0][0]
        byName = chains[1][0]
        extensions = chains[1][1]
        var attributes: [NamePath: [(file: Int, attribute: Int)]] = [:]
        var conformances: [String: [(file: Int, conformance: Int)]] = [:]
        var filesOfModule: [NamePath: [Int]] = [:]
        var modules: Set<NamePath> = []
        for (number, file) in files.enumerated() {
            for index in file.facts.definitions.indices.dropFirst() {
                let definition = file.facts.definitions[index]
                guard definition.kind == .namespace || definition.kind == .module else { continue }
                modules.insert(file.paths[index])
                guard definition.parent >= 0, definition.parent < index else { continue }
                var path = file.paths[definition.parent]
                for part in LinkedFile.parts(definition.name) {
                    path = path.appending(part)
                    modules.insert(path)
                }
            }
            for (place, attribute) in file.facts.attributes.enumerated() {
                let path = file.paths[attribute.owner].appending(attribute.name)
                attributes[path, default: []].append((number, place))
            }
            for (place, conformance) in file.facts.conformances.enumerated() {
                let name = LinkedFile.parts(conformance.type).last ?? conformance.type
                conformances[name, default: []].append((number, place))
            }
            filesOfModule[file.module, default: []].append(number)
            var path = NamePath(family: file.language.family)
            for segment in file.moduleSegments {
                path = path.appending(segment)
                modules.insert(path)
            }
        }
        self.attributes = attributes
        self.conformances = conformances
        self.filesOfModule = filesOfModule
        self.modules = modules
        var notes: [String: [String: [String]]] = [:]
        for file in files where notes[file.language.family] == nil {
            let family = file.language.family
            notes[family] = file.language.links.notes(
                files.filter { $0.language.family == family }, index)
        }
        self.notes = notes
    }

    private static func paths(_ files: [LinkedFile], _ count: Int) -> [Chains] {
        var byPath = Chains(capacity: count)
        for file in files {
            for index in file.facts.definitions.indices.dropFirst() {
                let symbol = file.first + index
                byPath.add(symbol, file.paths[index].hash)
                guard file.facts.definitions[index].kind == .enumMember else { continue }
                let definition = file.facts.definitions[index]
                // It has its name beside its type as well.
                guard definition.isStatic, definition.parent > 0 else { continue }
                let around = file.facts.definitions[definition.parent].parent
                byPath.add(symbol, file.paths[max(0, around)].appending(definition.name).hash)
            }
        }
        return [byPath]
    }

    private static func names(_ files: [LinkedFile], _ count: Int) -> [Chains] {
        var byName = Chains(capacity: count)
        var extensions = Chains(capacity: 16)
        for file in files {
            let family = NamePath(family: file.language.family)
            for index in file.facts.definitions.indices.dropFirst() {
                let symbol = file.first + index
                let name = NamePath.hash(file.facts.definitions[index].name)
                byName.add(symbol, family.appending(name).hash)
                if file.facts.definitions[index].extends != nil, let type = file.typeName(of: index)
                {
                    extensions.add(symbol, family.appending(type).appending(name).hash)
                }
            }
        }
        return [byName, extensions]
    }

    func note(_ name: String, of family: String) -> [String] { notes[family]?[name] ?? [] }

    func hasNotes(of family: String) -> Bool { notes[family]?.isEmpty == false }

    func file(at path: String) -> Int? { fileOfPath[NamePath.hash(path)] }

    func file(of symbol: Symbol) -> LinkedFile { files[Int(fileOfSymbol[symbol])] }
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

    /// In the order of files and of what is in them.
    func symbols(at path: NamePath) -> [Symbol] { byPath[path.hash] }

    func symbols(named name: String, in family: NamePath) -> [Symbol] {
        byName[family.appending(name).hash]
    }

    func extensionMembers(_ name: String, ofTypeNamed type: String, in family: NamePath)
        -> [Symbol]
    {
        extensions[family.appending(type).appending(name).hash]
    }

    func attributes(at path: NamePath) -> [(file: Int, attribute: Int)] { attributes[path] ?? [] }

    func conformances(ofTypeNamed type: String) -> [(file: Int, conformance: Int)] {
        conformances[type] ?? []
    }

    func files(of module: NamePath) -> [Int] { filesOfModule[module] ?? [] }

    func hasModule(_ path: NamePath) -> Bool { modules.contains(path) }

    /// Numbers by hashes, those of one in the order in which they came. The hashes are spread
    /// already: where one is looked for first, its bits say.
    private struct Chains: Sendable {
        private var slots: [(hash: UInt64, first: Int32, last: Int32)]
        private var links: [(symbol: Int32, next: Int32)] = []
        private var count = 0

        init(capacity: Int) {
            slots = Self.empty(capacity)
            links.reserveCapacity(capacity)
        }

        /// At least half of them stay free.
        private static func empty(
            _ capacity: Int
        ) -> [(hash: UInt64, first: Int32, last: Int32)] {
            var size = 16
            while size < 2 * capacity { size *= 2 }
            return Array(repeating: (0, -1, -1), count: size)
        }

        /// The slot of a hash, or the free one that it would get.
        private func slot(of hash: UInt64) -> Int {
            let mask = slots.count - 1
            var slot = Int(truncatingIfNeeded: hash) & mask
            while slots[slot].first >= 0, slots[slot].hash != hash { slot = (slot + 1) & mask }
            return slot
        }

        mutating func add(_ symbol: Symbol, _ hash: UInt64) {
            let place = Int32(links.count)
            links.append((Int32(symbol), -1))
            let slot = slot(of: hash)
            if slots[slot].first >= 0 {
                links[Int(slots[slot].last)].next = place
                slots[slot].last = place
                return
            }
            slots[slot] = (hash, place, place)
            count += 1
            if 2 * count > slots.count { grow() }
        }

        private mutating func grow() {
            let old = slots
            slots = Self.empty(old.count)
            for entry in old where entry.first >= 0 { slots[slot(of: entry.hash)] = entry }
        }

        subscript(hash: UInt64) -> [Symbol] {
            var place = slots[slot(of: hash)].first
            if place < 0 { return [] }
            var symbols: [Symbol] = []
            while place >= 0 {
                symbols.append(Int(links[Int(place)].symbol))
                place = links[Int(place)].next
            }
            return symbols
        }
    }
}
