// SPDX-License-Identifier: Apache-2.0
//
// One line of a .gitignore, with the meaning that git gives it (gitignore(5), and where that is
// silent what git does). A pattern is cut into the parts between slashes when it is read; then a
// match costs at most the product of both lengths, whatever the pattern.

struct IgnorePattern: Sendable {
    enum Token: Sendable {
        case byte(UInt8)
        /// `?`
        case any
        /// `*`
        case star
        /// `[…]`: one bit for each byte.
        case set(ByteSet)
    }

    enum Part: Sendable {
        case literal([UInt8])
        case glob([Token])
        /// `**` between slashes: any number of directories, at the end at least a name.
        case anyDepth
        /// `**\/`: for git at least one.
        case someDepth
    }

    /// It takes back what an earlier pattern ignores.
    let isNegated: Bool
    let isForDirectories: Bool
    /// Without a slash it is of the last name of a path only.
    let isOfName: Bool
    /// What a path begins with, where the parts are of what comes after it.
    private let start: ArraySlice<UInt8>
    private let parts: [Part]
    /// Letters of a path are small ones to it, and so are its own.
    private let ignoresCase: Bool

    /// The pattern on a line; nil for comments, and for what cannot match anything.
    init?(line: ArraySlice<UInt8>, ignoresCase: Bool) {
        var line = Self.trimmed(line.prefix { $0 != 0 })
        guard let first = line.first, first != UInt8(ascii: "#") else { return nil }
        isNegated = first == UInt8(ascii: "!")
        if isNegated { line.removeFirst() }
        isForDirectories = line.last == UInt8(ascii: "/")
        if isForDirectories { line.removeLast() }
        isOfName = !line.contains(UInt8(ascii: "/"))
        if line.first == UInt8(ascii: "/") { line.removeFirst() }
        start = isOfName ? [] : Self.start(line)
        line = line.dropFirst(start.count)
        guard let parts = Self.parts(line, isOfName: isOfName, ignoresCase) else { return nil }
        self.parts = parts
        self.ignoresCase = ignoresCase
    }

