// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSupport
import Testing

@Suite struct ReadmeTests {
    private let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    private let readme: String

    init() throws {
        let root = folder.deletingLastPathComponent().deletingLastPathComponent()
        readme = try String(contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)
    }

    @Test func theExampleRuns() throws {
        let directory = try TemporaryDirectory()
        #expect(try countPages(in: directory.file("store")) == 474)
    }

    @Test func theExampleIsWhatTheReadmeShows() throws {
        let source = try String(
            contentsOf: folder.appendingPathComponent("ReadmeExample.swift"), encoding: .utf8)
        let start = try #require(source.range(of: "// README {\n")).upperBound
        let end = try #require(source.range(of: "// } README\n")).lowerBound
        #expect(readme.contains("```swift\n\(source[start..<end])```"))
    }

    @Test func everyCommandThatItShowsIsThere() throws {
        let shown = readme.matches(of: /\nsegstore (\w+)/).map { String($0.1) }
        let help = try SegstoreTool(directory: "/")("--help").output
        #expect(shown.contains("ingest"))
        for command in shown { #expect(help.contains("\n  \(command) "), "\(command)") }
    }
}
