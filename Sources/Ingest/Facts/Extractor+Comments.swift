// SPDX-License-Identifier: Apache-2.0
//
// Which comments describe what.

extension Extractor {
    func comment(_ node: SyntaxNode) {
        guard let range = addComment(node) else { return }
        guard beginsLine(range.lowerBound) else {
            lastComment = nil
            return
        }
        if let last = lastComment, newlines(last.upperBound, range.lowerBound) == 1,
            !isBlock(last), !isBlock(range)
        {
            lastComment = last.lowerBound..<range.upperBound
        } else {
            lastComment = range
        }
    }

    /// A comment inside of what it describes.
    func innerDoc(_ node: SyntaxNode) {
        lastComment = nil
        guard let range = addComment(node), let text = DocText.plain(text(range)) else { return }
        let index = scope.definition
        facts.definitions[index].doc = facts.definitions[index].doc.map { "\($0)\n\(text)" } ?? text
    }

    private func addComment(_ node: SyntaxNode) -> Range<Int>? {
        var range = node.range
        while range.count > 1, source[range.upperBound - 1] <= 32 {
            range = range.lowerBound..<(range.upperBound - 1)
        }
        if let last = facts.comments.last, range.lowerBound < last.upperBound { return nil }
        facts.comments.append(range)
        return range
    }

    private func isBlock(_ range: Range<Int>) -> Bool {
        source[range].starts(with: "/*".utf8) || source[range].starts(with: "--[".utf8)
    }

    /// Whether only spaces stand before it.
    private func beginsLine(_ start: Int) -> Bool {
        var index = start - 1
        while index >= 0, source[index] == 32 || source[index] == 9 { index -= 1 }
        return index < 0 || source[index] == 10 || source[index] == 13
    }

    /// How many lines end between; nil if something else stands there.
    private func newlines(_ start: Int, _ end: Int) -> Int? {
        guard start <= end else { return nil }
        var count = 0
        for index in start..<end {
            if source[index] == 10 { count += 1 } else if source[index] > 32 { return nil }
        }
        return count
    }

    func doc(before start: Int) -> String? {
        guard let comment = lastComment, let lines = newlines(comment.upperBound, start),
            lines <= 1, textLeft > 0
        else { return nil }
        let raw = text(comment)
        guard language.docs.prefixes.contains(where: raw.hasPrefix) else { return nil }
        textLeft -= raw.utf8.count
        return DocText.plain(raw)
    }
}
