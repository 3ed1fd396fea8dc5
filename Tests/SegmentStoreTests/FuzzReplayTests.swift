// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSupport
import Testing

/// The corpus of the fuzzers and every input that ever made one fail.
@Suite struct FuzzReplayTests {
    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fuzz")

    /// Files of a target: in a folder of its name, or with its name before a hyphen.
    private static func files(_ kind: String, _ target: FuzzTarget) -> [URL] {
        let folder = folder.appendingPathComponent(kind)
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        let own =
            (try? FileManager.default.contentsOfDirectory(
                atPath: folder.path + "/" + target.rawValue)) ?? []
        let paths =
            entries.filter { $0.hasPrefix("\(target.rawValue)-") }
            + own.map { "\(target.rawValue)/\($0)" }
        return paths.sorted().map { folder.appendingPathComponent($0) }
    }

    @Test(arguments: FuzzTarget.allCases)
    func inputsThatFailedOnceDoNotFailAgain(target: FuzzTarget) throws {
        for file in Self.files("FailCases", target) {
            target.run([UInt8](try Data(contentsOf: file)))
        }
    }

    @Test(arguments: FuzzTarget.allCases)
    func theCorpusIsReadWithoutFailure(target: FuzzTarget) throws {
        let files = Self.files("Corpus", target)
        #expect(files.count >= 5)
        for file in files { target.run([UInt8](try Data(contentsOf: file))) }
    }

    /// A seed that is refused would let the fuzzer start outside of the door. With
    /// SEGSTORE_WRITE_CORPUS set the seeds are written to the corpus.
    @Test func seedsAreAccepted() throws {
        let isWriting = ProcessInfo.processInfo.environment["SEGSTORE_WRITE_CORPUS"] != nil
        for seed in try FuzzSeed.all() {
            let folder = Self.folder.appendingPathComponent("Corpus/\(seed.target.rawValue)")
            if isWriting {
                try FileManager.default.createDirectory(
                    at: folder, withIntermediateDirectories: true)
                try Data(seed.bytes).write(to: folder.appendingPathComponent(seed.name))
            }
            let needsSegments = seed.name.hasPrefix("manifest-") && seed.name != "manifest-empty"
            #expect(
                seed.target.run(seed.bytes) != needsSegments, "\(seed.target.rawValue) \(seed.name)"
            )
        }
    }

    /// What a fuzzer finds first, without waiting for it: bytes changed, a piece cut out or doubled.
    /// SEGSTORE_SEED and SEGSTORE_STEPS look elsewhere and longer; where a trap leaves no word, the
    /// last input stands in the file that SEGSTORE_INPUT names.
    @Test func seedsSurviveSimpleDamage() throws {
        let environment = ProcessInfo.processInfo.environment
        let steps = environment["SEGSTORE_STEPS"].flatMap(Int.init) ?? 60
        var random = SeededGenerator(seed: environment["SEGSTORE_SEED"].flatMap(UInt64.init) ?? 1)
        for seed in try FuzzSeed.all() where steps > 60 || seed.bytes.count < 3000 {
            for _ in 0..<steps {
                var bytes = seed.bytes
                for _ in 0...random.below(3) where !bytes.isEmpty { Self.damage(&bytes, &random) }
                if let file = environment["SEGSTORE_INPUT"] {
                    try Data(bytes).write(to: URL(fileURLWithPath: file))
                }
                seed.target.run(bytes)
            }
        }
    }

    private static func damage(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        let place = random.below(bytes.count)
        let piece = place..<min(bytes.count, place + 1 + random.below(16))
        switch random.below(8) {
        case 0...2: bytes[place] ^= 1 << UInt8(random.below(8))
        case 3: bytes[place] = random.pick([0, 1, 0x7f, 0x80, 0xff])
        case 4: bytes[place] = UInt8(truncatingIfNeeded: random.next())
        case 5: bytes.removeSubrange(piece)
        case 6: bytes.insert(contentsOf: bytes[piece], at: place)
        default:
            let other = random.below(bytes.count - piece.count + 1)
            bytes.replaceSubrange(other..<other + piece.count, with: Array(bytes[piece]))
        }
    }
}
