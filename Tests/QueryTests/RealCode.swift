// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSupport
import Testing

extension RealTokens {
    /// The text of files below folders, Debian's Python library and our own, in order.
    static func realCode(byteCount: Int, of folders: [String]) throws -> [String] {
        var texts: [String] = []
        for folder in folders {
            let base = folder.hasPrefix("/") ? folder : root.appendingPathComponent(folder).path
            let paths = try #require(FileManager.default.enumerator(atPath: base), "\(base)")
                .compactMap { $0 as? String }
                .filter { path in
                    [".swift", ".py", ".c", ".h"].contains { path.hasSuffix($0) }
                }
            var left = byteCount / folders.count
            for path in paths.sorted() where left > 0 {
                guard let text = try? String(contentsOfFile: "\(base)/\(path)", encoding: .utf8)
                else { continue }
                texts.append(text)
                left -= text.utf8.count
            }
            try #require(left <= 0, "too little code in \(base)")
        }
        return texts
    }

    /// Cut at ends of lines.
    static func pieces(_ text: String, byteCount: Int) -> [String] {
        var pieces: [String] = []
        var piece: [UInt8] = []
        for line in text.utf8.split(separator: 0x0a, omittingEmptySubsequences: false) {
            piece += line
            piece.append(0x0a)
            guard piece.count >= byteCount else { continue }
            pieces.append(String(decoding: piece, as: UTF8.self))
            piece = []
        }
        return pieces
    }
}
