// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import Codec
import Foundation
import SegmentStore
import TestSupport
import Testing

/// verify, compact, gc, backup, recover; damage, and others at work.
@Suite struct MaintenanceTests {
    private let workspace: Workspace
    private var tool: SegstoreTool { workspace.tool }

    init() throws {
        workspace = try Workspace()
        // Three generations in as many segments, each with rows that are still live.
        for (number, file) in ["main.swift", "lib/a.c", "lib/b.c"].enumerated() {
            try workspace.write(file, "changed\n")
            _ = try tool("ingest", ".", "--label", "run \(number + 1)")
        }
    }

    private func count(_ answer: SegstoreTool.Answer, _ member: String) throws -> Int? {
        try answer.json()[member] as? Int
    }

    // MARK: - Tending

    @Test func segmentsAreMerged() throws {
        #expect(try count(tool("stats", "--format", "json"), "segments") == 3)
        let before = try tool("files").output
        let answer = try tool("compact")
        #expect(answer.code == 0)
        #expect(answer.output.hasPrefix("merged 3 segments into one: 17 rows, "))
        #expect(try count(tool("stats", "--format", "json"), "segments") == 1)
        #expect(try tool("files").output == before)
        #expect(try tool("compact").output == "nothing to merge; generation 4 stays\n")
    }

    @Test func oldGenerationsAreDropped() throws {
        let answer = try tool("gc", "--keep", "2", "--format", "json")
        #expect(answer.code == 0)
        #expect(try answer.json()["dropped"] as? [Int] == [1])
        #expect(try count(answer, "kept") == 2)
        #expect(try tool("log").outputLines.count == 3)
        #expect(try tool("stats", "--at", "run 1").code == 1)
        #expect(try tool("stats", "--at", "run 2").code == 0)
        #expect(try tool("gc", "--keep", "5").output.hasPrefix("dropped 0 generations"))
        #expect(try tool("verify", "--all").code == 0)
    }

    @Test func aBackupIsAStoreThatIsOnlyRead() throws {
        let pack = workspace.root.file("saved.seg")
        let answer = try tool("backup", pack)
        #expect(answer.code == 0)
        #expect(answer.output.hasPrefix("saved generation 3 to \(pack), "))
        #expect(try tool("files", "--store", pack).output == (try tool("files").output))
        #expect(try tool("verify", "--store", pack).code == 0)
        #expect(try tool("stats", "--store", pack, "--at", "3").code == 0)
        for command in [["ingest", "."], ["compact"], ["gc", "--keep", "1"], ["recover"]] {
            let refused = try tool.run(command + ["--store", pack])
            #expect(refused.code == 1)
            #expect(refused.error.contains("packed store"), "\(refused.error)")
        }
        // A newer one takes its place.
        try workspace.write("lib/c.c", "")
        _ = try tool("ingest", ".")
        #expect(try tool("backup", pack).code == 0)
        #expect(try count(tool("files", "--store", pack, "--format", "json"), "total") == 4)
    }

