// SPDX-License-Identifier: Apache-2.0
//
// Grammars, which are shared objects that stand in a folder: `rust-0.24.2.so`.

import CSegstoreTreeSitter
import Platform

/// A grammar that was loaded; it stays so until the process ends.
package struct Grammar: @unchecked Sendable {
    let language: OpaquePointer
    package let version: String
    package var abi: Int { Int(ts_language_abi_version(language)) }

    var symbolCount: Int { Int(ts_language_symbol_count(language)) }

    /// The names of node types, by symbol. Several symbols may have one name.
    func names() -> [String] {
        (0..<symbolCount).map { symbol in
            ts_language_symbol_name(language, TSSymbol(symbol)).map { String(cString: $0) } ?? ""
        }
    }
}

/// Where grammars are looked for, and what was found there.
package final class GrammarFolder: Sendable {
    package struct Failure: Error, CustomStringConvertible, Sendable {
        package let description: String
    }

    /// What names a grammar: the file's name, and the function in it.
    package struct Name: Hashable, Sendable {
        let file: String
        let function: String

        init(_ file: String, _ function: String = "language") {
            self.file = file
            self.function = function
        }
    }

    package let paths: [String]
    private let files: [String: (path: String, version: String)]
    private let loaded = Locked<[Name: Result<Grammar, Failure>]>([:])

    /// The folders are looked through in their order; the first with a grammar gives it.
    package init(_ paths: [String]) {
        self.paths = paths
        var files: [String: (path: String, version: String)] = [:]
        for folder in paths.reversed() {
            let names = (try? Directory.names(in: folder)) ?? []
            for name in names.sorted() where name.hasSuffix(".so") {
                let stem = name.dropLast(".so".count)
                guard let dash = stem.lastIndex(of: "-") else { continue }
                files[String(stem[..<dash])] = (
                    Directory.join(folder, name), String(stem[stem.index(after: dash)...])
                )
            }
        }
        self.files = files
    }

    /// The folder given, or the one that `SEGSTORE_GRAMMARS` names; else those beside the program,
    /// and the user's.
    package static func standard(given: String? = nil) -> GrammarFolder {
        if let path = given ?? Environment["SEGSTORE_GRAMMARS"], !path.isEmpty {
            return GrammarFolder([path])
        }
        var paths: [String] = []
        if let program = try? Environment.resolve("/proc/self/exe") {
            let folder = Directory.parent(of: program)
            paths.append(Directory.join(folder, "grammars"))
            paths.append(Directory.join(Directory.parent(of: folder), "lib/segstore/grammars"))
            // Built in its own repository: .build/<platform>/<configuration>.
            let build = Directory.parent(of: Directory.parent(of: folder))
            if build.hasSuffix("/.build") {
                paths.append(
                    Directory.join(Directory.parent(of: build), "ThirdParty/tree-sitter/grammars"))
            }
        }
        if let data = Environment["XDG_DATA_HOME"], data.hasPrefix("/") {
            paths.append(Directory.join(data, "segstore/grammars"))
        } else if let home = Environment["HOME"], home.hasPrefix("/") {
            paths.append(Directory.join(home, ".local/share/segstore/grammars"))
        }
        return GrammarFolder(paths)
    }

    /// Of a grammar that is there, as its file's name has it.
    func version(_ name: Name) -> String? { files[name.file]?.version }

    package func grammar(_ name: Name) throws(Failure) -> Grammar {
        let result = loaded.withLock { loaded in
            if let known = loaded[name] { return known }
            let result = Self.load(name, files[name.file])
            loaded[name] = result
            return result
        }
        return try result.get()
    }

    private static func load(
        _ name: Name, _ file: (path: String, version: String)?
    ) -> Result<Grammar, Failure> {
        guard let file else {
            return .failure(Failure(description: "there is no grammar '\(name.file)'"))
        }
        var reason: UnsafePointer<CChar>?
        guard let language = segstore_grammar_load(file.path, name.function, &reason) else {
            let reason = reason.map { String(cString: $0) } ?? "cannot be loaded"
            return .failure(Failure(description: "\(file.path): \(reason)"))
        }
        return .success(Grammar(language: language, version: file.version))
    }
}
