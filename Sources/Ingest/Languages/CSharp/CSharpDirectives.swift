// SPDX-License-Identifier: Apache-2.0
//
// Conditions that stand where the grammar knows none, as among the bases of a type or around half a
// block. The parser gets blanks instead of them, of the same length, and of what the branches say
// the first; those around whole statements and members are left as they are.

enum CSharpDirectives {
    static func blanks(_ source: UnsafeRawBufferPointer) -> [Range<Int>] {
        var scan = Scan(source: source)
        scan.run()
        return scan.blanks
    }

    private struct Branch {
        let start: Int
        var end = 0
        /// The sign that it begins with; zero if it is empty.
        var first: UInt8 = 0
        var last: UInt8 = 0
        /// How deep in brackets it is, where it began and at the least.
        let depth: Int
        var least: Int
        var lastDepth = 0
        var beginsAsRest = false
    }

    private struct Condition {
        /// What stands before it.
        let before: UInt8
        let depth: Int
        var directives: [Range<Int>]
        var branches: [Branch]
    }

    private struct Scan {
        let source: UnsafeRawBufferPointer
        var blanks: [Range<Int>] = []
        var place = 0
        var last: UInt8 = 0
        var depth = 0
        var open: [Condition] = []

        init(source: UnsafeRawBufferPointer) { self.source = source }

        mutating func run() {
            var isLineStart = true
            while place < source.count {
                let byte = source[place]
                switch byte {
                case UInt8(ascii: "\n"): isLineStart = true
                case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): break
                // A mark of the text's order.
                case 0xEF where place == 0: place += 2
                case UInt8(ascii: "#") where isLineStart:
                    directive()
                    continue
                case UInt8(ascii: "/") where next == byte || next == UInt8(ascii: "*"):
                    skipComment()
                    continue
                default:
                    isLineStart = false
                    sign(byte)
                    continue
                }
                place += 1
            }
        }

        private var next: UInt8 { place + 1 < source.count ? source[place + 1] : 0 }

        private mutating func skipComment() {
            let isLine = next == UInt8(ascii: "/")
            place += 2
            while place < source.count {
                if isLine, source[place] == UInt8(ascii: "\n") { return }
                if !isLine, source[place] == UInt8(ascii: "*"), next == UInt8(ascii: "/") {
                    place += 2
                    return
                }
                place += 1
            }
        }

        private mutating func sign(_ byte: UInt8) {
            let start = place
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "'"): skipText()
            case UInt8(ascii: "@") where next == UInt8(ascii: "\""):
                place += 1
                skipVerbatim()
            case UInt8(ascii: "$") where next == UInt8(ascii: "@"):
                place += 2
                skipVerbatim()
            default:
                if isPart(byte) {
                    while place < source.count, isPart(source[place]) { place += 1 }
                } else {
                    place += 1
                }
            }
            if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "(") { depth += 1 }
            if byte == UInt8(ascii: "}") || byte == UInt8(ascii: ")") { depth -= 1 }
            last = byte
            for index in open.indices {
                let current = open[index].branches.count - 1
                if open[index].branches[current].first == 0 {
                    open[index].branches[current].first = byte
                    open[index].branches[current].beginsAsRest = isRest(start..<place)
                }
                open[index].branches[current].last = byte
                open[index].branches[current].least = min(
                    open[index].branches[current].least, depth)
            }
        }

        private func isPart(_ byte: UInt8) -> Bool {
            byte >= 48 && byte <= 57 || byte >= 65 && byte <= 90 || byte >= 97 && byte <= 122
                || byte == UInt8(ascii: "_") || byte >= 128
        }

        /// What goes on with what came before.
        private func isRest(_ word: Range<Int>) -> Bool {
            let text = source[word]
            for rest in ["else", "catch", "finally", "where"] as [StaticString]
            where rest.withUTF8Buffer({ text.elementsEqual($0) }) {
                return true
            }
            return ".,)?:;&|=+*/<>-".utf8.contains(source[word.lowerBound])
        }

        private mutating func skipText() {
            let quote = source[place]
            place += 1
            while place < source.count, source[place] != UInt8(ascii: "\n") {
                if source[place] == UInt8(ascii: "\\") {
                    place += 2
                    continue
                }
                place += 1
                if source[place - 1] == quote { return }
            }
        }

        private mutating func skipVerbatim() {
            place += 1
            while place < source.count {
                if source[place] == UInt8(ascii: "\"") {
                    if next != UInt8(ascii: "\"") {
                        place += 1
                        return
                    }
                    place += 1
                }
                place += 1
            }
        }

        private mutating func directive() {
            let start = place
            while place < source.count, source[place] != UInt8(ascii: "\n") { place += 1 }
            let line = start..<place
            var word = start + 1
            while word < place, source[word] == UInt8(ascii: " ") { word += 1 }
            func isWord(_ text: StaticString) -> Bool {
                text.withUTF8Buffer { source[word..<place].starts(with: $0) }
            }
            if isWord("if") {
                let branch = Branch(start: place, depth: depth, least: depth)
                open.append(
                    Condition(before: last, depth: depth, directives: [line], branches: [branch]))
            } else if isWord("el"), !open.isEmpty {
                end(at: start)
                let index = open.count - 1
                open[index].directives.append(line)
                (depth, last) = (open[index].depth, open[index].before)
                open[index].branches.append(Branch(start: place, depth: depth, least: depth))
            } else if isWord("endif"), !open.isEmpty {
                end(at: start)
                var condition = open.removeLast()
                condition.directives.append(line)
                close(condition)
            }
        }

        private mutating func end(at place: Int) {
            let index = open.count - 1
            let current = open[index].branches.count - 1
            open[index].branches[current].end = place
            open[index].branches[current].lastDepth = depth
        }

        private mutating func close(_ condition: Condition) {
            let full = condition.branches.filter { $0.first != 0 }
            let ends = "{};]:".utf8
            let isWhole =
                (condition.before == 0 || ends.contains(condition.before))
                && full.allSatisfy {
                    !$0.beginsAsRest && "};]:".utf8.contains($0.last) && $0.lastDepth == $0.depth
                        && $0.least >= $0.depth
                }
            guard !isWhole, let kept = full.first else {
                (depth, last) = (condition.depth, full.last?.last ?? condition.before)
                return
            }
            blanks += condition.directives
            for branch in condition.branches where branch.start != kept.start {
                // Lines stay where they are.
                var start = branch.start
                for place in branch.start..<branch.end where source[place] == UInt8(ascii: "\n") {
                    if start < place { blanks.append(start..<place) }
                    start = place + 1
                }
                if start < branch.end { blanks.append(start..<branch.end) }
            }
            (depth, last) = (kept.lastDepth, kept.last)
        }
    }
}
