// SPDX-License-Identifier: Apache-2.0
//
// Reads a file once, says whether it is source and in what language, and parses it if it is not
// known yet. Of one thread.

import Codec
import Glibc
import Platform

/// What is in the store of a file.
struct KnownFile: Sendable, Equatable {
    var language: String
    var contentHash: String
    var parser: String
}

struct SourceFile: Sendable {
    let language: String
    let parser: String
    let byteCount: Int
    /// XXH3 of the content, as 16 hexadecimal digits.
    let contentHash: String
    let hash: UInt64
    /// Nil if the store has it all already.
    let content: FileRows?
}

enum FileOutcome: Sendable {
    case source(SourceFile)
    case ignored(IgnoredReason)
    /// Deleted since the directory was listed.
    case gone
}

package final class SourceReader {
    /// Its part of what a file's facts depend on: to be changed with any rule.
    package static let rulesVersion = 36
    /// A file with a zero byte among so many of its first bytes is binary, as it is for git.
    private static let sniffedByteCount = 8000

    private let languages: LanguageTable
    private let byteLimit: Int
    private let includesTests: Bool
    private let buffer = ByteBuffer(capacity: 64 << 10)
    private lazy var blanked = ByteBuffer(capacity: 64 << 10)
    private let parser = Parser()
    private var knownRoot: (given: String, found: String?)?

    init(_ languages: LanguageTable, byteLimit: Int, includesTests: Bool) {
        self.languages = languages
        self.byteLimit = byteLimit
        self.includesTests = includesTests
    }

    func read(_ entry: SourceWalker.Entry, in root: String, known: KnownFile?) -> FileOutcome {
        let status: FileStatus
        switch entry.content {
        case .ignored(let reason): return .ignored(reason)
        case .file(let found): status = found
        }
        let name = entry.name
        var index = LanguageTable.index(forName: name)
        if index == nil, SourceLanguage.named(by: name) != nil { return .ignored(.noParser) }
        if index != nil, status.byteCount > byteLimit { return .ignored(.tooLarge) }
        do throws(SystemError) {
            try fill(
                entry.path, in: root,
                index == nil ? Self.sniffedByteCount : status.byteCount)
            if index == nil {
                // A script may say on its first line what it is.
                if !name.utf8.contains(UInt8(ascii: ".")) {
                    index = Interpreter.language(buffer.bytes).flatMap(LanguageTable.index(of:))
                }
                guard index != nil else {
                    return .ignored(isBinary ? .binary : .unknownExtension)
                }
                if status.byteCount > byteLimit { return .ignored(.tooLarge) }
                try fill(entry.path, in: root, status.byteCount)
            }
        } catch {
            return error.isMissing ? .gone : .ignored(.unreadable)
        }
        guard var index else { return .ignored(.unknownExtension) }
        if isBinary { return .ignored(.binary) }
        if name.hasSuffix(".h"), HeaderLanguage.isCPP(buffer.bytes) {
            index = LanguageTable.index(of: "cpp") ?? index
        }
        return parse(entry.path, index, known)
    }

    /// What a file is that needs not be read; nil if it does.
    /// - Parameter seen: what was found in it the last time, if it is the same file still.
    func unread(
        _ entry: SourceWalker.Entry, known: KnownFile?, seen: StatCache.Verdict?
    ) -> FileOutcome? {
        let status: FileStatus
        switch entry.content {
        case .ignored(let reason): return .ignored(reason)
        case .file(let found): status = found
        }
        switch seen {
        case nil: return nil
        case .ignored(let reason): return .ignored(reason)
        case .source(let hash):
            guard let known, known.contentHash == hexadecimal(hash),
                languages.isCurrent(known.parser, of: known.language, suffix: suffix)
            else { return nil }
            return .source(
                SourceFile(
                    language: known.language, parser: known.parser, byteCount: status.byteCount,
                    contentHash: known.contentHash, hash: hash, content: nil))
        }
    }

    private var suffix: String { ", rules \(Self.rulesVersion)\(includesTests ? ", tests" : "")" }

    private var isBinary: Bool { buffer.bytes.prefix(Self.sniffedByteCount).contains(0) }

    private func parse(_ path: String, _ index: Int, _ known: KnownFile?) -> FileOutcome {
        let compiled: CompiledLanguage
        do throws(GrammarFolder.Failure) {
            compiled = try languages.compiled(index)
        } catch {
            return .ignored(.noGrammar)
        }
        let bytes = buffer.bytes
        let sum = xxh3(bytes)
        let hash = hexadecimal(sum)
        let version = "\(compiled.language.grammar) \(compiled.grammar.version)\(suffix)"
        func file(_ rows: FileRows?) -> FileOutcome {
            .source(
                SourceFile(
                    language: compiled.language.name, parser: version, byteCount: bytes.count,
                    contentHash: hash, hash: sum, content: rows))
        }
        if let known, known.contentHash == hash, known.parser == version { return file(nil) }
        guard let tree = parser.parse(seen(bytes, compiled.language), compiled.grammar),
            let facts = Extractor.facts(of: tree, by: parser, compiled, bytes, path: path)
        else { return .ignored(.tooHard) }
        return file(
            FileRows(
                facts, bytes, path: path, language: compiled.language.name, contentHash: hash,
                includesTests: includesTests))
    }

    /// What the parser gets to see of a file.
    private func seen(
        _ bytes: UnsafeRawBufferPointer, _ language: Language
    ) -> UnsafeRawBufferPointer {
        guard let blanks = language.blanks?(bytes), !blanks.isEmpty else { return bytes }
        blanked.removeAll()
        let start = blanked.appendUninitialized(bytes.count)
        let target = UnsafeMutableRawBufferPointer(start: start, count: bytes.count)
        target.copyMemory(from: bytes)
        for range in blanks {
            for place in range { target[place] = UInt8(ascii: " ") }
        }
        return blanked.bytes
    }

    private func fill(_ path: String, in root: String, _ byteCount: Int) throws(SystemError) {
        let file = try File(Directory.join(root, path), .read)
        // A folder on the way, or the file, may be a link since it was listed, and lead elsewhere.
        if let base = systemRoot(root), let place = file.systemPath,
            place != Directory.join(base, path)
        {
            throw SystemError(.open, path, ENOENT)
        }
        buffer.removeAll()
        let start = buffer.appendUninitialized(byteCount)
        let target = UnsafeMutableRawBufferPointer(start: start, count: byteCount)
        buffer.truncate(to: try file.read(target, at: 0))
    }

    /// As files in it are named by the system, which may not be as it was given.
    private func systemRoot(_ root: String) -> String? {
        if let knownRoot, knownRoot.given == root { return knownRoot.found }
        let found = (try? File(root, .read))?.systemPath
        knownRoot = (root, found)
        return found
    }
}

