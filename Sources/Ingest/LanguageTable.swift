// SPDX-License-Identifier: Apache-2.0
//
// All languages that can be parsed. A new one is one more row.

import Platform

package final class LanguageTable: Sendable {
    static let languages: [Language] = [
        .rust, .python, .javaScript, .typeScript, .tsx, .go, .java, .c, .cpp, .ruby, .php, .cSharp,
        .swift, .kotlin, .scala, .bash, .lua, .zig, .elixir,
        .json, .toml,
    ]

    /// As the column 'language' has them.
    package static var names: [String] { languages.map(\.name) }

    private static let byExtension: [String: Int] = table { $0.extensions }
    private static let byFileName: [String: Int] = table { $0.fileNames }

    private static func table(_ names: (Language) -> [String]) -> [String: Int] {
        var table: [String: Int] = [:]
        for (index, language) in languages.enumerated() {
            for name in names(language) { table[name] = index }
        }
        return table
    }

    private let folder: GrammarFolder
    private let compiled: [Locked<CompiledLanguage?>]

    package init(_ folder: GrammarFolder) {
        self.folder = folder
        compiled = Self.languages.map { _ in Locked(nil) }
    }

    /// The number of the language that a file with this name is in, as far as that tells.
    static func index(forName name: String) -> Int? {
        byFileName[name] ?? byExtension[SourceLanguage.fileExtension(of: name)]
    }

    static func language(named name: String) -> Language? { languages.first { $0.name == name } }

    static func index(of language: String) -> Int? {
        languages.firstIndex { $0.name == language }
    }

    func compiled(_ index: Int) throws(GrammarFolder.Failure) -> CompiledLanguage {
        if let known = compiled[index].withLock({ $0 }) { return known }
        let language = Self.languages[index]
        let made = CompiledLanguage(language, try folder.grammar(language.grammar))
        return compiled[index].withLock { slot in
            if let known = slot { return known }
            slot = made
            return made
        }
    }

    /// Whether a file of a language would be parsed by just this now.
    func isCurrent(_ parser: String, of language: String, suffix: String) -> Bool {
        Self.languages.contains { row in
            guard row.name == language, let version = folder.version(row.grammar) else {
                return false
            }
            return parser == "\(row.grammar) \(version)\(suffix)"
        }
    }

    /// What can be parsed, and why what cannot be can not.
    package struct Row: Sendable {
        package let language: String
        package let grammar: String
        package let extensions: [String]
        /// Of these, which are whole names.
        package let fileNames: [String]
        package let version: String?
        package let abi: Int?
        package let problem: String?
        /// Of the rules, what the grammar does not know: nothing, if they are of one age.
        package let unknownNames: [String]
    }

    package var rows: [Row] {
        Self.languages.indices.map { index in
            let language = Self.languages[index]
            func row(_ compiled: CompiledLanguage?, _ problem: String?) -> Row {
                Row(
                    language: language.name, grammar: language.grammar.description,
                    extensions: language.extensions + language.fileNames,
                    fileNames: language.fileNames,
                    version: compiled?.grammar.version, abi: compiled?.grammar.abi,
                    problem: problem, unknownNames: compiled?.unknownNames ?? [])
            }
            do throws(GrammarFolder.Failure) {
                return row(try compiled(index), nil)
            } catch {
                return row(nil, error.description)
            }
        }
    }

    package var paths: [String] { folder.paths }

    /// Whether nothing can be parsed.
    package var isEmpty: Bool { Self.languages.allSatisfy { folder.version($0.grammar) == nil } }
}

extension GrammarFolder.Name: CustomStringConvertible {
    package var description: String {
        function == "language" ? file : "\(file):\(function.dropFirst("language_".count))"
    }
}