    /// Without the spaces at its end that no backslash stands before.
    private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var end = line.startIndex
        var index = line.startIndex
        while index < line.endIndex {
            if line[index] == UInt8(ascii: "\\") {
                index += 1
                // One at the very end keeps the spaces before it.
                guard index < line.endIndex else { return line }
                end = index + 1
            } else if line[index] != UInt8(ascii: " ") {
                end = index + 1
            }
            index += 1
        }
        return line[..<end]
    }

    /// Git compares what stands before the first wildcard on its own, so that in `a/b**/c` the
    /// stars are for it at the start of something, and any directories. Empty for other patterns.
    private static func start(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let start = line.prefix { !"*?[\\".utf8.contains($0) }
        let rest = line.dropFirst(start.count)
        let end = rest.drop { $0 == UInt8(ascii: "*") }
        guard rest.count - end.count >= 2, start.last != UInt8(ascii: "/"),
            end.isEmpty || end.starts(with: "/".utf8) || end.starts(with: "\\/".utf8)
        else { return [] }
        return start
    }

    private static func parts(
        _ pattern: ArraySlice<UInt8>, isOfName: Bool, _ ignoresCase: Bool
    ) -> [Part]? {
        var parts: [Part] = []
        var tokens: [Token] = []
        var starCount = 0
        /// Whether the part is nothing but stars so far.
        func endPart() -> Bool {
            guard !tokens.isEmpty else { return false }
            let isStars = starCount >= 2 && tokens.count == 1
            parts.append(isStars && !isOfName ? .anyDepth : part(tokens))
            tokens = []
            starCount = 0
            return true
        }
        var index = pattern.startIndex
        while index < pattern.endIndex {
            var byte = pattern[index]
            index += 1
            switch byte {
            case UInt8(ascii: "/"):
                guard endPart() else { return nil }
                continue
            case UInt8(ascii: "*"):
                if tokens.isEmpty || starCount == 0 { tokens.append(.star) }
                starCount += 1
                continue
            case UInt8(ascii: "?"): tokens.append(.any)
            case UInt8(ascii: "["):
                guard let set = ByteSet(pattern, after: &index, ignoresCase) else { return nil }
                tokens.append(.set(set))
            case UInt8(ascii: "\\"):
                guard index < pattern.endIndex else { return nil }
                byte = pattern[index]
                index += 1
                if byte == UInt8(ascii: "/") {
                    guard endPart() else { return nil }
                    if case .anyDepth? = parts.last { parts[parts.count - 1] = .someDepth }
                    continue
                }
                // Git has it as it is, so that without regard to case no capital is meant.
                tokens.append(.byte(byte))
            default: tokens.append(.byte(folded(byte, ignoresCase)))
            }
            starCount = 0
        }
        guard endPart() else { return nil }
        return parts
    }

    private static func part(_ tokens: [Token]) -> Part {
        var bytes: [UInt8] = []
        for token in tokens {
            guard case .byte(let byte) = token else { return .glob(tokens) }
            bytes.append(byte)
        }
        return .literal(bytes)
    }

    // MARK: - Matching

    /// Whether it is of a path, which is given from the directory of the pattern's file on.
    func matches(_ path: UnsafeBufferPointer<UInt8>, nameStart: Int, isDirectory: Bool) -> Bool {
        if isForDirectories, !isDirectory { return false }
        if isOfName { return matches(parts[0], path[nameStart...]) }
        guard path.count >= start.count,
            start.elementsEqual(
                path[..<start.count],
                by: {
                    folded($0, ignoresCase) == folded($1, ignoresCase)
                })
        else { return false }
        return matchesPath(path[start.count...])
    }

    /// As a glob is matched, with parts for its letters: of several `**` only the last need ever be
    /// tried again.
    private func matchesPath(_ path: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        var part = 0
        var rest: Slice<UnsafeBufferPointer<UInt8>>? = path
        var retry: (part: Int, rest: Slice<UnsafeBufferPointer<UInt8>>)?
        while true {
            if part == parts.count {
                if rest == nil { return true }
            } else if case .anyDepth = parts[part] {
                if part == parts.count - 1 { return rest != nil }
                part += 1
                if let rest { retry = (part, rest) }
                continue
            } else if case .someDepth = parts[part] {
                part += 1
                if let slash = rest?.firstIndex(of: UInt8(ascii: "/")) {
                    rest = rest.map { $0[(slash + 1)...] }
                    retry = rest.map { (part, $0) }
                    continue
                }
                return false
            } else if let current = rest {
                let slash = current.firstIndex(of: UInt8(ascii: "/"))
                if matches(parts[part], current[..<(slash ?? current.endIndex)]) {
                    part += 1
                    rest = slash.map { current[($0 + 1)...] }
                    continue
                }
            }
            guard let last = retry, let slash = last.rest.firstIndex(of: UInt8(ascii: "/")) else {
                return false
            }
            let next = last.rest[(slash + 1)...]
            retry = (last.part, next)
            part = last.part
            rest = next
        }
    }

    private func matches(
        _ part: Part, _ name: Slice<UnsafeBufferPointer<UInt8>>
    ) -> Bool {
        switch part {
        case .anyDepth, .someDepth: true
        case .literal(let bytes):
            bytes.count == name.count
                && bytes.elementsEqual(name) { $0 == folded($1, ignoresCase) }
        case .glob(let tokens): matches(tokens, name)
        }
    }

    private func matches(
        _ tokens: [Token], _ name: Slice<UnsafeBufferPointer<UInt8>>
    ) -> Bool {
        // Most globs are `*.o` and its like.
        if case .byte(let last)? = tokens.last, last != name.last.map({ folded($0, ignoresCase) }) {
            return false
        }
        var token = 0
        var index = name.startIndex
        var retry: (token: Int, index: Int)?
        while true {
            if token < tokens.count, case .star = tokens[token] {
                token += 1
                retry = (token, index)
                continue
            }
            if index == name.endIndex {
                return token == tokens.count
            }
            if token < tokens.count,
                Self.matches(tokens[token], folded(name[index], ignoresCase))
            {
                token += 1
                index += 1
                continue
            }
            guard let last = retry else { return false }
            retry = (last.token, last.index + 1)
            token = last.token
            index = last.index + 1
        }
    }

    private static func matches(_ token: Token, _ byte: UInt8) -> Bool {
        switch token {
        case .byte(let wanted): wanted == byte
        case .any, .star: true
        case .set(let set): set.contains(byte)
        }
    }
}