    @Test func aBackupReplacesNothingElse() throws {
        let answer = try tool("backup", "main.swift")
        #expect(answer.code == 1)
        #expect(
            answer.error
                == "segstore: main.swift: is there already, and no backup; choose another name\n")
        #expect(try tool("backup", "lib").code == 1)
        #expect(try tool("ingest", ".", "--format", "json").json()["committed"] as? Bool == false)
    }

    // MARK: - Damage

    @Test func aSoundStoreIsSaidToBeSound() throws {
        let answer = try tool("verify")
        #expect(answer.code == 0)
        #expect(answer.output.hasPrefix("sound: "))
        #expect(answer.output.contains("3 segments, 1 generation"))
        let all = try tool("verify", "--all", "--format", "json").json()
        #expect(all["sound"] as? Bool == true)
        #expect((all["generations"] as? [Any])?.count == 3)
    }

    @Test func damageIsCode5AndNamesTheFile() throws {
        try workspace.damage("segments/000002.seg") { $0[200] ^= 1 }
        let answer = try tool("verify")
        #expect(answer.code == 5)
        #expect(answer.output.contains("\(workspace.store)/segments/000002.seg at byte "))
        #expect(answer.error.contains("found; 'segstore recover --to N' goes back"))
        #expect(answer.error.split(separator: "\n").count == 1)
        let json = try tool("verify", "--format", "json")
        #expect(json.code == 5)
        let problems = try json.json()["problems"] as? [[String: Any]] ?? []
        #expect(problems.first?["file"] as? String == "\(workspace.store)/segments/000002.seg")
    }

    @Test func aSegmentThatIsCutIsDamage() throws {
        try workspace.damage("segments/000003.seg") { $0.removeLast() }
        for command in [["stats"], ["files"], ["verify"], ["compact"], ["ingest", "."]] {
            let answer = try tool.run(command)
            #expect(answer.code == 5)
            #expect(
                (answer.output + answer.error).contains("segments/000003.seg"), "\(answer.error)")
        }
    }

    @Test func aDamagedManifestIsGoneBackFromOnlyWhenAsked() throws {
        try workspace.damage("manifest") { $0[40] ^= 1 }
        let answer = try tool("stats")
        #expect(answer.code == 5)
        #expect(answer.error.contains("\(workspace.store)/manifest: "))
        #expect(answer.error.contains("newest whole generation is 2"))
        #expect(answer.error.split(separator: "\n").count == 1)
        #expect(try tool("verify").code == 5)
        #expect(try tool("stats", "--at", "2").output.contains("generation  2,"))

        let recovered = try tool("recover")
        #expect(recovered.code == 0)
        #expect(recovered.output == "generation 4 is now what generation 2 was\n")
        #expect(try tool("stats").output.contains("generation  4,"))
        #expect(try tool("verify").code == 0)
        #expect(try tool("log").outputLines.dropFirst().first?.contains("recovery") == true)
        // The tree is as it was, so the store gets what it lost.
        #expect(try tool("ingest", ".").output.contains(/\nchanged +1 file parsed, 0 removed,/))
    }

    @Test(arguments: [30, 5000])
    func aDamagedBackupIsReplacedNotRecovered(offset: Int) throws {
        let pack = workspace.root.file("saved.seg")
        _ = try tool("backup", pack)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: pack))
        bytes[offset] ^= 1
        try bytes.write(to: URL(fileURLWithPath: pack))
        for command in ["stats", "verify"] {
            let answer = try tool(command, "--store", pack)
            #expect(answer.code == 5)
            #expect(answer.error.contains(pack) && answer.error.contains("use another backup"))
            #expect(!answer.error.contains("segstore recover"))
        }
    }

    @Test func aStoreThatOpensIsLeftAsItIs() throws {
        let answer = try tool("recover")
        #expect(answer.code == 0)
        #expect(answer.output.hasPrefix("nothing to recover: generation 3 opens"))
        let chosen = try tool("recover", "--to", "1", "--format", "json")
        #expect(try count(chosen, "generation") == 4)
        #expect(try count(chosen, "recovered_from") == 1)
        let log = try tool("log").outputLines
        #expect(log[1].contains("recovery"))
        let missing = try tool("recover", "--to", "9")
        #expect(missing.code == 1 && missing.error.contains("there is no generation 9"))
    }

    @Test func aNewerFormatIsNoDamage() throws {
        try workspace.damage("manifest") { bytes in
            bytes[8] = 99
            let hash = bytes.dropLast(8).withUnsafeBytes { xxh3($0) }
            bytes.replaceSubrange(
                bytes.count - 8..<bytes.count,
                with: withUnsafeBytes(of: hash.littleEndian) { Data($0) })
        }
        for command in [["stats"], ["ingest", "."], ["verify"], ["recover"]] {
            let answer = try tool.run(command)
            #expect(answer.code == 1, "\(command)")
            #expect(answer.error.contains("format version 99"))
            #expect(answer.error.contains("use a newer one"))
        }
    }

    // MARK: - Others at work

    @Test func aBusyStoreIsCode4AndCanBeRead() throws {
        let lock = try DiskStorage(workspace.store).lock()
        try workspace.write("main.swift", "")
        for command in [
            ["ingest", "."], ["compact"], ["gc", "--keep", "1"], ["recover", "--to", "1"],
        ] {
            let answer = try tool.run(command)
            #expect(answer.code == 4, "\(command)")
            #expect(
                answer.error.contains(
                    "process \(ProcessInfo.processInfo.processIdentifier) is writing"))
            #expect(answer.error.contains("try again"))
        }
        for command in [
            ["stats"], ["files"], ["log"], ["verify"], ["backup", workspace.root.file("b")],
        ] {
            #expect(try tool.run(command).code == 0, "\(command)")
        }
        withExtendedLifetime(lock) {}
    }

    @Test func anAnswerThatCannotBeWrittenIsAFailure() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = [
            "-c",
            "exec '\(SegstoreTool.path)' files --store '\(workspace.store)' > /dev/full 2> /dev/null",
        ]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 1)
    }
}
