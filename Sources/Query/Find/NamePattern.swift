// SPDX-License-Identifier: Apache-2.0
//
// What somebody typed, or copied from elsewhere, as the name of something.

struct NamePattern {
    let text: String
    let components: [String]
    /// What a name must be, or end with.
    var last: String { components.last ?? "" }
    /// Parts of a path, the last ones.
    private let folders: [Substring]
    private let folded: [[UInt8]]

    /// As it is typed: a name, perhaps behind a path.
    init(_ text: String) {
        // 'login.rs:refresh', but not 'std::refresh'.
        if let colon = Self.lastSingleColon(text), colon > text.startIndex,
            text.index(after: colon) < text.endIndex
        {
            self.init(text, name: text[text.index(after: colon)...], path: text[..<colon])
        } else {
            self.init(text, name: text[...], path: "")
        }
    }

    /// A name that is just this, whatever stands in it.
    init(literal text: String) {
        (self.text, components, folders) = (text, [text], [])
        folded = [Self.fold(text)]
    }

    /// Whether it ends with what stands between names elsewhere: then that is part of a name, such
    /// as that of `operator/`.
    static func isOperator(_ text: String) -> Bool { text.utf8.last.map(isSeparator) ?? false }

    private init(_ text: String, name: Substring, path: Substring) {
        self.text = text
        components = Self.components(String(name))
        folders = Self.folders(path)
        folded = components.map(Self.fold)
    }

