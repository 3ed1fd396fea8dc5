// SPDX-License-Identifier: Apache-2.0
//
// What is another in a tree than it was, as names that links may have to be looked at again for.

struct Changes {
    /// As dependencies of links.
    private(set) var names: Set<UInt32> = []
    /// So much is another that all is linked anew.
    private(set) var isAll = false
    /// Families whose notes follow from all their files, of which some have come, gone, or import
    /// others.
    private var families: Set<String> = []
    /// Files that were not there, or are in another module now, and those as they were.
    private var come: [Int: PreparedFile] = [:]
    private var gone: [PreparedFile] = []
    /// Names of files that include others than before.
    private var includers: Set<String> = []

    /// So many are looked at one by one also if they are most of a tree.
    private static let fewFiles = 64

    /// Whether a table of the names that have changed does not do.
    var asksAllFiles: Bool { isAll || !families.isEmpty }

    /// Between what files are now, in the order of their paths, and what the store has of them.
    init(
        _ sources: [Source], _ index: PathIndex, _ known: [String: KnownFile], _ stored: KnownFacts
    ) throws {
        let goneFiles = known.filter { !index.has(file: $0.key) }
        let newFiles = sources.filter { $0.facts != nil }
        let isSame = goneFiles.isEmpty && newFiles.allSatisfy { known[$0.path] != nil }
        let oldIndex = isSame ? index : PathIndex(Array(known.keys))
        let count = goneFiles.count + newFiles.count
        guard !known.isEmpty, count < max(Self.fewFiles, sources.count / 2),
            isSame || Self.areInPlace(sources, known, index, oldIndex)
        else {
            isAll = true
            return
        }
        func before(_ path: String, _ file: KnownFile) throws -> PreparedFile? {
            guard let language = LanguageTable.language(named: file.language),
                let facts = try stored.facts(of: path)
            else { return nil }
            return PreparedFile(path, language, facts, index: oldIndex)
        }
        for (number, source) in sources.enumerated() {
            guard let facts = source.facts else { continue }
            let new = try PreparedFile(source, facts, index)
            guard let file = known[source.path] else {
                comeOrGo(new, oldIndex, index)
                come[number] = new
                continue
            }
            guard let old = try before(source.path, file) else {
                isAll = true
                return
            }
            if old.language.name == new.language.name {
                change(old, new)
            } else {
                comeOrGo(old, oldIndex, index)
                comeOrGo(new, oldIndex, index)
            }
            if old.language.name != new.language.name || old.module != new.module {
                come[number] = new
                gone.append(old)
            }
        }
        for (path, file) in goneFiles {
            guard let old = try before(path, file) else {
                isAll = true
                return
            }
            comeOrGo(old, oldIndex, index)
            gone.append(old)
        }
    }

    /// Whether all files are in the modules that they were in, as far as paths say it.
    private static func areInPlace(
        _ sources: [Source], _ known: [String: KnownFile], _ index: PathIndex,
        _ oldIndex: PathIndex
    ) -> Bool {
        sources.allSatisfy { source in
            guard known[source.path] != nil,
                let language = LanguageTable.language(named: source.language),
                case .path(let segments) = language.links.layout
            else { return true }
            return segments(source.path, index) == segments(source.path, oldIndex)
        }
    }

    private mutating func change(_ old: PreparedFile, _ new: PreparedFile) {
        let changed = new.facts.changedNames(from: old.facts, path: new.path)
        // A manifest is asked in many ways, and seldom another.
        if !changed.isEmpty, new.language.isManifest { isAll = true }
        func own(_ file: PreparedFile) -> [String] {
            file.facts.attributes.filter { $0.owner == 0 }.map(\.name)
        }
        if changed.contains(Linker.dependency(onImportsOf: new.path))
            || new.language.links.notesAskAllFiles && own(new) != own(old)
        {
            importsOthers(new)
        }
        names.formUnion(changed)
    }

    private mutating func comeOrGo(_ file: PreparedFile, _ old: PathIndex, _ new: PathIndex) {
        if file.language.isManifest { isAll = true }
        importsOthers(file)
        names.formUnion(file.facts.changedNames(from: LinkFacts(), path: file.path))
        names.insert(Linker.dependency(onImportsOf: file.path))
        names.insert(Linker.dependency(onFile: file.path))
        var directory = PathIndex.parent(of: file.path)
        while old.has(directory: directory) != new.has(directory: directory) {
            names.insert(Linker.dependency(onDirectory: directory))
            directory = PathIndex.parent(of: directory)
        }
    }

    private mutating func importsOthers(_ file: PreparedFile) {
        let links = file.language.links
        if links.hasIncludes { includers.insert(PathIndex.name(of: file.path)) }
        if links.notesAskAllFiles { families.insert(file.language.family) }
    }

    /// Adds what only the table of all names as they are now can tell.
    mutating func settle(_ table: SymbolTable, notesBefore: [String: [String: [String]]]?) {
        if isAll { return }
        for family in families { names.insert(Linker.dependency(onImportsIn: family)) }
        if let notesBefore {
            for family in families {
                let (before, now) = (notesBefore[family] ?? [:], table.notes[family] ?? [:])
                for name in Set(before.keys).union(now.keys) where before[name] != now[name] {
                    names.insert(Linker.dependency(on: name))
                }
            }
        } else if !families.isEmpty {
            isAll = true
            return
        }
        settleModules(table)
        settleIncludes(table)
    }

    /// Modules that are there for the first time, or not any more.
    private mutating func settleModules(_ table: SymbolTable) {
        let were = Set(gone.flatMap(\.ownModules))
        for file in come.values {
            names.insert(Linker.dependency(onModule: file.module))
            for (name, module) in zip(file.moduleSegments, file.ownModules)
            where !were.contains(module)
                && !table.hasModule(module, since: { come[$0] == nil })
            {
                names.insert(Linker.dependency(on: name))
                names.insert(Linker.dependency(onModule: module))
            }
        }
        for file in gone {
            names.insert(Linker.dependency(onModule: file.module))
            for (name, module) in zip(file.moduleSegments, file.ownModules)
            where !table.hasModule(module) {
                names.insert(Linker.dependency(on: name))
                names.insert(Linker.dependency(onModule: module))
            }
        }
    }

    /// Files that may include one that includes others now, be it through more of them.
    private mutating func settleIncludes(_ table: SymbolTable) {
        var pending = Array(includers)
        while let name = pending.popLast() {
            for number in table.files(including: name) {
                let path = table.path(ofFile: number)
                names.insert(Linker.dependency(onImportsOf: path))
                let next = PathIndex.name(of: path)
                if includers.insert(next).inserted { pending.append(next) }
            }
        }
    }
}
