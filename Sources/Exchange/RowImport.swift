// SPDX-License-Identifier: Apache-2.0
//
// Rows in: files of NDJSON or CSV become one batch, and so one commit.

import CSegstoreJSON
import Codec
import Platform
import SegmentStore

/// What an import takes, and how.
public struct ImportOptions: Sendable {
    /// Where the rows belong; nil if each line says so, as those of a whole store's export do.
    public var relation: String?
    /// How all files are written; nil to go by their names' endings, NDJSON if those say nothing.
    public var format: RowFormat?
    /// Whether the rest is committed when there are lines that are no rows. Otherwise nothing is.
    public var skipsInvalid = false
    /// Whether the rows are all there now is of their scopes, so that other rows of those go.
    public var replacesScopes = false
    /// Of the commit: its label, and what its references must lead to.
    public var write = WriteOptions()

    public init() {}
}

/// A line that is no row.
public struct ImportProblem: Sendable, CustomStringConvertible {
    /// As it was named.
    public let file: String
    /// Counted from 1. Of a CSV record, the first of its lines.
    public let line: Int
    /// What is wrong with it, and what would be right where that is known.
    public let reason: String

    public var description: String { "\(file):\(line): \(reason)" }
}

/// What an import did.
public struct ImportReport: Sendable {
    /// Rows that were taken.
    public var rowCount = 0
    /// Bytes that were read.
    public var byteCount = 0
    /// The first thousand of them.
    public var problems: [ImportProblem] = []
    /// How many lines were no rows, all of them.
    public var problemCount = 0
    /// Of the commit.
    public var receipt: WriteReceipt
}

/// Some lines were no rows, so nothing was committed.
public struct ImportFailure: Error {
    /// The first thousand of them.
    public let problems: [ImportProblem]
    /// All of them.
    public let problemCount: Int
    /// Of the lines that were.
    public let rowCount: Int
}

/// How far an import is.
public struct ImportProgress: Sendable {
    /// Rows so far.
    public let rowCount: Int
    /// Bytes so far.
    public let byteCount: Int
    /// Nil if it is not known how much is to come.
    public let fraction: Double?
}

/// Reads files of rows. Not for two threads.
public final class RowImport {
    private let paths: [String]
    private let options: ImportOptions
    private let open: (String) throws -> TextInput
    /// The first file, read as far as its schemas go.
    private var opened: Opened?
    /// Of the relations that the first file begins with.
    public private(set) var schema = Schema([])

    private struct Opened {
        let input: TextInput
        var lineCount = 0
        /// The line behind the schemas; nil if there is none.
        var line: TextInput.Line?
        /// Where its text is: the window moves on.
        var copy: ByteBuffer?
    }

    private let parser = JSONParser()
    private var problems: [ImportProblem] = []
    private var problemCount = 0
    @exclusivity(unchecked) private var rowCount = 0
    /// Of the files that are done.
    private var doneByteCount = 0
    private var current: TextInput?
    private var scopes: [String: Set<[UInt8]>] = [:]
    private var lastScope: [UInt8] = []
    private var lastScopeRelation: String?

    private static let problemLimit = 1000

    /// '-' is standard input. Reads the schemas that the first file begins with, if any.
    public convenience init(_ paths: [String], _ options: ImportOptions) throws {
        try self.init(paths, options) { try TextInput(path: $0) }
    }

    /// From what `open` makes of the names.
    package init(
        _ paths: [String], _ options: ImportOptions, open: @escaping (String) throws -> TextInput
    ) throws {
        self.paths = paths
        self.options = options
        self.open = open
        guard options.relation == nil, let first = paths.first, format(of: first) == .ndjson else {
            return
        }
        var opened = Opened(input: try open(first))
        try opened.input.skipByteOrderMark()
        while let line = try nextLine(of: opened.input) {
            opened.lineCount += 1
            if case .text(let text) = line {
                if isBlank(text) { continue }
                // One that stands there again is judged where rows are.
                if let relation = try? schemaLine(text),
                    !schema.relations.contains(where: { $0.name == relation.name })
                {
                    schema.relations.append(relation)
                    continue
                }
                // Padding, for the parser reads on behind the end.
                let copy = ByteBuffer(capacity: text.count + TextInput.padding)
                copy.append(text)
                opened.copy = copy
                opened.line = .text(copy.bytes)
                if !options.skipsInvalid, try !saysItsRelation(text) {
                    throw StoreError(
                        .invalidArgument,
                        "its lines do not say where they belong; name the relation with --relation <R>",
                        path: opened.input.name)
                }
            } else {
                opened.line = line
            }
            break
        }
        self.opened = opened
    }

