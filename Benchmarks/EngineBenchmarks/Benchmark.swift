// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import Codec
import Foundation
import Platform
import Query
import SegmentStore

enum Benchmark {
    nonisolated static func main(_ arguments: [String]) throws {
        var entityCount = 10_000
        var corpus = ""
        var only: String?
        var dump: String?
        var runs = 10
        var lookUps = 20_000
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--gate": return try Gate.run(update: rest.first == "--update")
            case "--entities": entityCount = Int(rest.popFirst() ?? "") ?? entityCount
            case "--corpus": corpus = rest.popFirst() ?? corpus
            case "--name": nameFilter = rest.popFirst() ?? ""
            case "--only": only = rest.popFirst()
            case "--dump": dump = rest.popFirst()
            case "--look-ups": lookUps = Int(rest.popFirst() ?? "") ?? lookUps
            case "--runs": runs = Int(rest.popFirst() ?? "") ?? runs
            default: throw BenchmarkError("unknown argument \(argument)")
            }
        }
        if corpus.isEmpty { corpus = Corpus.find() }
        let data = try Dataset(entities: entityCount, seed: 1, corpus: corpus)
        print(
            "\(data.entities.count) entities, \(data.edges.count) edges, \(data.files.count) files, \(data.inputByteCount / 1000) kB"
        )
        print("source text: \(corpus)")
        if let dump { return try self.dump(data, to: dump) }
        let bench = EngineTasks(data, runs: runs)
        bench.lookUpCount = lookUps
        try bench.run(only)
    }

    /// The rows for Benchmarks/Compare, whose harness.h reads them. Little-endian; a number is an
    /// i64, a string a u32 length and its bytes, null the length 0xffffffff alone:
    ///
    ///     entity count, edge count, file count
    ///     entities: key, name, qualified_name, kind, language, file, parent, visibility, signature,
    ///         doc, code, content_hash, root_l1, root_l2; start_line, end_line, token_count,
    ///         complexity (is_test is always false)
    ///     edges: from, to, kind, file, resolution; line (lines is always null, count 1)
    ///     files: path
    static func dump(_ data: Dataset, to path: String) throws {
        let out = ByteBuffer(capacity: data.inputByteCount * 2)
        func append(_ number: Int) { out.append(Int64(number).littleEndian) }
        func append(_ slice: Slice) {
            out.append((slice.isNull ? UInt32.max : UInt32(slice.count)).littleEndian)
            out.append(data.bytes(slice))
        }
        for count in [data.entities.count, data.edges.count, data.files.count] { append(count) }
        for e in data.entities {
            for slice in [
                e.key, e.name, e.qualifiedName, e.kind, e.language, e.file, e.parent, e.visibility,
                e.signature, e.doc, e.code, e.contentHash, e.rootL1, e.rootL2,
            ] {
                append(slice)
            }
            for number in [e.startLine, e.endLine, e.tokenCount, e.complexity] { append(number) }
        }
        for e in data.edges {
            for slice in [e.from, e.to, e.kind, e.file, e.resolution] { append(slice) }
            append(e.line)
        }
        for file in data.files { append(file) }
        try Data(bytes: out.base, count: out.count).write(to: URL(fileURLWithPath: path))
    }
}

final class EngineTasks {
    let data: Dataset
    let runs: Int
    let directory: String

