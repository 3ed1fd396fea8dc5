// SPDX-License-Identifier: Apache-2.0
import Glibc

/// An open file. Closed when it is dropped, or earlier to hear of a failure.
///
/// `@unchecked Sendable`: the descriptor changes only in `close`, which its owner calls once.
package final class File: @unchecked Sendable {
    package let path: String
    private var descriptor: Int32

    package enum Mode {
        case read
        /// The file must not exist yet.
        case createNew
        /// Made if need be; nothing in it is cut.
        case readWrite
        /// Has no name, in the folder of the path, and is gone when nobody has it open.
        case unnamed
    }

    package init(_ path: String, _ mode: Mode) throws(SystemError) {
        self.path = path
        let flags =
            switch mode {
            case .read: O_RDONLY | O_CLOEXEC
            case .createNew: O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC
            case .readWrite: O_RDWR | O_CREAT | O_CLOEXEC
            case .unnamed: O_RDWR | temporaryFlag | O_CLOEXEC
            }
        let place = mode == .unnamed ? Directory.parent(of: path) : path
        descriptor = Int32(try retrying(.open, path) { Int(Glibc.open(place, flags, 0o644)) })
    }

    private init(descriptor: Int32, _ path: String) {
        self.path = path
        self.descriptor = descriptor
    }

    /// Gives a file that has none a name, which must not be there yet.
    package func link(to target: String) throws(SystemError) {
        _ = try retrying(.link, target) {
            Int(linkat(AT_FDCWD, ownPath, AT_FDCWD, target, AT_SYMLINK_FOLLOW))
        }
    }

    /// Whether `link` can do its work: where there is no /proc it cannot.
    package var canBeLinked: Bool { access(ownPath, F_OK) == 0 }

    private var ownPath: String { "/proc/self/fd/\(descriptor)" }

    /// Where the system has it now, every link on the way followed; nil where it does not tell. One
    /// that was replaced since it was opened is where it was.
    package var systemPath: String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX) + 16) { buffer in
            guard let base = buffer.baseAddress else { return nil }
            let count = readlink(ownPath, base, buffer.count)
            guard count > 0, count < buffer.count else { return nil }
            let path = String(decoding: UnsafeRawBufferPointer(buffer)[..<count], as: UTF8.self)
            let mark = " (deleted)"
            return path.hasSuffix(mark) ? String(path.dropLast(mark.count)) : path
        }
    }

    /// What the process is given to read. Never closed.
    package static let standardInput = File(descriptor: 0, "standard input")

    deinit {
        if descriptor >= 0 { _ = Glibc.close(descriptor) }
    }

    /// Reads what comes next, of a pipe too; 0 at the end.
    package func readNext(_ buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
        try retrying(.read, path) { Glibc.read(descriptor, buffer.baseAddress, buffer.count) }
    }

    /// Writes all bytes at `offset`, however many calls it takes.
    package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            // SAFETY: `done` is below the count, so the buffer has an address.
            let start = bytes.baseAddress.unsafelyUnwrapped + done
            let written = try retrying(.write, path) {
                pwrite(
                    descriptor, start, Faults.allowance(bytes.count - done, path),
                    off_t(offset + done))
            }
            if written == 0 { throw SystemError(.write, path, ENOSPC) }
            done += written
        }
    }

    /// Reads up to `buffer.count` bytes at `offset`; fewer only at the end of the file.
    package func read(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(SystemError)
        -> Int
    {
        var done = 0
        while done < buffer.count {
            let start = buffer.baseAddress.unsafelyUnwrapped + done
            let count = try retrying(.read, path) {
                pread(descriptor, start, buffer.count - done, off_t(offset + done))
            }
            if count == 0 { break }
            done += count
        }
        return done
    }

    /// Everything in it, if that is at most `limit` bytes.
    package func readAll(limit: Int) throws(SystemError) -> [UInt8] {
        let size = try byteCount()
        guard size <= limit else { throw SystemError(.read, path, EFBIG) }
        // An empty array is one that all threads share, and would be written to below.
        if size == 0 { return [] }
        var failure: SystemError?
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            do throws(SystemError) {
                count = try read(UnsafeMutableRawBufferPointer(buffer), at: 0)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    package func byteCount() throws(SystemError) -> Int {
        var status = stat()
        _ = try retrying(.stat, path) { Int(fstat(descriptor, &status)) }
        return Int(status.st_size)
    }

    /// Whether its name still leads to it.
    package func hasItsName() throws(SystemError) -> Bool {
        var own = stat()
        _ = try retrying(.stat, path) { Int(fstat(descriptor, &own)) }
        var named = stat()
        guard stat(path, &named) == 0 else { return false }
        return own.st_dev == named.st_dev && own.st_ino == named.st_ino
    }

    /// Cuts or extends the file; only for a file that nobody has mapped.
    package func truncate(to byteCount: Int) throws(SystemError) {
        _ = try retrying(.write, path) { Int(ftruncate(descriptor, off_t(byteCount))) }
    }

    /// The data and the size are on the medium when this returns.
    package func sync() throws(SystemError) {
        _ = try retrying(.sync, path) { Int(fdatasync(descriptor)) }
    }

    package func close() throws(SystemError) {
        let open = descriptor
        descriptor = -1
        guard open >= 0 else { return }
        if let forced = Faults.intercept(.close, path), forced != EINTR {
            _ = Glibc.close(open)
            throw SystemError(.close, path, forced)
        }
        // Linux frees the descriptor even when close is interrupted: trying again could
        // close another file.
        if Glibc.close(open) != 0, errno != EINTR { throw SystemError(.close, path, errno) }
    }

    /// A read-only mapping of the whole file, which must have `byteCount` bytes; all of them will
    /// be read, or single ones here and there.
    package func map(
        byteCount: Int, readingAll: Bool = false
    ) throws(SystemError) -> MappedMemory {
        if byteCount == 0 { return MappedMemory() }
        // SAFETY: the mapping is shared and read-only; `MappedMemory` unmaps it.
        var address: UnsafeMutableRawPointer?
        _ = try retrying(.map, path) {
            address = mmap(nil, byteCount, PROT_READ, MAP_SHARED, descriptor, 0)
            return address == MAP_FAILED ? -1 : 0
        }
        // A look-up touches single pages; around each the system would read megabytes. Advice only:
        // where it is refused, nothing is lost.
        _ = madvise(address, byteCount, readingAll ? MADV_WILLNEED : MADV_RANDOM)
        return MappedMemory(
            mapped: UnsafeRawPointer(address.unsafelyUnwrapped), byteCount: byteCount)
    }

    /// Gives the lock back. A close alone would not while a child process that was just forked has
    /// the descriptor too.
    package func unlock() { _ = flock(descriptor, LOCK_UN) }

    /// Takes the advisory lock, which the kernel frees with the process. False if another has it.
    package func tryLock() throws(SystemError) -> Bool {
        do throws(SystemError) {
            _ = try retrying(.lock, path) { Int(flock(descriptor, LOCK_EX | LOCK_NB)) }
            return true
        } catch {
            if error.errno == EWOULDBLOCK { return false }
            throw error
        }
    }
}

/// Bytes that stay where they are while this is held: a mapped file, or memory of our own.
///
/// `@unchecked Sendable`: nobody writes through it.
package final class MappedMemory: @unchecked Sendable {
    package let base: UnsafeRawPointer
    package let byteCount: Int
    private let release: Release

    private enum Release {
        case unmap
        case free
        case other(AnyObject)
        case nothing
    }

    init() {
        base = UnsafeRawPointer(bitPattern: 4096).unsafelyUnwrapped
        byteCount = 0
        release = .nothing
    }

    init(mapped base: UnsafeRawPointer, byteCount: Int) {
        self.base = base
        self.byteCount = byteCount
        release = .unmap
    }

    /// A copy in memory.
    package init(copying bytes: UnsafeRawBufferPointer) {
        let copy = UnsafeMutableRawPointer.allocate(byteCount: bytes.count + 8, alignment: 4096)
        if let start = bytes.baseAddress { copy.copyMemory(from: start, byteCount: bytes.count) }
        base = UnsafeRawPointer(copy)
        byteCount = bytes.count
        release = .free
    }

    /// A part of another mapping.
    package init(part range: Range<Int>, of whole: MappedMemory) {
        precondition(range.lowerBound >= 0 && range.upperBound <= whole.byteCount)
        base = whole.base + range.lowerBound
        byteCount = range.count
        release = .other(whole)
    }

    package var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base, count: byteCount)
    }

    /// Has the system read a range that will be wanted soon. It must lie within.
    package func prefetch(_ range: Range<Int>) {
        switch release {
        case .unmap, .other: break
        case .free, .nothing: return
        }
        // Pages of the system's own size, which is at least this.
        let start = UInt(bitPattern: base + range.lowerBound) & ~4095
        let end = UInt(bitPattern: base + range.upperBound)
        _ = madvise(UnsafeMutableRawPointer(bitPattern: start), Int(end - start), MADV_WILLNEED)
    }

    deinit {
        switch release {
        case .unmap: munmap(UnsafeMutableRawPointer(mutating: base), byteCount)
        case .free: UnsafeMutableRawPointer(mutating: base).deallocate()
        case .other, .nothing: break
        }
    }
}

/// O_TMPFILE, which is too much of a macro to be imported; its lower bits are O_DIRECTORY.
private let temporaryFlag: Int32 = 0o20000000 | O_DIRECTORY
