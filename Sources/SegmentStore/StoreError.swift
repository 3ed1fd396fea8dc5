// SPDX-License-Identifier: Apache-2.0
import Codec
import Glibc
import Platform

/// Why the store could not do what was asked: what, where, and what to do about it.
public struct StoreError: Error, Sendable, CustomStringConvertible {
    /// The class of a failure. More may be added.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Value: String {
            case corrupted, unsupportedVersion, notFound, locked, io, outOfSpace,
                readOnly, invalidArgument, invalidRow, duplicateKey, limitExceeded, schemaMismatch,
                cancelled, danglingReference,
                closed
        }
        private let value: Value

        /// Bytes on disk are not what was written there.
        public static let corrupted = Code(value: .corrupted)
        /// Written by a version, or with a feature, that this one does not know.
        public static let unsupportedVersion = Code(value: .unsupportedVersion)
        /// No store, generation, relation or column of that name.
        public static let notFound = Code(value: .notFound)
        /// Another writer has the store.
        public static let locked = Code(value: .locked)
        /// A system call failed.
        public static let io = Code(value: .io)
        /// The disk, or a quota on it, is full.
        public static let outOfSpace = Code(value: .outOfSpace)
        /// The store, or the file system it is on, can't be written.
        public static let readOnly = Code(value: .readOnly)
        /// The caller's arguments contradict each other or the store.
        public static let invalidArgument = Code(value: .invalidArgument)
        /// Rows break the schema; `rows` lists them.
        public static let invalidRow = Code(value: .invalidRow)
        /// A key stands twice where the batch forbids it; `rows` lists them.
        public static let duplicateKey = Code(value: .duplicateKey)
        /// Rows refer to what is not there, where the batch refuses that; `rows` lists them.
        public static let danglingReference = Code(value: .danglingReference)
        /// A batch has too many rows or too long a label; or rows were refused, all of them because
        /// they or a value in them are too large, and `rows` lists them.
        public static let limitExceeded = Code(value: .limitExceeded)
        /// The schema asked for is not the store's.
        public static let schemaMismatch = Code(value: .schemaMismatch)
        /// A progress callback asked to stop.
        public static let cancelled = Code(value: .cancelled)
        /// An earlier failed sync closed this writer for good; open the store again.
        public static let closed = Code(value: .closed)

        public var description: String { value.rawValue }
    }

    public let code: Code
    public let message: String
    /// The file concerned.
    public var path: String?
    public var byteOffset: Int?
    /// The system's error number, if a system call failed.
    public var errno: Int32?
    /// The process that holds the lock, where it is known.
    public var holder: Int32?
    /// The rows concerned, the first thousand of them.
    public var rows: [RowProblem] = []
    /// How many those are, all of them.
    public var rowCount = 0

    public init(_ code: Code, _ message: String, path: String? = nil) {
        self.code = code
        self.message = message
        self.path = path
    }

    public var description: String {
        var text = message
        if let path { text = "\(path): \(text)" }
        if let byteOffset { text += " (at byte \(byteOffset))" }
        return text
    }

    init(_ error: SystemError) {
        switch error.errno {
        case ENOSPC, EDQUOT:
            self.init(.outOfSpace, "no space left to \(error.call.rawValue)", path: error.path)
        case EROFS, EACCES, EPERM:
            self.init(.readOnly, "cannot \(error.call.rawValue): \(error.reason)", path: error.path)
        default:
            self.init(.io, "\(error.call.rawValue) failed: \(error.reason)", path: error.path)
        }
        errno = error.errno
    }

    init(_ error: CodecError, in path: String, at byteOffset: Int? = nil, _ place: String = "") {
        self.init(.corrupted, place.isEmpty ? "\(error)" : "\(place): \(error)", path: path)
        self.byteOffset = byteOffset
    }

    static func corrupted(_ message: String, in path: String, at byteOffset: Int? = nil)
        -> StoreError
    {
        var error = StoreError(.corrupted, message, path: path)
        error.byteOffset = byteOffset
        return error
    }
}

/// One row of a batch that was not taken.
public struct RowProblem: Sendable, Equatable, CustomStringConvertible {
    public let relation: String
    /// Counted from 0 over the rows appended to that relation.
    public let index: Int
    /// The key, as far as it could be read.
    public let key: String
    public let reason: String

    public init(relation: String, index: Int, key: String, reason: String) {
        self.relation = relation
        self.index = index
        self.key = key
        self.reason = reason
    }

    public var description: String { "\(relation) row \(index) (\(key)): \(reason)" }
}

/// Runs `body`, turning a system's error into the store's.
@inline(__always)
func system<Result>(_ body: () throws(SystemError) -> Result) throws(StoreError) -> Result {
    do throws(SystemError) { return try body() } catch { throw StoreError(error) }
}
