// SPDX-License-Identifier: Apache-2.0
import Codec
import Foundation
import SegmentStore
import TestSupport
import Testing

/// What goes wrong around a store: each command says so in one line, with the code of the contract.
@Suite struct TroubleTests {
    private let files: RowFiles
    private var tool: SegstoreTool { files.tool }

    static let readers: [[String]] = [
        ["export"], ["export", "--relation", "edges", "--format", "csv"],
        ["query", "deps", "main"], ["query", "rdeps", "main"], ["query", "entity", "main"],
        ["diff", "1", "2"], ["inspect"], ["stats"], ["log"], ["files"], ["verify"],
        ["sql", "SELECT e.line, x.* FROM edges e JOIN entities x ON x.key = e.\"to\""],
        ["backup", "saved.seg"], ["query", "impact", "main"], ["query", "search", "re"],
        ["query", "path", "main", "Cache.refresh"], ["query", "cycles"], ["query", "dead"],
        ["query", "context", "main", "--tokens", "500"], ["query", "hotspots", "--by", "file"],
        ["query", "coupling"], ["query", "debt"], ["query", "tree"],
        ["query", "cycles", "--format", "dot"], ["diff", "1", "2", "--impact"],
    ]
    static let writers: [[String]] = [
        ["import", "edges.csv", "--relation", "edges"], ["compact"], ["gc", "--keep", "1"],
    ]

    init() throws {
        files = try RowFiles()
        try files.fill()
    }

