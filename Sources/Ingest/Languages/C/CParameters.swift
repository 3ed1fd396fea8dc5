// SPDX-License-Identifier: Apache-2.0

import Codec

/// What a function's parameters are, as a short text: a declaration and its definition have the
/// same, overloads have others.
enum CParameters {
    /// Behind those of a member that takes its object as it is.
    static let constant = " const"

    static func text(_ e: Extractor, _ declarator: SyntaxNode) -> String? {
        guard let list = declarator["parameters"] else { return nil }
        var text: [UInt8] = []
        for parameter in list.children() where !parameter.is("comment") {
            add(parameter, e, to: &text)
            text.append(UInt8(ascii: ","))
        }
        if text.elementsEqual("void ,".utf8) { text = [] }
        var isConst = false
        for qualifier in declarator.children() {
            if qualifier.is("ref_qualifier") { text += e.source[qualifier.range] }
            if qualifier.is("type_qualifier"), e.has(qualifier, text: "const") { isConst = true }
        }
        let hash = String(text.withUnsafeBytes { xxh3($0) } & 0xFFFF_FFFF, radix: 36)
        return isConst ? hash + constant : hash
    }

    /// Its type, without its name, what stands before `::`, and what it is if it is not given.
    private static func add(_ parameter: SyntaxNode, _ e: Extractor, to text: inout [UInt8]) {
        let source = UnsafeRawBufferPointer(rebasing: e.source[parameter.range])
        let name = C.named(parameter["declarator"])?.name.range.lowerBound
        var tokens = CTokens(source)
        var kept: [Range<Int>] = []
        var constCount = 0
        var isPointed = false
        func isText(_ range: Range<Int>, _ text: String) -> Bool {
            source[range].elementsEqual(text.utf8)
        }
        while let token = tokens.next() {
            let range = token.range
            if parameter.range.lowerBound + range.lowerBound == name || isText(range, "]") {
                continue
            }
            if isText(range, "=") { break }
            if isText(range, "::") {
                dropLast(&kept, isText)
            } else if isText(range, "const") {
                constCount += 1
            } else if !Self.words.contains(where: { isText(range, $0) }) {
                if ["*", "&", "["].contains(where: { isText(range, $0) }) { isPointed = true }
                kept.append(range)
            }
        }
        for range in kept {
            text += isText(range, "[") ? [UInt8(ascii: "*")] : Array(source[range])
            text.append(UInt8(ascii: " "))
        }
        // What is given by its value is another one each time.
        if isPointed { text += Array(repeating: UInt8(ascii: "c"), count: constCount) }
    }

    /// `std` of `std::string`, `A<B>` of `A<B>::C`.
    private static func dropLast(_ kept: inout [Range<Int>], _ isText: (Range<Int>, String) -> Bool)
    {
        var depth = 0
        while let range = kept.popLast() {
            if isText(range, ">") { depth += 1 }
            if isText(range, "<") { depth -= 1 }
            if depth == 0, !isText(range, "<") { return }
        }
    }

    /// Words that a type may do without.
    private static let words = ["class", "enum", "struct", "typename"]
}
