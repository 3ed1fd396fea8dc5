// SPDX-License-Identifier: Apache-2.0
//
// What may stand for a word that somebody has begun: said by options and operands, looked up in the
// store where it is the store's.

import Ingest
import Query
import SegmentStore

enum CompletionWords: Sendable {
    /// Anything, which nobody can guess.
    case none
    case words([String])
    /// Words with commas between.
    case list([String])
    /// What can be parsed, as a list: only looked up when it is asked for, for that takes longer
    /// than most commands.
    case languages
    /// Of the system, which shells know better.
    case files, folders
    /// Of the store.
    case relations, commits, keys, names, paths

    static let edgeKinds = CompletionWords.list([
        "calls", "uses", "implements", "extends", "imports", "contains",
    ])
    static let resolutions = CompletionWords.list([
        "exact", "probable", "ambiguous", "external", "unresolved",
    ])
    static let entityKinds = CompletionWords.list([
        "function", "method", "struct", "class", "enum", "trait", "interface", "module",
        "constant", "variable", "type_alias", "macro", "field", "constructor", "namespace",
    ])

    /// By what help calls it.
    init(operand: String) {
        switch operand {
        case "key", "from", "to": self = .keys
        case "text": self = .names
        case "dir": self = .folders
        case "file": self = .files
        case "old", "new": self = .commits
        case "shell": self = .words(Shell.allCases.map(\.rawValue))
        default: self = .none
        }
    }

    private static let shownCount = 100

    /// Those that begin with `word`; `line` says which store they are of.
    func found(_ word: String, _ line: Arguments) throws -> [String] {
        switch self {
        case .none, .files, .folders: return []
        case .words(let words): return words.filter { $0.hasPrefix(word) }
        case .list(let words): return Self.inList(words, word)
        case .languages:
            // One language may have several grammars.
            var seen = Set<String>()
            return Self.inList(LanguageTable.names.filter { seen.insert($0).inserted }, word)
        case .relations:
            return try StoreLocation.schema(line).relations.map(\.name)
                .filter { $0.hasPrefix(word) }
        case .commits:
            let store = try StoreLocation.open(try StoreLocation.find(line), .readOnly)
            let labels = try store.history().flatMap { ["\($0.generation)", $0.label] }
            return Array(Set(labels)).filter { !$0.isEmpty && $0.hasPrefix(word) }.sorted()
        case .keys, .names, .paths:
            let search = PrefixSearch(try StoreLocation.graph(line).reader(), Self.shownCount)
            return try find(word, search)
        }
    }

    /// Those that may stand behind the last comma, and are not there yet.
    private static func inList(_ words: [String], _ word: String) -> [String] {
        let last = word.lastIndex(of: ",").map { word.index(after: $0) } ?? word.startIndex
        let given = Set(word[..<last].split(separator: ",").map(String.init))
        return words.filter { !given.contains($0) }.map { word[..<last] + $0 }
            .filter { $0.hasPrefix(word) }
    }

    private func find(_ word: String, _ search: PrefixSearch) throws -> [String] {
        switch self {
        case .names: return try search.names(word)
        case .paths: return try search.files(word)
        // Anybody who types a whole key has come to its first colon.
        case .keys where word.contains(":"): return try search.keys(word)
        default:
            let found = try search.names(word) + search.files(word)
            return found.isEmpty ? try search.keys(word) : found
        }
    }
}
