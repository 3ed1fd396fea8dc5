// SPDX-License-Identifier: Apache-2.0
import Foundation

enum Corpus {
    /// Real source text that most machines have: Python's library; else this repository.
    static func find() -> String {
        let script = "import sysconfig; print(sysconfig.get_path('stdlib'))"
        return output(of: ["python3", "-c", script]) ?? "Sources"
    }

    /// The first line that a command prints, unless it fails.
    static func output(of command: [String]) -> String? {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        let text = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { return nil }
        return text.split(separator: "\n").first.map(String.init)
    }
}