func hexadecimal(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
}

/// The language of a script, as its first line has it: `#!/usr/bin/env python3`.
private enum Interpreter {
    static func language(_ bytes: UnsafeRawBufferPointer) -> String? {
        guard bytes.starts(with: "#!".utf8) else { return nil }
        let line = bytes.dropFirst(2).prefix(200).prefix { $0 != 10 && $0 != 13 }
        let words = line.split { $0 == 32 || $0 == 9 }.map { String(decoding: $0, as: UTF8.self) }
        var name: String?
        for word in words {
            let last = word.split(separator: "/").last.map { String($0) } ?? word
            if last == "env" || last.hasPrefix("-") || last.utf8.contains(UInt8(ascii: "=")) {
                continue
            }
            name = last
            break
        }
        guard let name else { return nil }
        let stem = String(name.prefix { !$0.isNumber && $0 != "." })
        return languages[stem]
    }

    private static let languages = [
        "python": "python", "pypy": "python", "node": "javascript", "nodejs": "javascript",
        "deno": "typescript", "ruby": "ruby", "bash": "bash", "sh": "bash", "dash": "bash",
        "zsh": "bash", "ksh": "bash", "php": "php", "lua": "lua", "luajit": "lua",
        "elixir": "elixir", "swift": "swift", "scala": "scala",
    ]
}

/// A `.h` may be of either language: what only C++ has decides, outside of what the preprocessor
/// keeps for C++ alone.
private enum HeaderLanguage {
    static func isCPP(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var isInComment = false
        var cppOnlyDepth = 0
        var depth = 0
        for line in bytes.split(separator: 10) {
            var text = line.drop { $0 == 32 || $0 == 9 }
            if isInComment {
                guard let end = firstRange(of: "*/", in: text) else { continue }
                text = text[end...].drop { $0 == 32 || $0 == 9 }
                isInComment = false
            }
            if text.starts(with: "/*".utf8) {
                isInComment = firstRange(of: "*/", in: text) == nil
                continue
            }
            if text.first == UInt8(ascii: "#") {
                let word = text.dropFirst().drop { $0 == 32 || $0 == 9 }
                if word.starts(with: "if".utf8) {
                    depth += 1
                    if cppOnlyDepth == 0, firstRange(of: "__cplusplus", in: word) != nil,
                        !word.starts(with: "ifndef".utf8)
                    {
                        cppOnlyDepth = depth
                    }
                } else if word.starts(with: "el".utf8) {
                    if cppOnlyDepth == depth { cppOnlyDepth = 0 }
                } else if word.starts(with: "endif".utf8) {
                    if cppOnlyDepth == depth { cppOnlyDepth = 0 }
                    depth = max(0, depth - 1)
                } else if cppOnlyDepth == 0, word.starts(with: "include <".utf8) {
                    let name = word.dropFirst("include <".utf8.count).prefix { $0 != 62 }
                    if !name.isEmpty, !name.contains(46), !name.contains(47) { return true }
                }
                continue
            }
            if cppOnlyDepth > 0 { continue }
            if marks.contains(where: { text.starts(with: $0.utf8) }) { return true }
        }
        return false
    }

    private static let marks = [
        "class ", "namespace ", "template <", "template<", "public:", "private:", "protected:",
        "using ", "virtual ", "constexpr ", "friend ", "explicit ", "inline namespace",
        "enum class",
        "static constexpr", "[[nodiscard]]", "std::",
    ]

    /// Where what is looked for ends.
    private static func firstRange(
        of wanted: String, in text: Slice<UnsafeRawBufferPointer>
    ) -> Int? {
        let wanted = Array(wanted.utf8)
        guard text.count >= wanted.count else { return nil }
        for start in text.startIndex...(text.endIndex - wanted.count)
        where text[start] == wanted[0] && text[start...].starts(with: wanted) {
            return start + wanted.count
        }
        return nil
    }
}
