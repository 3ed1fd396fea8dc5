// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSupport

/// The binary as users run it.
struct SegstoreTool {
    /// What a run left behind.
    struct Answer: Sendable {
        let code: Int32
        let output: String
        let error: String

        var outputLines: [Substring] { output.split(separator: "\n") }

        /// The object that was answered.
        func json() throws -> [String: Any] {
            try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any] ?? [:]
        }
    }

    static let path = "\(Tool.directory)/segstore"

    var directory: String
    var environment: [String: String] = [:]

    private func process(_ program: String, _ arguments: [String]) -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: directory)
        // What the user of the tests has set must not matter.
        var all = ProcessInfo.processInfo.environment.filter {
            !["SEGSTORE", "NO_COLOR", "TERM"].contains($0.key)
        }
        all["TZ"] = "UTC"
        process.environment = all.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        return process
    }

    func callAsFunction(_ arguments: String...) throws -> Answer { try run(arguments) }

    func run(_ arguments: [String], of program: String = Self.path) throws -> Answer {
        // Files, for a pipe that nobody reads fills up.
        let streams = try TemporaryDirectory()
        let process = process(program, arguments)
        func handle(_ name: String) throws -> FileHandle {
            try Data().write(to: URL(fileURLWithPath: streams.file(name)))
            return try FileHandle(forWritingTo: URL(fileURLWithPath: streams.file(name)))
        }
        process.standardOutput = try handle("output")
        process.standardError = try handle("error")
        try process.run()
        process.endInTime()
        process.waitUntilExit()
        return Answer(
            code: process.terminationReason == .exit ? process.terminationStatus : -1,
            output: try String(contentsOfFile: streams.file("output"), encoding: .utf8),
            error: try String(contentsOfFile: streams.file("error"), encoding: .utf8))
    }

    /// Both streams as a terminal gets them: that of script(1), which every Debian has.
    func onTerminal(_ arguments: String..., columns: Int? = nil) throws -> String {
        try onTerminal(arguments: arguments, columns: columns)
    }

    func onTerminal(arguments: [String], columns: Int?) throws -> String {
        let words = ([Self.path] + arguments).map { "'\($0)'" }.joined(separator: " ")
        let command = columns.map { "stty cols \($0); \(words)" } ?? words
        return try run(["-qec", command, "/dev/null"], of: "/usr/bin/script").output
    }
}

/// A small source tree to work on, and the tool in it.
struct Workspace {
    let root: TemporaryDirectory
    let tool: SegstoreTool
    /// The store that ingest makes by itself.
    var store: String { root.file("tree/.segstore") }
    var tree: String { root.file("tree") }

    init() throws {
        root = try TemporaryDirectory()
        tool = SegstoreTool(directory: root.path + "/tree")
        try FileManager.default.createDirectory(
            atPath: root.file("tree/lib"), withIntermediateDirectories: true)
        try write("main.swift", "print(1)\n")
        try write("lib/a.c", "int a;\n")
        try write("lib/b.c", "int b;\n")
        try write("notes.txt", "notes\n")
        try write("logo.png", "\u{0}\u{1}")
    }

    func write(_ name: String, _ content: String) throws {
        try Data(content.utf8).write(to: URL(fileURLWithPath: "\(tree)/\(name)"))
    }

    func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: "\(tree)/\(name)")
    }

    /// Changes a file of the store where it is.
    func damage(_ name: String, _ change: (inout Data) -> Void) throws {
        let url = URL(fileURLWithPath: "\(store)/\(name)")
        var bytes = try Data(contentsOf: url)
        change(&bytes)
        try bytes.write(to: url)
    }
}
