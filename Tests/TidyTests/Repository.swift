// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The files of this repository, as they lie around the tests.
enum Repository {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    /// What git ignores, and git itself.
    private static let skipped: Set<String> = [".git", ".build", ".segstore", "dist", "ThirdParty"]

    /// Code that is there to be parsed: it is nobody's style.
    private static let samples: Set<String> = [
        "Tests/IngestTests/Samples", "Tests/IngestTests/Links",
    ]

    /// Paths from the root, with `/`, in order.
    static let files: [String] = {
        var found: [String] = []
        func walk(_ folder: String) {
            let path = folder.isEmpty ? root : "\(root)/\(folder)"
            let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
            for name in names where !skipped.contains(name) {
                let file = folder.isEmpty ? name : "\(folder)/\(name)"
                var isFolder: ObjCBool = false
                _ = FileManager.default.fileExists(
                    atPath: "\(root)/\(file)", isDirectory: &isFolder)
                if samples.contains(file) { continue }
                if isFolder.boolValue { walk(file) } else { found.append(file) }
            }
        }
        walk("")
        return found.sorted()
    }()

    static func exists(_ file: String) -> Bool {
        FileManager.default.fileExists(atPath: "\(root)/\(file)")
    }

    static func swiftFiles(in folder: String) -> [String] {
        files.filter { $0.hasPrefix("\(folder)/") && $0.hasSuffix(".swift") }
    }

    /// What is not UTF-8 in it is replaced.
    static func text(_ file: String) throws -> String {
        String(
            decoding: try Data(contentsOf: URL(fileURLWithPath: "\(root)/\(file)")), as: UTF8.self)
    }

    static func lines(_ file: String) throws -> [Substring] {
        try text(file).split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// `file:line: text` of every line that `isWrong` picks.
    static func lines(
        of files: [String], where isWrong: (Substring) throws -> Bool
    ) throws -> [String] {
        var found: [String] = []
        for file in files {
            for (number, line) in try lines(file).enumerated() where try isWrong(line) {
                found.append("\(file):\(number + 1): \(line.trimmingCharacters(in: .whitespaces))")
            }
        }
        return found
    }
}
