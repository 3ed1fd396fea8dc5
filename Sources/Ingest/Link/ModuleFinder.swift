// SPDX-License-Identifier: Apache-2.0
//
// The table as languages ask it where modules are. What is asked for is noted: a file that comes or
// goes may be an answer.

final class ModuleFinder {
    private let table: SymbolTable
    /// As dependencies of links.
    private var asked: [UInt32] = []

    init(_ table: SymbolTable) { self.table = table }

    /// What was asked since this was called last.
    func takeAsked() -> [UInt32] {
        defer { asked = [] }
        return asked
    }

    subscript(number: Int) -> LinkedFile { table.files[number] }

    func file(at path: String) -> Int? {
        asked.append(Linker.dependency(onFile: path))
        return table.file(at: path)
    }

    func has(file path: String) -> Bool {
        asked.append(Linker.dependency(onFile: path))
        return table.index.has(file: path)
    }

    func has(directory path: String) -> Bool {
        asked.append(Linker.dependency(onDirectory: path))
        return table.index.has(directory: path)
    }

    func files(of module: NamePath) -> [Int] {
        asked.append(Linker.dependency(onModule: module))
        return table.files(of: module)
    }

    func hasModule(_ module: NamePath) -> Bool {
        asked.append(Linker.dependency(onModule: module))
        return table.hasModule(module)
    }

    /// Files that end with a path.
    func paths(endingWith path: String) -> [String] {
        asked.append(Linker.dependency(onFile: path))
        let end = "/" + path
        return table.files(named: PathIndex.name(of: path)).map { table.files[$0].path }
            .filter { ("/" + $0).hasSuffix(end) }
    }

    func note(_ name: String, of family: String) -> [String] {
        asked.append(Linker.dependency(on: name))
        return table.note(name, of: family)
    }

    func imports(of number: Int) -> [Import] {
        asked.append(Linker.dependency(onImportsOf: table.files[number].path))
        return table.files[number].facts.imports
    }

    /// A manifest more or less links all anew.
    func hasNotes(of family: String) -> Bool { table.hasNotes(of: family) }

    /// What imports name is noted as it is.
    func symbols(at path: NamePath) -> [Symbol] { table.symbols(at: path) }
}

extension Linker {
    /// On whether there is a file: by its name without its extension, and that of its folder where
    /// many have the same.
    static func dependency(onFile path: String) -> UInt32 {
        let stem = PathIndex.stem(of: path)
        guard folderStems.contains(stem) else { return dependency(on: stem) }
        return dependency(on: PathIndex.name(of: PathIndex.parent(of: path)) + "/" + stem)
    }

    private static let folderStems: Set<String> = [
        "__init__", "index", "init", "lib", "main", "mod",
    ]

    static func dependency(onDirectory path: String) -> UInt32 {
        dependency(on: PathIndex.name(of: path))
    }

    /// On which files a module has.
    static func dependency(onModule module: NamePath) -> UInt32 {
        UInt32(truncatingIfNeeded: module.hash)
    }

    /// Noted, for one more may be among them.
    func files(of module: NamePath) -> [Int] {
        dependencies.append(Self.dependency(onModule: module))
        return table.files(of: module)
    }
}
