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
    /// The key that was asked for, where that is what failed.
    let lookUp: FailedLookUp?
    /// Whether what is missing was named, and can be named otherwise.
    let isNotFound: Bool

    init(
        _ message: String, _ code: ExitCode = .failed, details: [String] = [],
        lookUp: FailedLookUp? = nil, isNotFound: Bool = false
    ) {
        self.message = message
        self.code = code
        self.details = details
        self.lookUp = lookUp
        self.isNotFound = isNotFound
    }
}

/// Why a text led to no key.
struct FailedLookUp {
    enum Reason: String {
        case ambiguous, unknown
        case noEntity = "no entity"
    }

    let reason: Reason
    let query: String
    let candidates: [String]

    private static let shownCandidateCount = 20

    /// What people read below the message.
    var details: [String] {
        var details = Array(candidates.prefix(Self.shownCandidateCount))
        if candidates.count > details.count {
            details.append("and \(Text.count(candidates.count - details.count)) more")
        }
        return details
    }

    /// The answer that programs get.
    func answer(_ format: Format, _ output: Output) {
        guard format == .csv else {
            return output.answer(format) { json in
                json.member("error", reason.rawValue)
                json.member("query", query)
                json.array("candidates") { for key in candidates { json.element(key) } }
            }
        }
        // A row for each, and one without if there is none.
        AnswerTable<String>(
            "candidates",
            [
                .init("error") { _ in .text(reason.rawValue) },
                .init("query") { _ in .text(query) },
                .init("candidate") { $0.isEmpty ? .null : .text($0) },
            ]
        ).csv(candidates.isEmpty ? [""] : candidates, output)
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
        case let error as HTTPFailure: (message, code) = (error.message, .failed)
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
