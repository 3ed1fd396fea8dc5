// SPDX-License-Identifier: Apache-2.0
//
// What is fuzzed. The fuzzers of Tests/Fuzz call `run` with what libFuzzer invents, and the tests
// with the corpus and with every input that ever crashed. Bytes from disk may be refused or
// answered, and nothing else: a trap, a read outside of them, an error of another kind or an answer
// that contradicts another is a bug.

import Codec
import SegmentStore

public enum FuzzTarget: String, CaseIterable, Sendable {
    case codec = "FuzzCodec"
    case manifest = "FuzzManifest"
    case segment = "FuzzSegment"
    case ndjson = "FuzzNDJSON"
    case csv = "FuzzCSV"
    case request = "FuzzRequest"
    case message = "FuzzMessage"

    /// Whether the input was accepted, in which case everything in it was read.
    @discardableResult
    public func run(_ input: UnsafeRawBufferPointer) -> Bool {
        guard input.count > 0 else { return false }
        do {
            switch self {
            case .codec: try FuzzedBlock(input).read()
            case .manifest: try fuzzManifest(input)
            case .segment: try FuzzedSegment(input).read()
            case .ndjson: return try FuzzedRows(input, .ndjson).read()
            case .csv: return try FuzzedRows(input, .csv).read()
            case .request: return fuzzRequest(input)
            case .message: return try fuzzMessage(input)
            }
            return true
        } catch let error as CodecError {
            _ = error.description
            return false
        } catch let error as StoreError {
            require(
                error.code == .corrupted || error.code == .unsupportedVersion
                    || error.code == .notFound,
                "damage is reported as \(error.code): \(error)")
            return false
        } catch {
            fatalError("an error of no known kind: \(error)")
        }
    }

    @discardableResult
    public func run(_ input: [UInt8]) -> Bool { input.withUnsafeBytes { run($0) } }
}

/// Takes an input apart from its front.
struct FuzzInput {
    private(set) var rest: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) { rest = bytes }

    mutating func take(_ count: Int) -> UnsafeRawBufferPointer {
        let taken = UnsafeRawBufferPointer(rebasing: rest.prefix(count))
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
        return taken
    }

    mutating func byte() -> Int { Int(take(1).first ?? 0) }
    mutating func short() -> Int { byte() | byte() << 8 }
    mutating func long() -> Int { short() | short() << 16 }
}

/// A precondition that says what is wrong in a release build too.
func require(_ condition: Bool, _ message: @autoclosure () -> String = "") {
    if !condition { fatalError(message()) }
}
