// SPDX-License-Identifier: Apache-2.0
import Foundation

enum Corpus {
    /// Real source text that most machines have: Python's library; else this repository.
    static func find() -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "python3", "-c", "import sysconfig; print(sysconfig.get_path('stdlib'))",
        ]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return "Sources" }
        let text = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let path = text.split(separator: "\n").first.map(String.init) ?? ""
        return process.terminationStatus == 0 && !path.isEmpty ? path : "Sources"
    }
}
