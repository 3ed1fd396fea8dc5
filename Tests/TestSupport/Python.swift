// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Scripts in Python that tests run.
///
/// SEGSTORE_PYTHON names the interpreter, by default the first python3 that has what it needs: the
/// one in PATH may be another than Debian's, whose packages scripts/setup installs.
public struct Python: Sendable {
    public struct Outcome: Sendable {
        public var status: Int32
        public var output: String
        public var errors: String
    }

    private let interpreter: String

    /// One that can import these modules; nil if there is none.
    public init?(importing modules: [String]) {
        let named = ProcessInfo.processInfo.environment["SEGSTORE_PYTHON"]
        let found = (named.map { [$0] } ?? ["python3", "/usr/bin/python3"]).first {
            let script = "import " + modules.joined(separator: ", ")
            return (try? Self.run($0, ["-c", script]).status) == 0
        }
        guard let found else { return nil }
        interpreter = found
    }

    /// `-B`: nothing is to be left beside the script.
    public func run(_ script: String, _ arguments: [String]) throws -> Outcome {
        try Self.run(interpreter, ["-B", script] + arguments)
    }

    private static func run(_ interpreter: String, _ arguments: [String]) throws -> Outcome {
        let process = Process()
        let output = Pipe()
        let errors = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [interpreter] + arguments
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        process.endInTime()
        func text(_ pipe: Pipe) -> String {
            String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        }
        // What goes to the other is a line or a traceback, which a pipe holds.
        let (out, error) = (text(output), text(errors))
        process.waitUntilExit()
        return Outcome(status: process.terminationStatus, output: out, errors: error)
    }
}