    init(_ data: Dataset, runs: Int) {
        self.data = data
        self.runs = runs
        directory = FileManager.default.currentDirectoryPath + "/.build/bench-\(processID())"
        try? FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    var options: StoreOptions {
        var options = StoreOptions()
        options.compactsAutomatically = false
        return options
    }

    func fresh(_ name: String, _ options: StoreOptions? = nil) throws -> GraphStore {
        let path = "\(directory)/\(name)"
        try? FileManager.default.removeItem(atPath: path)
        return try GraphStore.open(
            path, schema: CodeGraph.schema, options: options ?? self.options)
    }

    func run(_ only: String?) throws {
        func wants(_ name: String) -> Bool { only.map { name.hasPrefix($0) } ?? true }
        // What they leave in memory would show in the figures of the others.
        func asks(_ name: String) -> Bool { only.map { name.hasPrefix($0) } ?? false }
        if asks("contract") { try contract() }
        if wants("load") { try load() }
        let store = try fresh("read")
        let receipt = try store.write { try data.append(to: $0) }
        report("bytes on disk", "\(receipt.writtenByteCount)")
        if asks("import") { try imports(store) }
        if wants("open") { try open() }
        if wants("get") { try lookUps(store) }
        if wants("hop") { try hops(store) }
        if wants("closure") { try closures(store) }
        if wants("scan") { try scans(store) }
        if wants("upsert") { try upserts() }
        if wants("replace") { try replacements() }
        if wants("batches") { try batches() }
    }

    func load() throws {
        PeakMemory.reset()
        let before = PeakMemory.value("VmRSS:")
        var phases: [String] = []
        var times: [Int64] = []
        var processor: [Int64] = []
        for run in 0...runs {
            let store = try fresh("load")
            let start = processorTime()
            defer { processor.append(processorTime() - start) }
            let receipt = try store.write { try data.append(to: $0) }
            if run == 0 {
                report(
                    "load: peak memory above input", "\((PeakMemory.value() - before) / 1024) kB")
            }
            if run > 0 { times.append(receipt.totalTime) }
            phases.append(self.phases(receipt))
        }
        report("load", Timing(times).text)
        report("load, processor", Timing(processor).text)
        print("    " + (phases.last ?? ""))
    }

    func phases(_ receipt: WriteReceipt) -> String {
        func ms(_ time: Int64) -> String { String(format: "%.2f", Double(time) / 1e6) }
        return
            "append \(ms(receipt.appendTime)) finish \(ms(receipt.finishTime)) replace \(ms(receipt.replaceTime)) commit \(ms(receipt.commitTime)) total \(ms(receipt.totalTime)) ms"
    }

    func open() throws {
        let path = "\(directory)/read"
        let key = data.text(data.entities[data.entities.count / 2].key)
        try measure("open + first get", runs: 200) {
            let store = try GraphStore.open(path, options: options)
            let reader = try store.snapshot().reader()
            guard let row = try reader.find(0, key: key) else {
                throw BenchmarkError("lost \(key)")
            }
            _ = try reader.int(0, row, 6)
        }
        try measure("open + first full row", runs: 200) {
            let store = try GraphStore.open(path, options: options)
            let reader = try store.snapshot().reader()
            guard let row = try reader.find(0, key: key) else {
                throw BenchmarkError("lost \(key)")
            }
            try readAll(reader, row)
        }
    }

    @inline(never)
    func readAll(_ reader: Reader, _ row: RowID) throws {
        for column in [0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13, 17, 18] {
            sink &+= try reader.bytes(0, row, column)?.count ?? 0
        }
        for column in [6, 7, 14, 15, 16] { sink &+= Int(try reader.int(0, row, column) ?? 0) }
    }

    var sink = 0
    var lookUpCount = 20_000

    /// Random keys, one after the other as a caller has them at hand; with a suffix they miss.
    func keys(suffix: String = "") -> [UnsafeRawBufferPointer] {
        var random = SplitMix(state: 7)
        let count = 20_000
        let copy = ByteBuffer(capacity: 4 << 20)
        keyCopies.append(copy)
        return (0..<count).map { _ in
            let start = copy.count
            copy.append(data.bytes(data.entities[random.below(data.entities.count)].key))
            for byte in suffix.utf8 { copy.append(byte) }
            precondition(copy.count < 4 << 20, "keys must not move")
            return UnsafeRawBufferPointer(start: copy.base + start, count: copy.count - start)
        }
    }

    private var keyCopies: [ByteBuffer] = []

    func lookUps(_ store: GraphStore, _ suffix: String = "") throws {
        let reader = try store.snapshot().reader()
        let keys = keys()
        try measureEach("get, two columns\(suffix)", count: lookUpCount) { n in
            let i = n % keys.count
            guard let row = try reader.find(0, key: keys[i]) else {
                throw BenchmarkError("lost a key")
            }
            sink &+= Int(try reader.int(0, row, 6) ?? 0) &+ Int(try reader.int(0, row, 7) ?? 0)
        }
        try measureEach("get, name and kind\(suffix)", count: lookUpCount) { n in
            let i = n % keys.count
            guard let row = try reader.find(0, key: keys[i]) else {
                throw BenchmarkError("lost a key")
            }
            sink &+= try reader.bytes(0, row, 1)?.count ?? 0
            sink &+= try reader.bytes(0, row, 3)?.count ?? 0
        }
        try measureEach("get, full row\(suffix)", count: lookUpCount) { n in
            let i = n % keys.count
            guard let row = try reader.find(0, key: keys[i]) else {
                throw BenchmarkError("lost a key")
            }
            try readAll(reader, row)
        }
        let missing = self.keys(suffix: "x")
        try measureEach("get, missing\(suffix)", count: lookUpCount) { n in
            let i = n % keys.count
            if try reader.find(0, key: missing[i]) != nil { throw BenchmarkError("found") }
        }
        try measureEach("timer alone", count: lookUpCount) { _ in }
    }

    func hops(_ store: GraphStore, _ suffix: String = "") throws {
        let reader = try store.snapshot().reader()
        let keys = keys()
        var edges: [Edge] = []
        for (name, direction) in [("forward hop", Direction.outgoing), ("reverse hop", .incoming)] {
            try measureEach(name + suffix, count: lookUpCount) { n in
                let i = n % keys.count
                try reader.edges(1, direction, of: keys[i], into: &edges)
                sink &+= edges.count
            }
        }
    }

    func closures(_ store: GraphStore) throws {
        let reader = try store.snapshot().reader()
        let traversal = try Traversal(reader, relation: "edges")
        let keys = keys()
        for (name, depth) in [
            ("reverse closure, depth 5", 5), ("reverse closure, unbounded", Int.max),
        ] {
            try measureEach(name, count: min(lookUpCount, 2000)) { i in
                sink &+= try traversal.walk(from: keys[i % keys.count], .incoming, depth: depth)
            }
        }
    }

    func scans(_ store: GraphStore) throws {
        let reader = try store.snapshot().reader()
        try measure("count by kind", runs: 200, warmUp: 20) {
            sink &+= try reader.counts(0, by: 3).count
        }
        try measure("sum of lines by file", runs: 200, warmUp: 20) {
            var sums = [Int64](repeating: 0, count: data.files.count + 1)
            try reader.scan(0) { group in
                let starts = try group.numbers(6, slot: 1)
                let ends = try group.numbers(7, slot: 2)
                try group.forEachRun(5, slot: 0) { file, rows in
                    var sum: Int64 = 0
                    for row in rows { sum &+= ends[row] &- starts[row] &+ 1 }
                    sums[Int(file)] &+= sum
                }
            }
            sink &+= Int(sums[0])
        }
    }

    func upserts() throws {
        let tenth = data.entities.count / 10
        let store = try fresh("upsert")
        try store.write { try data.append(to: $0) }
        var times: [Int64] = []
        var last = ""
        for run in 0..<runs {
            let start = run % 9 * tenth
            let receipt = try store.write {
                try data.append(
                    to: $0, entities: start..<start + tenth, edges: start * 3..<(start + tenth) * 3)
            }
            times.append(receipt.totalTime)
            last = phases(receipt)
        }
        report("upsert of 10 %", Timing(times).text)
        print("    " + last)
    }

    func replacements() throws {
        let other = try fresh("replace")
        try other.write { try data.append(to: $0) }
        var times: [Int64] = []
        var last = ""
        for run in 0..<runs * 3 {
            let file = data.files[run * 7 % data.files.count]
            let path = data.text(file)
            let rows = data.entities.indices.filter { data.entities[$0].file.offset == file.offset }
            guard let first = rows.first, let end = rows.last else { continue }
            let receipt = try other.write {
                try $0.replaceScope(path, in: "entities")
                try $0.replaceScope(path, in: "edges")
                try data.append(to: $0, entities: first..<end + 1, edges: first * 3..<(end + 1) * 3)
            }
            times.append(receipt.totalTime)
            last = phases(receipt)
        }
        report("replace one file", Timing(times).text)
        print("    " + last)
    }

    func batches() throws {
        for count in [1, 8, 64] {
            let store = try fresh("batches")
            let share = data.entities.count / count
            for batch in 0..<count {
                let range =
                    batch * share..<(batch == count - 1 ? data.entities.count : (batch + 1) * share)
                try store.write {
                    try data.append(
                        to: $0, entities: range, edges: range.lowerBound * 3..<range.upperBound * 3)
                }
            }
            try lookUps(store, ", \(count) batches")
            try hops(store, ", \(count) batches")
        }
    }
}
