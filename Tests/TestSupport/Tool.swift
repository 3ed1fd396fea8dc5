// SPDX-License-Identifier: Apache-2.0
import Foundation
import Platform

/// A running process of one of the package's own executables.
public final class Tool: @unchecked Sendable {
    // Sendable: `process` is configured before it is shared, and can be asked and killed by anyone.
    private let process = Process()
    private let output = Pipe()
    private let errors = Pipe()
    private let input = Pipe()
    private let lines = Locked<(text: [UInt8], errors: [UInt8])>(([], []))
    private let readers = DispatchGroup()
    private let exited = DispatchSemaphore(value: 0)

    /// Where the executables of this build are: beside the tests' own.
    public static let directory: String = {
        let own =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            ?? CommandLine.arguments[0]
        return (own as NSString).deletingLastPathComponent
    }()

    public init(_ name: String, _ arguments: [String]) throws {
        process.executableURL = URL(fileURLWithPath: "\(Self.directory)/\(name)")
        process.arguments = arguments
        process.standardOutput = output
        process.standardError = errors
        process.standardInput = input
        process.terminationHandler = { [exited] _ in exited.signal() }
        try process.run()
        process.endInTime()
        drain(output) { $0.text += $1 }
        drain(errors) { $0.errors += $1 }
    }

    private func drain(
        _ pipe: Pipe,
        _ add: @escaping @Sendable (inout (text: [UInt8], errors: [UInt8]), [UInt8]) -> Void
    ) {
        let handle = pipe.fileHandleForReading
        readers.enter()
        Thread.detachNewThread { [self] in
            while true {
                let data = handle.availableData
                if data.isEmpty { break }
                lines.withLock { add(&$0, Array(data)) }
            }
            readers.leave()
        }
    }

    public var processID: Int32 { process.processIdentifier }
    /// What it printed so far.
    public var text: String { lines.withLock { String(decoding: $0.text, as: UTF8.self) } }
    public var errorText: String { lines.withLock { String(decoding: $0.errors, as: UTF8.self) } }

    /// Waits until it printed something; false if it ended without.
    public func waitForOutput() -> Bool {
        while text.isEmpty {
            if !process.isRunning { return !text.isEmpty }
            usleep(500)
        }
        return true
    }

    public func kill() { _ = Foundation.kill(process.processIdentifier, SIGKILL) }

    public func closeInput() { try? input.fileHandleForWriting.close() }

    /// Waits for its end, and for all that it printed; returns its exit code, negative for a signal.
    public func wait() -> Int32 {
        exited.wait()
        readers.wait()
        try? input.fileHandleForWriting.close()
        return process.terminationReason == .uncaughtSignal
            ? -process.terminationStatus : process.terminationStatus
    }
}

extension Process {
    /// One that hangs must fail its test, not keep all of them from ending.
    public func endInTime(seconds: Int = 300) {
        // What has ended must not keep its files open.
        DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(seconds)) { [weak self] in
            guard let self, isRunning else { return }
            _ = Foundation.kill(processIdentifier, SIGKILL)
        }
    }
}
