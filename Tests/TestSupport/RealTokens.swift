// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What real tokenizers count: QueryTests/Independent/tokens.py, with what `scripts/setup --tests` fetches.
public enum RealTokens {
    public struct Missing: Error {
        public let reason: String
    }

    /// This package's folder.
    public static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// Of each text the counts of cl100k, o200k and Claude's.
    public static func counts(_ texts: [String]) throws -> [[Int]] {
        let directory = try TemporaryDirectory()
        let file = directory.file("texts.json")
        try JSONSerialization.data(withJSONObject: texts).write(to: URL(fileURLWithPath: file))
        guard let python = Python(importing: ["json"]) else { throw Missing(reason: "no python3") }
        let outcome = try python.run(
            root.appendingPathComponent("Tests/QueryTests/Independent/tokens.py").path,
            [root.appendingPathComponent("ThirdParty/tokenizers").path, file])
        guard outcome.status == 0,
            let counts = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
                as? [[Int]]
        else {
            throw Missing(reason: "no tokenizers: scripts/setup --tests\n\(outcome.errors)")
        }
        return counts
    }

    /// The most that any of them makes of each.
    public static func most(_ texts: [String]) throws -> [Int] {
        try counts(texts).map { $0.max() ?? 0 }
    }
}
