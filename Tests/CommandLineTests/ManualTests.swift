// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// The manual page and the examples of help.
@Suite struct ManualTests {
    private let workspace: Workspace
    private var tool: SegstoreTool {
        var tool = workspace.tool
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let folder = (SegstoreTool.path as NSString).deletingLastPathComponent
        tool.environment = [
            "PATH": "\(folder):\(path)", "HOME": workspace.root.path, "key": "main",
        ]
        return tool
    }

    init() throws { workspace = try Workspace() }

    private func commands() throws -> [String] {
        func words(_ typed: [String]) throws -> [String] {
            try tool.run(["complete", "--", "bash", ""] + typed).outputLines.map(String.init)
        }
        return try words([""]).filter { $0 != "help" }.flatMap { first in
            let seconds = try first == "query" ? words([first, ""]) : []
            return seconds.isEmpty ? [first] : seconds.map { "\(first) \($0)" }
        }
    }

    private func examples(of command: String) throws -> [String] {
        let help = try tool.run(["help"] + command.split(separator: " ").map(String.init)).output
        guard let start = help.range(of: "\nexample")?.upperBound,
            let end = help.range(of: "\n\n", range: start..<help.endIndex)?.lowerBound
        else { return [] }
        let lines = help[start..<end].split(separator: "\n").filter { $0.hasPrefix("  ") }
        // What does not begin with a program goes on from the line before.
        return lines.reduce(into: []) { examples, line in
            if line.hasPrefix("  segstore") || line.hasPrefix("  eval") {
                examples.append(String(line.dropFirst(2)))
            } else if let last = examples.popLast() {
                examples.append(last + "\n" + line)
            }
        }
    }

    /// As they stand, in a shell: none is refused.
    @Test func everyCommandHasExamplesThatMakeSense() throws {
        #expect(try tool("ingest", ".", "--label", "v1").code == 0)
        let commands = try commands()
        #expect(commands.count > 35)
        for command in commands {
            let examples = try examples(of: command)
            #expect(!examples.isEmpty, "\(command) has no example")
            #expect(examples.contains { $0.contains("segstore \(command)") }, "\(command)")
            for example in examples {
                // Two of them would stay for ever.
                let typed = example.replacing("--watch", with: "--watch --help")
                    .replacing("segstore serve", with: "segstore serve --help")
                let script = "function man { cat > /dev/null; }; \(typed) < /dev/null"
                let answer = try tool.run(["-c", script], of: "/bin/bash")
                #expect(answer.code != 2 && answer.code != 127, "\(example): \(answer.error)")
                #expect(!answer.error.contains("there is no option"), "\(example)")
            }
        }
    }

    @Test(arguments: [40, 60])
    func helpFitsANarrowTerminal(width: Int) throws {
        for command in ["", "ingest", "query deps", "query coupling", "import", "sql"] {
            let words = ["help"] + command.split(separator: " ").map(String.init)
            let text = try tool.onTerminal(arguments: words, columns: width)
            let plain = text.replacing(/\u{1b}\[\d*m/, with: "")
            var isExample = false
            for line in plain.split(whereSeparator: \.isNewline) where !isExample {
                // What is to be typed is not wrapped.
                isExample = line.hasPrefix("example")
                #expect(line.count <= width || line.hasPrefix("usage:"), "\(command): \(line)")
            }
        }
    }

    private func isThere(_ program: String) throws -> Bool {
        try tool.run(["-c", "command -v \(program)"], of: "/bin/sh").code == 0
    }

    @Test func theManualPageHasNoWarnings() throws {
        let page = try tool("man")
        #expect(page.code == 0 && page.output.hasPrefix(".TH SEGSTORE 1 "))
        #expect(page.output.utf8.allSatisfy { $0 < 0x80 && ($0 >= 0x20 || $0 == 0x0a) })
        let file = workspace.root.file("segstore.1")
        try Data(page.output.utf8).write(to: URL(fileURLWithPath: file))
        if try isThere("groff") {
            let answer = try tool.run(["groff", "-man", "-ww", "-z", file], of: "/usr/bin/env")
            #expect(answer.code == 0 && answer.error.isEmpty, "\(answer.error)")
        }
        if try isThere("mandoc") {
            let answer = try tool.run(
                ["mandoc", "-Tlint", "-Wwarning", file], of: "/usr/bin/env")
            // The same version is to make the same page on any day.
            let warnings = answer.outputLines.filter { !$0.contains("missing date") }
            #expect(!answer.output.isEmpty && warnings.isEmpty, "\(warnings)")
        }
    }

    @Test func theManualPageNamesAllCommandsAndOptions() throws {
        let page = try tool("man").output
        for command in try commands() {
            let name = command.replacing("-", with: "\\-")
            #expect(page.contains(".SS segstore \(name)"), "\(command)")
        }
        for text in [
            "\\-\\-store", "\\-\\-format", "\\-\\-resolution", "SEGSTORE_GRAMMARS", "graphml",
        ] {
            #expect(page.contains(text), "\(text)")
        }
    }
}