/// A letter as a small one, where that makes no difference.
private func folded(_ byte: UInt8, _ ignoresCase: Bool) -> UInt8 {
    ignoresCase && byte >= 65 && byte <= 90 ? byte | 32 : byte
}

/// What stands between brackets in a pattern.
struct ByteSet: Sendable {
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    func contains(_ byte: UInt8) -> Bool {
        let word =
            switch byte >> 6 {
            case 0: words.0
            case 1: words.1
            case 2: words.2
            default: words.3
            }
        return word >> UInt64(byte & 63) & 1 == 1
    }

    private mutating func insert(_ byte: UInt8) {
        let bit = UInt64(1) << UInt64(byte & 63)
        switch byte >> 6 {
        case 0: words.0 |= bit
        case 1: words.1 |= bit
        case 2: words.2 |= bit
        default: words.3 |= bit
        }
    }

    /// Reads a set whose `[` stands before `index`, and moves that behind its `]`. Nil if it has no
    /// end, or names a class that there is not: a pattern with it matches nothing.
    ///
    /// Without regard to case, git asks for small letters only: a capital that stands alone in a
    /// set means nothing then, in a range it means the small one as well.
    init?(_ pattern: ArraySlice<UInt8>, after index: inout Int, _ ignoresCase: Bool) {
        func byte(at index: Int) -> UInt8? { index < pattern.endIndex ? pattern[index] : nil }
        var isNegated = false
        if let first = byte(at: index), first == UInt8(ascii: "!") || first == UInt8(ascii: "^") {
            isNegated = true
            index += 1
        }
        var previous: UInt8?
        var isFirst = true
        while true {
            guard var current = byte(at: index) else { return nil }
            index += 1
            if current == UInt8(ascii: "]"), !isFirst { break }
            isFirst = false
            if current == UInt8(ascii: "\\") {
                guard let escaped = byte(at: index) else { return nil }
                index += 1
                insert(escaped)
                previous = escaped
            } else if current == UInt8(ascii: "-"), let low = previous,
                var high = byte(at: index), high != UInt8(ascii: "]")
            {
                index += 1
                if high == UInt8(ascii: "\\") {
                    guard let escaped = byte(at: index) else { return nil }
                    high = escaped
                    index += 1
                }
                if low <= high {
                    for byte in low...high {
                        insert(byte)
                        insert(folded(byte, ignoresCase))
                    }
                }
                previous = nil
            } else if current == UInt8(ascii: "["), byte(at: index) == UInt8(ascii: ":") {
                guard let end = pattern[(index + 1)...].firstIndex(of: UInt8(ascii: "]")) else {
                    return nil
                }
                if end == index + 1 || pattern[end - 1] != UInt8(ascii: ":") {
                    current = UInt8(ascii: "[")
                    insert(current)
                    previous = current
                    continue
                }
                let name = String(decoding: pattern[(index + 1)..<(end - 1)], as: UTF8.self)
                guard let isMember = Self.classes[name] else { return nil }
                for byte in UInt8.min...UInt8.max where isMember(byte) {
                    insert(byte)
                    insert(folded(byte, ignoresCase))
                }
                index = end + 1
                previous = nil
            } else {
                insert(current)
                previous = current
            }
        }
        if isNegated { words = (~words.0, ~words.1, ~words.2, ~words.3) }
    }

    private static var classes: [String: @Sendable (UInt8) -> Bool] {
        [
            "alnum": { isLetter($0) || isDigit($0) },
            "alpha": { isLetter($0) },
            "blank": { $0 == 32 || $0 == 9 },
            "cntrl": { $0 < 32 || $0 == 127 },
            "digit": { isDigit($0) },
            "graph": { $0 > 32 && $0 < 127 },
            "lower": { $0 >= 97 && $0 <= 122 },
            "print": { $0 >= 32 && $0 < 127 },
            "punct": { $0 > 32 && $0 < 127 && !isLetter($0) && !isDigit($0) },
            "space": { $0 == 32 || ($0 >= 9 && $0 <= 13) },
            "upper": { $0 >= 65 && $0 <= 90 },
            "xdigit": { isDigit($0) || ($0 | 32 >= 97 && $0 | 32 <= 102) },
        ]
    }

    private static func isLetter(_ byte: UInt8) -> Bool { byte | 32 >= 97 && byte | 32 <= 122 }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }
}
