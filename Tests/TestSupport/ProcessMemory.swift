// SPDX-License-Identifier: Apache-2.0
import Foundation

public enum ProcessMemory {
    /// The most memory that this process has had so far, in bytes, as the kernel counts it.
    public static func peakByteCount() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        for line in status.split(separator: "\n") where line.hasPrefix("VmHWM:") {
            return (line.split { !$0.isNumber }.first.flatMap { Int($0) } ?? 0) * 1024
        }
        return 0
    }
}
