// SPDX-License-Identifier: Apache-2.0
//
// How a command ends. The one place where errors become exit codes and lines.

import Platform
import SegmentStore

enum ExitCode: Int32, CaseIterable {
    case done = 0
    case failed = 1
    case wrongUsage = 2
    case unknownKey = 3
    case busy = 4
    case corrupt = 5
    /// As shells have it of what Ctrl-C ended.
    case interrupted = 130

    /// In help.
    var meaning: String {
        switch self {
        case .done: "done"
        case .failed: "failed"
        case .wrongUsage: "wrong usage"
        case .unknownKey: "no such key or several"
        case .busy: "another process is writing to the store"
        case .corrupt: "the store is damaged"
        case .interrupted: "interrupted"
        }
    }

    init(_ code: StoreError.Code) {
        switch code {
        case .corrupted: self = .corrupt
        case .locked: self = .busy
        case .invalidArgument: self = .wrongUsage
        default: self = .failed
        }
    }
}

/// The words of a command line make no sense.
struct UsageError: Error {
    let message: String

    init(_ message: String) { self.message = message }
}

/// Something other than the store kept a command from its work.
struct CommandError: Error {
    let message: String
    let code: ExitCode
    /// Shown below the message, a line each.
    let details: [String]

    init(_ message: String, _ code: ExitCode = .failed, details: [String] = []) {
        self.message = message
        self.code = code
        self.details = details
    }
}

/// What an error makes of a command: one line and a code.
struct Failure {
    let message: String
    let code: ExitCode
    var details: [String] = []

    init(_ error: any Error) {
        switch error {
        case let error as UsageError: (message, code) = (error.message, .wrongUsage)
        case let error as CommandError:
            (message, code, details) = (error.message, error.code, error.details)
        case let error as StoreError:
            (message, code) = (error.description + Self.advice(error), ExitCode(error.code))
        case let error as SystemError:
            (message, code) = (
                "\(error.path): \(error.call.rawValue) failed: \(error.reason)", .failed
            )
        default: (message, code) = ("\(error)", .failed)
        }
    }

    /// What to do, where the engine cannot know it.
    private static func advice(_ error: StoreError) -> String {
        switch error.code {
        case .corrupted where error.path.map(StoreFiles.isInPack) ?? false: "; use another backup"
        case .corrupted where !error.message.contains("segstore "):
            "; 'segstore verify' lists all damage, 'segstore recover [--to N]' goes back to an earlier generation"
        case .outOfSpace: "; nothing was committed: make room and run it again"
        case .schemaMismatch where !error.message.contains("in one of the two"):
            "; if another version of segstore made the store, remove it and fill it anew, or name another with --store"
        case .readOnly where error.errno != nil: "; it can be read there, not changed"
        default: ""
        }
    }
}
