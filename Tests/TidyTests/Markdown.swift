// SPDX-License-Identifier: Apache-2.0

/// As much of a Markdown file as the tests look at: headings, links and tables outside of code.
struct Markdown {
    struct Table {
        /// The heading that it stands under.
        let heading: String
        let columns: [String]
        /// Cells without the marks of code.
        let rows: [[String]]
    }

    let headings: [String]
    /// Targets of links, with the number of their line.
    let links: [(target: String, line: Int)]
    let tables: [Table]

    /// What a link says to lead to a heading: its text in lower case, with hyphens for spaces and
    /// without punctuation.
    var anchors: Set<String> { Set(headings.map(Self.anchor)) }

    private static func anchor(_ heading: String) -> String {
        var anchor = ""
        for character in heading.lowercased() {
            if character == " " || character == "-" { anchor.append("-") }
            if character.isLetter || character.isNumber || character == "_" {
                anchor.append(character)
            }
        }
        return anchor
    }

    init(_ text: String) {
        var headings: [String] = []
        var links: [(target: String, line: Int)] = []
        var tables: [Table] = []
        var rows: [[String]] = []
        var isCode = false
        func endTable() {
            if rows.count >= 2 {
                tables.append(
                    Table(
                        heading: headings.last ?? "", columns: rows[0],
                        rows: Array(rows.dropFirst(2))))
            }
            rows = []
        }
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            let isFence = line.hasPrefix("```")
            if isFence { isCode.toggle() }
            if isCode || isFence { continue }
            if line.hasPrefix("|") { rows.append(Self.cells(line)) } else { endTable() }
            if line.hasPrefix("#") {
                headings.append(line.drop { $0 == "#" || $0 == " " }.filter { $0 != "`" })
            }
            guard line.contains("](") else { continue }
            for link in line.matches(of: /\]\(([^()\s]+)\)/) {
                links.append((String(link.1), index + 1))
            }
        }
        endTable()
        self.headings = headings
        self.links = links
        self.tables = tables
    }

    private static func cells(_ line: Substring) -> [String] {
        line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast().map {
            cell in
            let text = cell.filter { $0 != "`" }
            let start = text.firstIndex { !$0.isWhitespace } ?? text.endIndex
            let end = text.lastIndex { !$0.isWhitespace }.map(text.index(after:)) ?? start
            return String(text[start..<end])
        }
    }
}