    /// What it may be besides: a call, `a->b`, and what test runners and documents have behind a
    /// file, `a.py::B::c` and `a.js#b`. Nil if it is more than a name, such as `a().b`.
    static func readings(of text: String) -> [NamePattern]? {
        guard let text = withoutCall(text) else { return nil }
        let plain = NamePattern(withoutArrows(text))
        guard plain.folders.isEmpty, let end = firstMark(plain.text) else { return [plain] }
        let path = plain.text[..<end.lowerBound]
        guard path.utf8.contains(where: { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "/") })
        else { return [plain] }
        return [plain, NamePattern(text, name: plain.text[end.upperBound...], path: path)]
    }

    /// Before the brackets that a text ends with, if there are none before them.
    private static func withoutCall(_ text: String) -> String? {
        guard text.utf8.last == UInt8(ascii: ")") else { return text }
        var depth = 0
        for place in text.utf8.indices.reversed() {
            switch text.utf8[place] {
            case UInt8(ascii: ")"): depth += 1
            case UInt8(ascii: "("): depth -= 1
            default: continue
            }
            guard depth == 0 else { continue }
            let name = text[..<place]
            return name.utf8.contains(UInt8(ascii: ")")) ? nil : String(name)
        }
        return nil
    }

    private static func withoutArrows(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if byte == UInt8(ascii: ">"), bytes.last == UInt8(ascii: "-") {
                bytes[bytes.count - 1] = UInt8(ascii: ".")
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The first `::` or `#`.
    private static func firstMark(_ text: String) -> Range<String.Index>? {
        let utf8 = text.utf8
        for place in utf8.indices {
            let next = utf8.index(after: place)
            if utf8[place] == UInt8(ascii: "#") { return place..<next }
            guard utf8[place] == UInt8(ascii: ":"), next < utf8.endIndex,
                utf8[next] == UInt8(ascii: ":")
            else { continue }
            return place..<utf8.index(after: next)
        }
        return nil
    }

    private static func lastSingleColon(_ text: String) -> String.Index? {
        let utf8 = text.utf8
        return utf8.indices.last { place in
            guard utf8[place] == UInt8(ascii: ":") else { return false }
            let next = utf8.index(after: place)
            let followsColon = place > utf8.startIndex && utf8[utf8.index(before: place)] == 0x3a
            return !followsColon && !(next < utf8.endIndex && utf8[next] == 0x3a)
        }
    }

    /// The parts of a path; `./a` is `a`.
    static func folders(_ path: Substring) -> [Substring] {
        path.utf8.split(separator: UInt8(ascii: "/")).map { Substring($0) }.filter { $0 != "." }
    }

    /// The parts of a qualified name, whatever its language puts between them.
    static func components(_ name: String) -> [String] {
        name.utf8.split(whereSeparator: isSeparator).map { String(Substring($0)) }
    }

    static func isSeparator(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "#"), UInt8(ascii: "/"),
            UInt8(ascii: "\\"):
            true
        default: false
        }
    }

    func matches(_ node: GraphNode) -> Bool {
        guard let last = components.last, isIn(node.file) else { return false }
        if components.count == 1, node.name == last { return true }
        return Self.components(node.qualifiedName).suffix(components.count) == components[...]
    }

    private func isIn(_ file: String) -> Bool {
        folders.isEmpty || Self.folders(file[...]).suffix(folders.count) == folders[...]
    }

    /// Whether more is asked for than a name.
    var isQualified: Bool { components.count > 1 || !folders.isEmpty }

    /// Whether what was typed before the name begins, in any case, parts of what qualifies it, in
    /// that order: of the qualified name or of the path.
    func isLikelyIn(qualifiedName: String, file: String) -> Bool {
        let path = Self.folders(file[...]).map { Self.fold(String($0)) }
        let outer = path + Self.components(qualifiedName).dropLast().map(Self.fold)
        return Self.areBeginnings(Array(folded.dropLast()), of: outer)
            && Self.areBeginnings(folders.map { Self.fold(String($0)) }, of: path)
    }

    private static func areBeginnings(_ texts: [[UInt8]], of parts: [[UInt8]]) -> Bool {
        var rest = parts[...]
        return texts.allSatisfy { text in
            guard let place = rest.firstIndex(where: { $0.starts(with: text) }) else {
                return false
            }
            rest = rest[(place + 1)...]
            return true
        }
    }

    /// What stands between a package's name and its modules, and is part of neither.
    private static let silentFolders: Set<Substring> = ["src", "lib", "Sources"]

    /// Whether it is the whole qualified name behind what says where the file is:
    /// 'auth::login::Session::refresh' in src/auth/login.rs.
    func matchesWithPath(_ node: GraphNode) -> Bool {
        let own = Self.components(node.qualifiedName)
        guard !own.isEmpty, own.count < components.count,
            components.suffix(own.count) == own[...], isIn(node.file)
        else { return false }
        var outer = components.dropLast(own.count)
        if outer.first == "crate" { outer.removeFirst() }
        var places = Self.folders(node.file[...])
        // In many languages a file's own name is not part of a path.
        var isFile = true
        while let name = outer.popLast() {
            while true {
                guard var place = places.popLast() else { return false }
                if isFile { place = place.prefix { $0 != "." } }
                if place == name || place.map({ $0 == "-" ? "_" : $0 }) == Array(name) { break }
                guard isFile || Self.silentFolders.contains(place) else { return false }
                isFile = false
            }
            isFile = false
        }
        return true
    }

    // MARK: - Likeness

    /// How many letters may be wrong in a name.
    static func slips(in name: String) -> Int { slips(name.utf8.count) }
    private static func slips(_ count: Int) -> Int { 1 + count / 4 }

    /// The parts of the qualified name that a key has; of one of another form, of all of it.
    static func componentsOfName(
        _ key: UnsafeRawBufferPointer
    ) -> [UnsafeRawBufferPointer] {
        let parts = key.split(
            separator: UInt8(ascii: ":"), maxSplits: 2, omittingEmptySubsequences: false)
        var name = parts[parts.count - 1]
        if parts.count == 3, let end = name.lastIndex(of: UInt8(ascii: ":")) { name = name[..<end] }
        return name.split(whereSeparator: isSeparator).map { UnsafeRawBufferPointer(rebasing: $0) }
    }

    /// How far a node's name is from what was typed; nil if it is not like it. Of those that are
    /// equally far, one in the file that was named is the first.
    func distance(to node: GraphNode) -> Int? {
        guard let name = folded.last, let distance = distance(name, node) else { return nil }
        var outer = 0
        let own = Self.components(node.qualifiedName).dropLast().map(Self.fold)
        for (index, part) in folded.dropLast().reversed().enumerated() {
            let place = own.count - 1 - index
            outer += place < 0 ? 2 : editDistance(own[place], part, limit: 1) ?? 2
        }
        return 2 * (distance + min(outer, 4)) + (isIn(node.file) ? 0 : 1)
    }

    /// Whether the nearest of the tree may be what is meant: of `os.path.joi` not any `join`.
    func isNear(_ distance: Int?) -> Bool {
        distance.map { components.count == 1 || $0 <= 5 } ?? false
    }

    private func distance(_ typed: [UInt8], _ node: GraphNode) -> Int? {
        let name = Self.fold(node.name)
        let limit = Self.slips(typed.count)
        // Seldom is it the first letter that is wrong.
        if let edits = editDistance(name, typed, limit: limit) {
            return edits + (name.first == typed.first ? 0 : 1)
        }
        if name.starts(with: typed) { return 3 }
        // Short texts are contained in anything.
        guard typed.count >= 3 else { return nil }
        if Self.contains(name, typed) { return 4 }
        let qualified = Self.fold(node.qualifiedName)
        if Self.contains(qualified, typed) { return 5 }
        // The type of a method, say, with a slip of the finger.
        return qualified.split(whereSeparator: Self.isSeparator).lazy
            .compactMap { editDistance($0, typed, limit: limit) }.first.map { 5 + $0 }
    }

    /// Bytes, for this is done to a million names: what is not ASCII stays as it is.
    private static func fold(_ text: String) -> [UInt8] {
        text.utf8.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
    }

    private static func contains(_ text: [UInt8], _ part: [UInt8]) -> Bool {
        guard text.count >= part.count else { return false }
        return (0...text.count - part.count).contains { start in
            text[start] == part[0] && text[start...].starts(with: part)
        }
    }
}

/// A line of a file, as compilers and editors name it: 'login.rs:12', perhaps with a column.
struct FilePlace {
    let folders: [Substring]
    let line: Int64

    init?(_ text: String) {
        var parts = text.split(separator: ":", omittingEmptySubsequences: false)
        var numbers: [Int64] = []
        while numbers.count < 2, parts.count > 1, let last = parts.last,
            last.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int64(last)
        {
            numbers.append(number)
            parts.removeLast()
        }
        guard let line = numbers.last, parts.count == 1 else { return nil }
        folders = NamePattern.folders(parts[0])
        self.line = line
        if folders.isEmpty { return nil }
    }
}
