// SPDX-License-Identifier: Apache-2.0
import Glibc
import Platform

/// Text of any length, of which a window is in memory: a file, standard input, or bytes.
package final class TextInput {
    /// As messages name it.
    package let name: String
    private let read: (UnsafeMutableRawBufferPointer) throws(SystemError) -> Int
    @exclusivity(unchecked) private var memory: UnsafeMutableRawBufferPointer
    @exclusivity(unchecked) private var start = 0
    @exclusivity(unchecked) private var end = 0
    /// Nothing comes behind the window.
    package private(set) var isAtEnd = false
    @exclusivity(unchecked) package private(set) var consumedByteCount = 0

    /// A record that is longer is refused.
    package static let recordByteLimit = 128 << 20
    /// Bytes that may be read behind the window, whatever they are.
    static let padding = 64

    package init(
        name: String, windowByteCount: Int = 1 << 20,
        read: @escaping (UnsafeMutableRawBufferPointer) throws(SystemError) -> Int
    ) {
        self.name = name
        self.read = read
        memory = Self.allocate(windowByteCount)
    }

    /// '-' is standard input.
    package convenience init(path: String) throws(SystemError) {
        let isStandardInput = path == "-"
        let file = isStandardInput ? File.standardInput : try File(path, .read)
        self.init(name: isStandardInput ? "standard input" : path) { buffer throws(SystemError) in
            try file.readNext(buffer)
        }
    }

    package convenience init(name: String, bytes: [UInt8], windowByteCount: Int = 1 << 20) {
        var rest = bytes[...]
        self.init(name: name, windowByteCount: windowByteCount) { buffer in
            let part = rest.prefix(buffer.count)
            buffer.copyBytes(from: part)
            rest.removeFirst(part.count)
            return part.count
        }
    }

    deinit { memory.deallocate() }

    private static func allocate(_ byteCount: Int) -> UnsafeMutableRawBufferPointer {
        let memory = UnsafeMutableRawBufferPointer.allocate(
            byteCount: byteCount + padding, alignment: 16)
        memory[byteCount...].initializeMemory(as: UInt8.self, repeating: 0)
        return memory
    }

    private var capacity: Int { memory.count - Self.padding }

    /// What is in memory and not consumed yet. Valid until `more`.
    package var window: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(memory)[start..<end])
    }

    package func consume(_ count: Int) {
        start += count
        consumedByteCount += count
    }

    /// Brings more into the window. False if there is no more, or the window may not grow further.
    package func more() throws(SystemError) -> Bool {
        if isAtEnd { return false }
        if start > 0 {
            memory.copyMemory(from: window)
            end -= start
            start = 0
        }
        if end == capacity {
            guard capacity < Self.recordByteLimit else { return false }
            let larger = Self.allocate(min(capacity * 2, Self.recordByteLimit))
            larger.copyMemory(from: window)
            memory.deallocate()
            memory = larger
        }
        let count = try read(UnsafeMutableRawBufferPointer(rebasing: memory[end..<capacity]))
        if count == 0 { isAtEnd = true }
        end += count
        return count > 0
    }

    /// A mark that some programs put before UTF-8.
    package func skipByteOrderMark() throws(SystemError) {
        while window.count < 3, try more() {}
        if window.starts(with: [0xef, 0xbb, 0xbf]) { consume(3) }
    }

    package enum Line {
        /// Without its end.
        case text(UnsafeRawBufferPointer)
        case tooLong
    }

    /// The next line; nil at the end. Only one that begins like `isPlausible` says is waited for
    /// when it is long.
    package func nextLine(
        isPlausible: (UnsafeRawBufferPointer) -> Bool = { _ in true }
    ) throws(SystemError) -> Line? {
        var searched = 0
        while true {
            let window = window
            if let found = Self.find(0x0a, in: window, from: searched) {
                consume(found + 1)
                return .text(UnsafeRawBufferPointer(rebasing: window[..<found]))
            }
            searched = window.count
            if searched == capacity, !isPlausible(window) { return try skipLine() }
            if try more() { continue }
            guard isAtEnd else { return try skipLine() }
            if window.isEmpty { return nil }
            // `more` may have moved it.
            let rest = self.window
            consume(rest.count)
            return .text(rest)
        }
    }

    /// Passes over the rest of a line, however long it is.
    package func skipLine() throws(SystemError) -> Line {
        repeat {
            if let found = Self.find(0x0a, in: window, from: 0) {
                consume(found + 1)
                break
            }
            consume(window.count)
        } while try more()
        return .tooLong
    }

    static func find(_ byte: UInt8, in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        guard start < bytes.count, let base = bytes.baseAddress,
            let found = memchr(base + start, Int32(byte), bytes.count - start)
        else { return nil }
        return UnsafeRawPointer(found) - base
    }
}
