// SPDX-License-Identifier: Apache-2.0
//
// What is around every JSON answer: {"data":…,"meta":…}, or {"error":…}.

import Codec
import Exchange
import Ingest
import Platform
import SQL
import SegmentStore

/// What an answer says of itself.
struct AnswerMeta {
    let snapshot: Snapshot
    let check: TreeCheck?
    /// Where the list goes on.
    var next: PageCursor?
    var notes: [String] = []

    func append(to out: ByteBuffer) {
        ValueText.append("{\"generation\":", to: out)
        ValueText.append(Int64(clamping: snapshot.generation), to: out)
        ValueText.append(",\"label\":", to: out)
        JSONText.append(string: snapshot.label, to: out)
        if let check {
            ValueText.append(
                check.changedFileCount == 0
                    ? ",\"fresh\":true,\"changed_files\":" : ",\"fresh\":false,\"changed_files\":",
                to: out)
            ValueText.append(Int64(check.changedFileCount), to: out)
        } else {
            ValueText.append(",\"fresh\":null,\"changed_files\":null", to: out)
        }
        ValueText.append(",\"next\":", to: out)
        if let next {
            JSONText.append(string: next.text, to: out)
        } else {
            ValueText.append("null", to: out)
        }
        ValueText.append(",\"notes\":[", to: out)
        for (index, note) in notes.enumerated() {
            if index > 0 { ValueText.append(",", to: out) }
            JSONText.append(string: note, to: out)
        }
        ValueText.append("]}", to: out)
    }
}

extension HTTPReply {
    /// An envelope around one object.
    static func success(
        _ meta: AnswerMeta, _ body: (AnswerWriter) -> Void
    ) -> HTTPReply {
        let out = ByteBuffer(capacity: 512)
        ValueText.append("{\"data\":", to: out)
        AnswerWriter.object(to: out, body)
        ValueText.append(",\"meta\":", to: out)
        meta.append(to: out)
        ValueText.append("}\n", to: out)
        return HTTPReply(200, .json, .bytes(out))
    }

    init(_ failure: HTTPFailure) {
        let out = ByteBuffer(capacity: 256)
        ValueText.append("{\"error\":", to: out)
        AnswerWriter.object(to: out) { json in
            json.member("code", failure.code)
            json.member("message", failure.message)
            if let candidates = failure.candidates {
                json.array("candidates") { for key in candidates { json.element(key) } }
            }
        }
        ValueText.append("}\n", to: out)
        self.init(failure.status, .json, .bytes(out), fields: failure.fields)
    }
}

extension HTTPFailure {
    /// What a command, or the store, has to say.
    init(_ error: any Error) {
        switch error {
        case let failure as HTTPFailure: self = failure
        case let error as CommandError where error.lookUp != nil:
            let lookUp = error.lookUp
            let isAmbiguous = lookUp?.reason == .ambiguous
            self.init(
                isAmbiguous ? 409 : 404, isAmbiguous ? "ambiguous_key" : "unknown_key",
                error.message)
            candidates = lookUp?.candidates ?? []
        case let error as CommandError where error.isNotFound:
            self.init(404, "not_found", error.message)
        case let error as SQLError: self.init(error)
        case let error as UsageError:
            self.init(400, "bad_request", Self.asParameters(error.message))
        case let error as StoreError where error.code == .notFound:
            self.init(404, "not_found", error.description)
        default:
            let failure = Failure(error)
            let message = failure.message
            switch failure.code {
            case .wrongUsage: self.init(400, "bad_request", Self.asParameters(message))
            case .busy:
                self.init(503, "busy", message, fields: [("Retry-After", "1")])
            case .corrupt: self.init(500, "corrupt", message)
            default: self.init(500, "failed", message)
            }
        }
    }

    private init(_ error: SQLError) {
        switch error.kind {
        case .invalid, .readOnly: self.init(400, "bad_request", "\(error)")
        case .timeLimit: self.init(504, "timeout", "\(error)")
        case .memoryLimit: self.init(422, "too_large", "\(error)")
        case .cancelled: self.init(503, "cancelled", "\(error)")
        }
    }

    /// Options are parameters here: they have no dashes before them.
    private static func asParameters(_ message: String) -> String {
        var words = message.split(separator: " ", omittingEmptySubsequences: false)
        for (index, word) in words.enumerated() {
            if word.hasPrefix("--") { words[index] = word.dropFirst(2) }
        }
        return words.joined(separator: " ")
    }
}