    private func expectOneLine(
        _ answer: SegstoreTool.Answer, _ code: Int32, _ parts: String..., command: [String],
        location: SourceLocation = #_sourceLocation
    ) {
        #expect(answer.code == code, "\(command): \(answer)", sourceLocation: location)
        #expect(
            answer.error.split(separator: "\n").count == 1 && answer.error.hasPrefix("segstore: "),
            "\(command): \(answer.error)", sourceLocation: location)
        for part in parts {
            #expect(
                answer.error.contains(part), "\(command): \(answer.error)",
                sourceLocation: location)
        }
    }

    @Test(arguments: readers + writers)
    func aStoreThatIsNotThere(command: [String]) throws {
        let answer = try tool.run(command + ["--store", "none/.segstore"])
        // Only an import makes one, and not below a folder that is not there.
        expectOneLine(answer, 1, "none", command: command)
        let elsewhere = try TemporaryDirectory()
        try Data().write(to: URL(fileURLWithPath: elsewhere.file("edges.csv")))
        guard command[0] != "import" else { return }
        let nowhere = try SegstoreTool(directory: elsewhere.path).run(command)
        expectOneLine(nowhere, 1, "no store", "segstore ingest <dir>", command: command)
    }

    /// As a first ingest leaves it that was killed.
    @Test(arguments: [
        ["query", "deps", "main"], ["query", "rdeps", "main"], ["query", "entity", "main"],
        ["coverage"], ["tests"], ["ignored"], ["files"], ["sql", "SELECT 1"],
    ])
    func aStoreWithoutACommit(command: [String]) throws {
        let empty = files.root.file("empty")
        try FileManager.default.createDirectory(
            atPath: empty + "/segments", withIntermediateDirectories: true)
        let manifest = Manifest(schema: StoredSchema(Schema([]))).encode()
        try Data(manifest.bytes).write(to: URL(fileURLWithPath: empty + "/manifest"))
        let answer = try tool.run(command + ["--store", empty])
        expectOneLine(answer, 1, "nothing was committed", "segstore ingest <dir>", command: command)
    }

    @Test(arguments: readers)
    func damageIsFoundByWhoReadsIt(command: [String]) throws {
        // The first byte of the entities' own file, and of the edges'.
        for name in ["000001", "000002"] {
            let url = URL(fileURLWithPath: "\(files.store)/segments/\(name).seg")
            var bytes = try Data(contentsOf: url)
            for place in stride(from: 64, to: bytes.count - 64, by: 7) { bytes[place] ^= 0x55 }
            try bytes.write(to: url)
        }
        let answer = try tool.run(command)
        #expect(answer.code == 5, "\(command): \(answer)")
        #expect(answer.error.contains(".seg") || answer.output.contains(".seg"))
        #expect(answer.error.split(separator: "\n").count == 1)
    }

    @Test(arguments: readers + writers)
    func aDamagedManifestIsFoundByAll(command: [String]) throws {
        let url = URL(fileURLWithPath: "\(files.store)/manifest")
        var bytes = try Data(contentsOf: url)
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: url)
        let answer = try tool.run(command)
        #expect(answer.code == 5, "\(command): \(answer)")
        #expect(answer.error.split(separator: "\n").count == 1)
        #expect((answer.error + answer.output).contains("manifest"))
    }

    @Test(arguments: readers + writers)
    func aStoreFromTheFuture(command: [String]) throws {
        let url = URL(fileURLWithPath: "\(files.store)/manifest")
        var bytes = try Data(contentsOf: url)
        bytes[8] = 99
        let hash = bytes.dropLast(8).withUnsafeBytes { xxh3($0) }
        bytes.replaceSubrange(
            bytes.count - 8..<bytes.count, with: withUnsafeBytes(of: hash.littleEndian) { Data($0) }
        )
        try bytes.write(to: url)
        expectOneLine(
            try tool.run(command), 1, "format version 99", "use a newer one", command: command)
    }

    @Test func aBusyStoreIsReadAndNotWritten() throws {
        let lock = try DiskStorage(files.store).lock()
        for command in Self.writers {
            expectOneLine(
                try tool.run(command), 4,
                "process \(ProcessInfo.processInfo.processIdentifier) is writing", "try again",
                command: command)
        }
        for command in Self.readers {
            #expect(try tool.run(command).code == 0, "\(command)")
        }
        withExtendedLifetime(lock) {}
    }

    // MARK: - Disks

    /// Mounts are made in a name space of their own: most systems let anybody have one, and root
    /// needs no other user's.
    private static let namespace: String? = ["-rm", "-m"].first { flags in
        let answer = try? SegstoreTool(directory: "/").run(
            [flags, "mount", "-t", "tmpfs", "none", "/mnt"], of: "/usr/bin/unshare")
        return answer?.code == 0
    }
    private static let canMount = namespace != nil

    private func mounted(_ script: String) throws -> SegstoreTool.Answer {
        try tool.run(
            [try #require(Self.namespace), "/bin/sh", "-c", script, "sh", SegstoreTool.path],
            of: "/usr/bin/unshare")
    }

    @Test(.enabled(if: canMount, "this system lets nobody mount"))
    func aDirectoryThatMayOnlyBeRead() throws {
        func run(_ command: [String]) throws -> SegstoreTool.Answer {
            let words = command.map { "'\($0)'" }.joined(separator: " ")
            return try mounted(
                "mount --bind .segstore .segstore && mount -o remount,ro,bind .segstore && \"$1\" \(words)"
            )
        }
        for command in Self.readers where command[0] != "backup" {
            let answer = try run(command)
            #expect(answer.code == 0, "\(command): \(answer.error)")
            // Nothing but what it says where the store may be written, too.
            #expect(try answer.error == tool.run(command).error, "\(answer.error)")
        }
        for command in Self.writers {
            expectOneLine(
                try run(command), 1, ".segstore", "Read-only file system", command: command)
        }
        #expect(try run(["import", "edges.csv", "--relation", "edges"]).error.contains("--store"))
    }

    @Test(.enabled(if: canMount, "this system lets nobody mount"))
    func aDiskThatIsFull() throws {
        try FileManager.default.createDirectory(
            atPath: files.root.file("small"), withIntermediateDirectories: true)
        // More than the disk holds, however well it is compressed.
        var random = SeededGenerator(seed: 1)
        let lines = (0..<2000).map { number in
            let noise = (0..<100).map { _ in String(random.next(), radix: 36) }.joined()
            return RowFiles.entity("k\(number)", "k", "k", "f\(number)", code: noise)
        }
        try files.write("large.ndjson", lines.joined(separator: "\n"))
        let answer = try mounted(
            """
            mount -t tmpfs -o size=600k none small && cd small || exit 99
            export SEGSTORE=$PWD/.segstore
            "$1" import ../entities.ndjson --relation entities 2> /dev/null || exit 98
            "$1" import ../large.ndjson --relation entities
            echo "code $?"
            "$1" verify && "$1" stats --format ndjson && ls .segstore/segments
            "$1" import ../edges.csv --relation edges > /dev/null
            echo "code $?"
            """)
        #expect(answer.output.contains("code 1\n") && answer.output.contains("code 0\n"))
        #expect(
            answer.error.contains(": no space left to write; nothing was committed: make room"),
            "\(answer)")
        #expect(answer.output.contains("sound: 3 rows, 1 segment, 1 generation"))
        #expect(answer.output.contains(#""generation":1,"#))
        // Nothing of what did not fit is left behind.
        #expect(!answer.output.contains("000002.seg"))
    }
}