    /// Whether the first line, if it is an object, is one of a whole store's export. Where it is
    /// not, all others would be told off one by one.
    private func saysItsRelation(_ text: UnsafeRawBufferPointer) throws -> Bool {
        guard let tokens = try? parser.parse(text), tokens.first?.kind == .object else {
            return true
        }
        return (try? TaggedLine(tokens)) != nil
    }

    private func schemaLine(_ text: UnsafeRawBufferPointer) throws(RowError) -> RelationSchema {
        let tokens = try parser.parse(text)
        let line = try TaggedLine(tokens)
        guard let range = line.schema else { throw RowError("is a row") }
        return try SchemaText.relation(line.relation, tokens[range])
    }

    private func format(of path: String) -> RowFormat {
        options.format ?? (path.hasSuffix(".csv") ? .csv : .ndjson)
    }

    private func nextLine(of input: TextInput) throws -> TextInput.Line? {
        // What is long and does not even begin like an object is not worth the memory.
        try input.nextLine { text in
            text.first { !Self.isSpace($0) }.map { $0 == UInt8(ascii: "{") } ?? true
        }
    }

    private func isBlank(_ text: UnsafeRawBufferPointer) -> Bool {
        text.allSatisfy(Self.isSpace)
    }

    /// As JSON has it; the fourth of them ends lines.
    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0d
    }

    // MARK: - Into a store

    /// Commits the rows of all files: all of them, or with `skipsInvalid` all that are rows. Throws
    /// `ImportFailure` if some are not and nothing was committed.
    public func run(
        into store: GraphStore,
        progress: ((ImportProgress) -> WriteProgress.Answer)? = nil
    ) throws -> ImportReport {
        if let name = options.relation {
            // Before anything is read, and where it is known what there is.
            _ = try relationSchema(name, store.schema())
        }
        // Asked of names: a pipe must not be opened twice.
        let total = paths.reduce(Optional(0)) { sum, path in
            guard let sum, let status = try? FileStatus(of: path, followingLink: true),
                status.kind == .file
            else { return nil }
            return sum + status.byteCount
        }
        func report() -> WriteProgress.Answer {
            guard let progress else { return .proceed }
            let done = doneByteCount + (current?.consumedByteCount ?? 0)
            return progress(
                ImportProgress(
                    rowCount: rowCount, byteCount: done,
                    fraction: total.map { $0 > 0 ? min(1, Double(done) / Double($0)) : 1 }))
        }
        var write = options.write
        // A store that was exported before it had rows comes back too.
        write.commitsSchema = !schema.relations.isEmpty
        let receipt = try store.write(write) { batch in
            for path in paths { try read(path, into: batch) }
            guard problemCount == 0 || options.skipsInvalid else {
                throw ImportFailure(
                    problems: problems, problemCount: problemCount, rowCount: rowCount)
            }
        } progress: { _ in
            report()
        }
        return ImportReport(
            rowCount: rowCount, byteCount: doneByteCount, problems: problems,
            problemCount: problemCount, receipt: receipt)
    }

    private func relationSchema(_ name: String, _ schema: Schema) throws -> RelationSchema {
        guard let relation = schema.relations.first(where: { $0.name == name }) else {
            throw Schema.unknown(name, among: schema.relations.map(\.name))
        }
        if options.replacesScopes, relation.scope == nil {
            throw StoreError(.invalidArgument, "relation '\(name)' has no scope column")
        }
        return relation
    }

    private func read(_ path: String, into batch: Batch) throws {
        let input: TextInput
        if let opened, path == paths.first {
            input = opened.input
        } else {
            input = try open(path)
            try input.skipByteOrderMark()
        }
        current = input
        defer {
            doneByteCount += input.consumedByteCount
            current = nil
        }
        switch format(of: path) {
        case .ndjson: try readLines(input, batch)
        case .csv: try readRecords(input, batch)
        }
        opened = nil
    }

    private func note(_ input: TextInput, _ line: Int, _ reason: String) {
        problemCount += 1
        guard problems.count < Self.problemLimit else { return }
        problems.append(ImportProblem(file: input.name, line: line, reason: reason))
    }

    // MARK: - NDJSON

    /// What is needed to put lines into one relation.
    private struct Target {
        let name: String
        let relation: Int
        let filler: JSONRowFiller
        let scope: Int?
    }

    private func readLines(_ input: TextInput, _ batch: Batch) throws {
        var number = 0
        let fixed = try options.relation.map { try target($0, batch) }
        var targets: [String: Target] = [:]
        var last: Target?
        func take(_ line: TextInput.Line) throws {
            do {
                guard case .text(let text) = line else {
                    throw RowError(
                        "is no JSON object, or longer than \(TextInput.recordByteLimit >> 20) MiB")
                }
                if isBlank(text) { return }
                let tokens = try parser.parse(text)
                if let fixed {
                    try self.take(tokens, fixed, batch)
                } else {
                    try takeTagged(tokens, &targets, &last, batch)
                }
            } catch let error as RowError {
                note(input, number, error.reason)
            }
        }
        if let opened {
            number = opened.lineCount
            if let line = opened.line { try take(line) }
            withExtendedLifetime(opened) {}
        }
        while let line = try nextLine(of: input) {
            number += 1
            try take(line)
        }
    }

    private func take(
        _ tokens: UnsafeBufferPointer<JSONToken>, _ target: Target, _ batch: Batch
    ) throws {
        try batch.append(to: target.relation) { row in
            try target.filler.fill(row, tokens)
            if let scope = target.scope { try replace(row.text(scope), target.name, batch) }
        }
        rowCount += 1
    }

    /// A line that says what it is.
    private func takeTagged(
        _ tokens: UnsafeBufferPointer<JSONToken>, _ targets: inout [String: Target],
        _ last: inout Target?, _ batch: Batch
    ) throws {
        let line = try TaggedLine(tokens)
        if let range = line.schema {
            return try check(try SchemaText.relation(line.relation, tokens[range]), batch)
        }
        guard let range = line.row else { return }
        // Rows of a relation mostly follow each other.
        if last?.name != line.relation {
            let next = try targets[line.relation] ?? target(line.relation, batch)
            targets[line.relation] = next
            last = next
        }
        guard let last else { return }
        try take(UnsafeBufferPointer(rebasing: tokens[range]), last, batch)
    }

    private func target(_ name: String, _ batch: Batch) throws -> Target {
        guard let relation = batch.storeSchema.relations.firstIndex(where: { $0.name == name })
        else { throw RowError("there is no relation '\(name)'") }
        let schema = batch.storeSchema.relations[relation]
        return Target(
            name: name, relation: relation, filler: JSONRowFiller(schema),
            scope: try scope(of: schema))
    }

    private func scope(of schema: RelationSchema) throws(RowError) -> Int? {
        guard options.replacesScopes else { return nil }
        guard let scope = schema.columns.firstIndex(where: { $0.name == schema.scope }) else {
            throw RowError("relation '\(schema.name)' has no scope column")
        }
        return scope
    }

    /// A schema that comes late must be the store's.
    private func check(_ relation: RelationSchema, _ batch: Batch) throws(RowError) {
        let known = batch.storeSchema.relations.first { $0.name == relation.name }
        guard let known else {
            throw RowError("schemas must stand at the beginning of the first file")
        }
        guard known == relation else {
            throw RowError("the store has another schema of '\(relation.name)'")
        }
    }

    private func replace(
        _ scope: UnsafeRawBufferPointer, _ relation: String, _ batch: Batch
    ) throws {
        // Rows of a scope mostly follow each other.
        if lastScope.elementsEqual(scope) && lastScopeRelation == relation { return }
        lastScope = Array(scope)
        lastScopeRelation = relation
        guard scopes[relation, default: []].insert(lastScope).inserted else { return }
        try batch.replaceScope(String(decoding: scope, as: UTF8.self), in: relation)
    }

    // MARK: - CSV

    private func readRecords(_ input: TextInput, _ batch: Batch) throws {
        guard let name = options.relation else {
            throw StoreError(
                .invalidArgument, "CSV does not say where its rows belong: name the relation",
                path: input.name)
        }
        let relation = try batch.relation(name)
        let schema = batch.storeSchema.relations[relation]
        let scope = try scope(of: schema)
        let reader = CSVReader(input)
        var filler: CSVRowFiller?
        while true {
            do {
                guard try reader.next() else { return }
                guard let filler else {
                    filler = try CSVRowFiller(schema, header: reader.fields)
                    continue
                }
                try batch.append(to: relation) { row in
                    try filler.fill(row, reader.fields)
                    if let scope { try replace(row.text(scope), name, batch) }
                }
                rowCount += 1
            } catch let error as RowError {
                note(input, reader.lineNumber, error.reason)
                // Without columns there is nothing to read.
                if filler == nil { return }
            }
        }
    }
}
