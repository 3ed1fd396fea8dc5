// SPDX-License-Identifier: Apache-2.0
//
// Every code that a write can fail with, each provoked for real, and what the error says. After
// each the store is as it was.

import CodeGraph
import Codec
import Foundation
import Platform
import SegmentStore
import TestSupport
import Testing

extension BatchContractTests {
    /// What a write throws; afterwards the store has the ten entities that it had before.
    @discardableResult
    private func expect(
        _ code: StoreError.Code, _ message: String, with options: WriteOptions = WriteOptions(),
        in store: GraphStore? = nil, at location: SourceLocation = #_sourceLocation,
        _ fill: (Batch) throws -> Void
    ) throws -> StoreError {
        let error = #expect(throws: StoreError.self, sourceLocation: location) {
            try (store ?? self.store).write(options, fill)
        }
        let found = try #require(error, sourceLocation: location)
        #expect(found.code == code, "\(found)", sourceLocation: location)
        #expect(found.message.contains(message), "\(found)", sourceLocation: location)
        return found
    }

    private static let ten = (0..<10).map { CodeRows.entity($0) }

    private func expectTen(_ location: SourceLocation = #_sourceLocation) throws {
        let snapshot = try Self.open(path).snapshot()
        #expect(snapshot.generation == 1, sourceLocation: location)
        #expect(
            try TestSupport.differences(snapshot, Self.entities, from: Self.ten) == [],
            sourceLocation: location)
        #expect(
            try Directory.names(in: "\(path)/segments").sorted() == [
                "000001.manifest", "000001.seg",
            ],
            sourceLocation: location)
    }

    private func append(_ row: [Value], to batch: Batch) throws {
        try batch.append(row, to: Self.entities)
    }

    private static func named(_ row: [Value], _ changes: [String: Value?]) -> [String: Value] {
        var values: [String: Value] = [:]
        for (column, value) in zip(CodeGraph.entities.columns, row) { values[column.name] = value }
        for (name, value) in changes { values[name] = value }
        return values
    }

    // MARK: - Rows that cannot be taken

    static let badRows: [(changes: [String: Value?], key: String, reason: String)] = [
        (["colour": "red"], CodeRows.key(20), "relation 'entities' has no column 'colour'"),
        (
            ["start_line": "one"], CodeRows.key(20),
            "column 'start_line' is of type int64, not string"
        ),
        (["code": 7], CodeRows.key(20), "column 'code' is of type string, not integer"),
        (["is_test": 2], CodeRows.key(20), "column 'is_test' is of type bool, not integer"),
        (
            ["kind": .bytes([1])], CodeRows.key(20),
            "column 'kind' is of type enumeration, not bytes"
        ),
        (["key": .some(.null)], "?", "key column 'key' is missing or null"),
        (["key": .some(nil)], "?", "key column 'key' is missing or null"),
        (["signature": .some(.null)], CodeRows.key(20), "column 'signature' is missing or null"),
        (
            ["file": .string(String(repeating: "f", count: 32_769))], CodeRows.key(20),
            "column 'file' has 32769 bytes; the limit is 32768"
        ),
    ]

    @Test(arguments: badRows.indices)
    func invalidRow(number: Int) throws {
        let bad = Self.badRows[number]
        try write(Self.ten)
        let fill: (Batch) throws -> Void = { batch in
            try append(CodeRows.entity(10), to: batch)
            try batch.append(Self.named(CodeRows.entity(20), bad.changes), to: "entities")
            try append(CodeRows.entity(11), to: batch)
        }
        // What is only too large is told apart.
        let code = bad.reason.contains("the limit is") ? StoreError.Code.limitExceeded : .invalidRow
        let error = try expect(code, "1 row cannot be taken, the first: ", fill)
        let problem = RowProblem(relation: "entities", index: 1, key: bad.key, reason: bad.reason)
        #expect(error.rows == [problem])
        #expect(error.message.hasSuffix("\(problem)"))
        try expectTen()

        var options = WriteOptions()
        options.invalidRows = .skip
        let receipt = try store.write(options, fill)
        #expect(receipt.problems == [problem] && receipt.problemCount == 1)
        #expect(receipt.rowCount == 2 && receipt.generation == 2)
        #expect(try differences(from: (0..<12).map { CodeRows.entity($0) }) == [])
    }

    @Test func invalidRowByPosition() throws {
        var error = try expect(.invalidRow, "column number 19 does not exist") { batch in
            try append(CodeRows.entity(0) + [.null], to: batch)
        }
        error = try expect(.invalidRow, "column 'root_l2' is missing or null") { batch in
            try append(CodeRows.entity(0).dropLast(), to: batch)
        }
        #expect(error.rows.first?.key == CodeRows.key(0))
        #expect(try store.snapshot().generation == 0)
    }

    /// Rows of two relations, 1,500 of them wrong.
    private func appendMany(to batch: Batch) throws {
        for number in 0..<1500 {
            try append(CodeRows.entity(number), to: batch)
            if number % 2 == 0 {
                try batch.append(["key": .string("bad \(number)")], to: "entities")
            } else {
                try batch.append(["from": .string("bad \(number)")], to: "edges")
            }
        }
    }

    @Test func manyInvalidRowsAreCountedAndAThousandListed() throws {
        func check(_ rows: [RowProblem]) {
            #expect(rows.count == 1000)
            // Each relation counts its own rows, in the order of the appends.
            #expect(rows.filter { $0.relation == "edges" }.map(\.index) == Array(0..<500))
            #expect(
                rows.filter { $0.relation == "entities" }.map(\.index)
                    == (0..<500).map { $0 * 3 + 1 })
            #expect(rows[0].key == "bad 0" && rows[1].key == "bad 1, ?, ?")
        }
        check(try expect(.invalidRow, "1500 rows cannot be taken, the first: ", appendMany).rows)
        #expect(try store.snapshot().generation == 0)
        var options = WriteOptions()
        options.invalidRows = .skip
        let receipt = try store.write(options, appendMany)
        check(receipt.problems)
        #expect(receipt.problemCount == 1500 && receipt.rowCount == 1500)
        #expect(try differences(from: (0..<1500).map { CodeRows.entity($0) }) == [])
        #expect(try store.snapshot().rowCount("edges") == 0)
    }

    @Test func aBatchOfInvalidRowsOnlyIsEmpty() throws {
        try write(Self.ten)
        var options = WriteOptions()
        options.invalidRows = .skip
        let receipt = try store.write(options) { try $0.append(["key": "bad"], to: "entities") }
        #expect(receipt.isEmpty && receipt.generation == 1)
        #expect(receipt.problemCount == 1 && receipt.problems.count == 1)
        try expectTen()
    }

    // MARK: - Duplicates

    private static var rejecting: WriteOptions {
        var options = WriteOptions()
        options.duplicates = .reject
        return options
    }

    @Test func duplicateKey() throws {
        try write(Self.ten)
        let fill: (Batch) throws -> Void = { batch in
            try append(CodeRows.entity(3, version: 5), to: batch)
            try append(CodeRows.entity(20), to: batch)
            try append(CodeRows.entity(20, version: 1), to: batch)
            try append(CodeRows.entity(21), to: batch)
        }
        let error = try expect(
            .duplicateKey, "2 rows have keys that may not come again, the first: entities row 2 ",
            with: Self.rejecting, fill)
        let expected = [
            RowProblem(
                relation: "entities", index: 2, key: CodeRows.key(20),
                reason: "its key stands in the batch already"),
            RowProblem(
                relation: "entities", index: 0, key: CodeRows.key(3),
                reason: "its key is in the store already"),
        ]
        #expect(error.rows == expected)
        try expectTen()

        var options = Self.rejecting
        options.invalidRows = .skip
        let receipt = try store.write(options, fill)
        #expect(receipt.problems == expected && receipt.problemCount == 2)
        let rows = Self.ten + [CodeRows.entity(20), CodeRows.entity(21)]
        #expect(try differences(from: rows) == [])
        #expect(try store.verify().isSound)
    }

    /// The index is that of the row as it was appended, whatever was refused before it; and of
    /// both kinds together no more than a thousand are listed.
    @Test func duplicatesAndInvalidRowsAreListedTogether() throws {
        try write(Self.ten)
        var options = Self.rejecting
        options.invalidRows = .skip
        func receipt(_ count: Int) throws -> WriteReceipt {
            try store.write(options) { batch in
                for _ in 0..<count {
                    try batch.append(["key": "bad"], to: "entities")
                    try append(CodeRows.entity(count), to: batch)
                }
                try append(CodeRows.entity(5), to: batch)
            }
        }
        let few = try receipt(20)
        #expect(few.problemCount == 20 + 19 + 1)
        let (bad, rest) = (few.problems.prefix(20), few.problems.dropFirst(20))
        #expect(bad.map(\.index) == (0..<20).map { $0 * 2 })
        #expect(rest.dropLast().map(\.index) == (1..<20).map { $0 * 2 + 1 })
        #expect(rest.last?.index == 40 && rest.last?.key == CodeRows.key(5))

        let many = try receipt(800)
        #expect(many.problemCount == 800 + 799 + 1)
        #expect(many.problems.count == 1000)
        #expect(
            try differences(from: Self.ten + [CodeRows.entity(20), CodeRows.entity(800)]) == [])
    }

    /// Who deletes a key, or replaces the scope it is in, may give it again.
    @Test func aKeyThatTheBatchDeletesIsNoDuplicate() throws {
        try write(Self.ten)
        try store.write(Self.rejecting) { batch in
            try batch.delete(key: .string(CodeRows.key(3)), from: "entities")
            try append(CodeRows.entity(3, version: 1), to: batch)
            try append(CodeRows.entity(30), to: batch)
            try batch.delete(key: .string(CodeRows.key(30)), from: "entities")
            try append(CodeRows.entity(30, version: 1), to: batch)
        }
        var rows = Self.ten + [CodeRows.entity(30, version: 1)]
        rows[3] = CodeRows.entity(3, version: 1)
        #expect(try differences(from: rows) == [])
        // Deleted too late.
        try expect(.duplicateKey, "1 row has", with: Self.rejecting) { batch in
            try append(CodeRows.entity(40), to: batch)
            try append(CodeRows.entity(40), to: batch)
            try batch.delete(key: .string(CodeRows.key(40)), from: "entities")
        }
        try store.write(Self.rejecting) { batch in
            try batch.replaceScope(CodeRows.file(0), in: "entities")
            for number in 0..<10 { try append(CodeRows.entity(number, version: 2), to: batch) }
        }
        rows = (0..<10).map { CodeRows.entity($0, version: 2) } + rows[10...]
        #expect(try differences(from: rows) == [])
        #expect(try store.verify().isSound)
    }

    // MARK: - Limits

    @Test func limitExceededByTheBatch() throws {
        try write(Self.ten)
        var options = WriteOptions()
        options.rowLimit = 100
        try expect(.limitExceeded, "the batch has more than 100 rows", with: options) { batch in
            for number in 0..<101 { try append(CodeRows.entity(number), to: batch) }
        }
        try expectTen()
        // Of all relations together.
        try expect(.limitExceeded, "the batch has more than 100 rows", with: options) { batch in
            for number in 0..<60 {
                try append(CodeRows.entity(number), to: batch)
                try batch.append(CodeRows.edge(number, 0), to: Self.edges)
            }
        }
        try expectTen()
        let full = try store.write(options) { batch in
            for number in 0..<100 { try append(CodeRows.entity(number), to: batch) }
        }
        #expect(full.rowCount == 100)
    }

    @Test func limitExceededByTheLabel() throws {
        try write(Self.ten)
        var options = WriteOptions()
        options.label = String(repeating: "é", count: Limits.labelByteCount / 2) + "l"
        try expect(.limitExceeded, "a label has at most 4096 bytes", with: options) { batch in
            try append(CodeRows.entity(10), to: batch)
        }
        try expectTen()
        options.label.removeLast()
        try store.write(options) { try append(CodeRows.entity(10), to: $0) }
        #expect(try Self.open(path).history().first?.label == options.label)
    }

    /// A value that is too long, and a row, is a row that cannot be taken: others of the batch can.
    @Test func limitsOfValuesAndRows() throws {
        try write(Self.ten)
        var options = WriteOptions()
        options.valueByteLimit = 1000
        let long = CodeRows.entity(key: "long", code: CodeRows.code(1, byteCount: 1001))
        let error = try expect(
            .limitExceeded, "column 'code' has 1001 bytes; the limit is 1000", with: options
        ) { try append(long, to: $0) }
        #expect(error.rows.map(\.key) == ["long"])
        try expectTen()

        // Nothing is read of it: memory that nobody touched does.
        let count = Limits.valueByteCount + 1
        let bytes = UnsafeRawBufferPointer(
            start: try #require(calloc(count, 1)), count: count)
        defer { free(UnsafeMutableRawPointer(mutating: bytes.baseAddress)) }
        func fill(_ row: RowBuilder, _ text: UnsafeRawBufferPointer, _ columns: [Int]) {
            for (column, value) in CodeRows.entity(20).enumerated() {
                row.set(column, value: value)
            }
            for column in columns { row.set(column, utf8: text) }
        }
        try expect(.limitExceeded, "column 'code' has 67108865 bytes; the limit is 67108864") {
            batch in
            try batch.append(to: Self.entities) { fill($0, bytes, [12]) }
        }
        let most = UnsafeRawBufferPointer(rebasing: bytes.dropLast())
        let tooLarge = try expect(.limitExceeded, "bytes; the limit is 268435456") { batch in
            try batch.append(to: Self.entities) { fill($0, most, [2, 10, 11, 12]) }
        }
        #expect(tooLarge.rows.first?.reason.hasPrefix("the row has 26843") == true)
        try expectTen()
        // A key as long as may be is tested with the special characters.
        options.valueByteLimit = 1001
        try store.write(options) { try append(long, to: $0) }
        #expect(try differences(from: Self.ten + [long]) == [])
    }

    // MARK: - Other writers

    @Test func locked() throws {
        let holder = try Tool("StressTool", ["hold", path])
        #expect(holder.waitForOutput(), "\(holder.errorText)")
        let id = holder.processID
        let error = try expect(.locked, "process \(id) is writing to the store; try again") {
            try append(CodeRows.entity(0), to: $0)
        }
        #expect(error.holder == id && error.path == path)
        holder.kill()
        #expect(holder.wait() == -SIGKILL)
        // The other one began the store, with relations of its own before these.
        #expect(try store.snapshot().generation == 0)
        try store.write { batch in
            let entities = try batch.relation("entities")
            for row in Self.ten { try batch.append(row, to: entities) }
        }
        let snapshot = try Self.open(path).snapshot()
        let entities = try snapshot.reader().relation("entities")
        #expect(try TestSupport.differences(snapshot, entities, from: Self.ten) == [])
        #expect(snapshot.generation == 1)
    }

    @Test func schemaMismatch() throws {
        // Another made the store meanwhile, and took the name for something else.
        let other = Schema([RelationSchema("entities", key: ["key"], columns: [.int("key")])])
        let maker = try GraphStore.open(path, schema: other)
        try maker.write { try $0.append(["key": 1], to: "entities") }
        let error = try expect(.schemaMismatch, "'entities") {
            try append(CodeRows.entity(0), to: $0)
        }
        #expect(error.rows.isEmpty)
        #expect(try maker.snapshot().generation == 1)
        try maker.write { try $0.append(["key": 2], to: "entities") }
    }

    // MARK: - Stores that are not to be written

    @Test func readOnly() throws {
        try write(Self.ten)
        var options = StoreOptions()
        options.mode = .readOnly
        let fill: (Batch) throws -> Void = { try append(CodeRows.entity(10), to: $0) }
        var error = try expect(
            .readOnly, "opened for reading only", in: GraphStore.open(path, options: options),
            fill)
        #expect(error.path == path)
        let pack = directory.file("store.segpack")
        try store.backup(to: pack)
        error = try expect(
            .readOnly, "a packed store cannot be written", in: GraphStore.open(pack), fill)
        #expect(error.path == pack)
        for errno in [EROFS, EACCES, EPERM] {
            var plan = Faults.Plan(pathPrefix: "\(path)/segments", index: 0, errno: errno)
            plan.calls = [.open]
            error = try Faults.with(plan) { try expect(.readOnly, "cannot open: ", fill) }.result
            #expect(error.errno == errno && error.path == "\(path)/\(Layout.segment(2))")
        }
        try expectTen()
    }

    @Test func notFound() throws {
        let away = directory.file("nowhere/store")
        var error = try expect(
            .notFound, "the folder that should hold the store does not exist", in: Self.open(away)
        ) { try append(CodeRows.entity(0), to: $0) }
        #expect(error.path == away)
        try write(Self.ten)
        for relation in ["entity", ""] {
            error = try expect(.notFound, "'\(relation)'") { batch in
                try append(CodeRows.entity(10), to: batch)
                try batch.append(["key": "a"], to: relation)
            }
            try expect(.notFound, "'\(relation)'") { try $0.delete(key: "a", from: relation) }
            try expect(.notFound, "'\(relation)'") { try $0.replaceScope("a", in: relation) }
        }
        try expect(.notFound, "relation 'entities' has no column 'colour'") { batch in
            _ = try batch.column("colour", of: Self.entities)
        }
        try expectTen()
        var options = StoreOptions()
        options.mode = .existing
        #expect(throws: StoreError.self) {
            try GraphStore.open(directory.file("none"), options: options)
        }
    }

    @Test func invalidArgument() throws {
        try write(Self.ten)
        try expect(.invalidArgument, "a batch cannot write to its own store") { batch in
            try append(CodeRows.entity(10), to: batch)
            try store.write { _ in }
        }
        try expect(.invalidArgument, "a key of 'edges' has 3 columns, not 1") { batch in
            try append(CodeRows.entity(10), to: batch)
            try batch.delete(key: "a", from: "edges")
        }
        try expect(.invalidArgument, "column 'key' is of type string, not integer") { batch in
            try batch.delete(key: 7, from: "entities")
        }
        try expect(.invalidArgument, "a key has no nulls") { batch in
            try batch.delete(key: .null, from: "entities")
        }
        try expectTen()
    }

    @Test func unsupportedVersion() throws {
        try write(Self.ten)
        let manifest = URL(fileURLWithPath: "\(path)/manifest")
        let original = try Data(contentsOf: manifest)
        /// The manifest of a store that only a newer segstore can read, or write.
        func put(_ value: UInt8, at offset: Int) throws {
            var bytes = [UInt8](original)
            bytes[offset] = value
            let end = bytes.count - 8
            let hash = bytes.withUnsafeBytes { xxh3(UnsafeRawBufferPointer(rebasing: $0[..<end])) }
            withUnsafeBytes(of: hash.littleEndian) { bytes.replaceSubrange(end..., with: $0) }
            // A file of its own: the bytes have another name, in segments.
            try Data(bytes).write(to: manifest, options: .atomic)
        }
        let fill: (Batch) throws -> Void = { try append(CodeRows.entity(10), to: $0) }
        try put(99, at: 8)
        var error = try expect(.unsupportedVersion, "format version 99, but this", fill)
        #expect(error.path == "\(path)/manifest")
        try put(1, at: 12)
        try expect(.unsupportedVersion, "uses features that this segstore cannot read", fill)
        try put(1, at: 16)
        error = try expect(
            .unsupportedVersion, "uses features that this segstore cannot write", fill)
        #expect(error.path == path)
        // It can be read all the same.
        try expectTen()
        try original.write(to: manifest, options: .atomic)
        try store.write(fill)
        #expect(try differences(from: (0..<11).map { CodeRows.entity($0) }) == [])
    }

    // MARK: - Damage

    @Test func corruptedManifest() throws {
        try write(Self.ten)
        let manifest = URL(fileURLWithPath: "\(path)/manifest")
        let original = try Data(contentsOf: manifest)
        var bytes = original
        bytes[40] ^= 0x10
        try bytes.write(to: manifest, options: .atomic)
        let error = try expect(
            .corrupted, "checksum of the manifest does not match; the newest whole generation is 1"
        ) { try append(CodeRows.entity(10), to: $0) }
        #expect(error.path == "\(path)/manifest")
        try original.write(to: manifest, options: .atomic)
        try expectTen()
    }

    @Test func corruptedSegment() throws {
        try write((0..<400).map { CodeRows.entity($0) })
        let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(Layout.segment(1))"))
        var met: [Int] = []
        for offset in stride(from: 0, to: bytes.count, by: SegmentFormat.pageByteCount) {
            let copy = directory.file("page \(offset)")
            try FileManager.default.copyItem(atPath: path, toPath: copy)
            let segment = "\(copy)/\(Layout.segment(1))"
            var damaged = bytes
            damaged[offset + 8] ^= 1
            try damaged.write(to: URL(fileURLWithPath: segment))
            // Some pages an opening looks at. Of the others those are met that say which rows the
            // batch replaces.
            guard let store = try? Self.open(copy) else { continue }
            do {
                try store.write { batch in
                    for number in 0..<400 {
                        try append(CodeRows.entity(number, version: 1), to: batch)
                    }
                }
            } catch let error as StoreError {
                met.append(offset)
                #expect(error.code == .corrupted && error.errno == nil)
                #expect(error.message == "checksum of a page does not match")
                #expect(error.path == segment && error.byteOffset == offset)
                #expect(error.description.hasSuffix("does not match (at byte \(offset))"))
                #expect(try store.snapshot().generation == 1)
                #expect(
                    try Directory.names(in: "\(copy)/segments").sorted()
                        == ["000001.manifest", "000001.seg"])
            }
        }
        #expect(!met.isEmpty)
    }

    // MARK: - The system

    @Test(arguments: [ENOSPC, EDQUOT])
    func outOfSpace(errno: Int32) throws {
        try write(Self.ten)
        var plan = Faults.Plan(pathPrefix: path, index: 0, errno: errno)
        plan.calls = [.write]
        plan.times = .max
        let fill: (Batch) throws -> Void = { batch in
            for number in 0..<500 { try append(CodeRows.entity(number), to: batch) }
        }
        let error = try Faults.with(plan) {
            try expect(.outOfSpace, "no space left to write", fill)
        }.result
        #expect(error.errno == errno && error.path == "\(path)/\(Layout.segment(2))")
        #expect(error.description.hasPrefix("\(path)/segments/000002.seg: no space left"))
        try expectTen()
        // Somebody made room.
        #expect(try store.write(fill).generation == 2)
    }

    @Test(arguments: [SystemCall.open, .write, .link, .rename, .map])
    func io(call: SystemCall) throws {
        try write(Self.ten)
        var plan = Faults.Plan(pathPrefix: path, index: 0, errno: EIO)
        plan.calls = [call]
        // An update, for which the store before must be read.
        let fill: (Batch) throws -> Void = { try append(CodeRows.entity(1, version: 1), to: $0) }
        let error = try Faults.with(plan) {
            try expect(.io, "\(call.rawValue) failed: Input/output error", fill)
        }.result
        #expect(error.errno == EIO)
        #expect(error.path?.hasPrefix("\(path)/") == true)
        try expectTen()
        #expect(try store.write(fill).generation == 2)
    }

    @Test func closed() throws {
        try write(Self.ten)
        var plan = Faults.Plan(pathPrefix: path, index: 0, errno: EIO)
        plan.calls = [.sync]
        let fill: (Batch) throws -> Void = { try append(CodeRows.entity(10), to: $0) }
        let first = try Faults.with(plan) { try expect(.io, "sync failed: ", fill) }.result
        #expect(first.errno == EIO)
        for _ in 0..<2 {
            let error = try expect(
                .closed, "an earlier sync failed (sync failed: Input/output error), so", fill)
            #expect(error.errno == EIO && error.path == path)
        }
        // Reading goes on, and whoever opens it anew can write.
        #expect(try store.snapshot().rowCount("entities") == 10)
        try Self.open(path).write(fill)
        #expect(try differences(from: (0..<11).map { CodeRows.entity($0) }) == [])
    }

    // MARK: - The caller

    @Test func cancelled() throws {
        try write(Self.ten)
        for swallows in [true, false] {
            var isAsked = false
            let error = #expect(throws: StoreError.self) {
                try store.write(
                    { batch in
                        for number in 0... {
                            do {
                                try append(CodeRows.entity(number), to: batch)
                            } catch {
                                // Who does not listen is not committed either.
                                guard swallows else { throw error }
                            }
                            if isAsked { break }
                        }
                        try? append(CodeRows.entity(1, version: 1), to: batch)
                    },
                    progress: { progress in
                        isAsked = progress.rowCount > 0
                        return isAsked ? .cancel : .proceed
                    })
            }
            #expect(error?.code == .cancelled)
            #expect(error?.rows.isEmpty == true && error?.errno == nil)
            try expectTen()
        }
    }

    @Test func whatTheCallerThrowsComesBackAsItIs() throws {
        struct OutOfPatience: Error, Equatable { let row: Int }
        try write(Self.ten)
        #expect(throws: OutOfPatience(row: 300)) {
            try store.write { batch in
                for number in 0..<300 { try append(CodeRows.entity(number), to: batch) }
                throw OutOfPatience(row: 300)
            }
        }
        #expect(throws: OutOfPatience(row: 0)) {
            try store.write { batch in
                try batch.append(to: Self.entities) { _ in throw OutOfPatience(row: 0) }
            }
        }
        try expectTen()
        // A row that was given up half filled is no row.
        try store.write { batch in
            try? batch.append(to: Self.entities) { row in
                row.set("key", .string(CodeRows.key(4)))
                throw OutOfPatience(row: 4)
            }
            try append(CodeRows.entity(10), to: batch)
        }
        #expect(try differences(from: (0..<11).map { CodeRows.entity($0) }) == [])
    }
}
