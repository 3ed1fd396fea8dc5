// SPDX-License-Identifier: Apache-2.0
//
// A picture in the languages of Graphviz, Mermaid and GraphML.

import Codec
import Exchange
import Platform

enum PictureText {
    // MARK: - Graphviz

    static func dot(_ picture: GraphPicture, _ line: (String) -> Void) {
        line("digraph segstore {")
        line("  rankdir=LR;")
        line("  node [shape=box, style=rounded, fontname=\"sans-serif\", fontsize=11];")
        line("  edge [fontname=\"sans-serif\", fontsize=9, color=gray40];")
        for (number, node) in picture.nodes.enumerated() {
            var styles: [String] = []
            if node.isFocus { styles.append("style=\"rounded,filled\", fillcolor=lightyellow") }
            if node.isExternal { styles.append("style=\"rounded,dashed\"") }
            let label = quoted("\(node.name)\n\(node.kind)  \(node.file)")
            let more = styles.map { ", \($0)" }.joined()
            line("  n\(number) [label=\(label), tooltip=\(quoted(node.key))\(more)];")
        }
        for edge in picture.edges {
            let style = edge.isSure ? "" : ", style=dashed"
            line("  n\(edge.from) -> n\(edge.to) [label=\(quoted(edge.kind))\(style)];")
        }
        line("}")
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            default: result += printable(String(scalar))
            }
        }
        return result + "\""
    }

    // MARK: - Mermaid

    static func mermaid(_ picture: GraphPicture, _ line: (String) -> Void) {
        line("flowchart LR")
        for (number, node) in picture.nodes.enumerated() {
            let label = "\(entities(node.name))<br><i>\(entities(node.kind))</i>"
            let style = node.isFocus ? ":::focus" : node.isExternal ? ":::external" : ""
            line("  n\(number)[\"\(label)\"]\(style)")
        }
        for edge in picture.edges {
            let arrow = edge.isSure ? "-->" : "-.->"
            line("  n\(edge.from) \(arrow)|\(entities(edge.kind))| n\(edge.to)")
        }
        line("  classDef focus fill:#ffd,stroke:#333,color:#000")
        line("  classDef external stroke-dasharray:4")
    }

    /// Mermaid takes a text in quotes as it stands, except for these.
    private static func entities(_ text: String) -> String {
        var result = ""
        for scalar in printable(text).unicodeScalars {
            switch scalar {
            case "\"": result += "#quot;"
            case "#": result += "#35;"
            case "<": result += "#lt;"
            case ">": result += "#gt;"
            case "&": result += "#amp;"
            case "|": result += "#124;"
            case "`": result += "#96;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    // MARK: - GraphML

    static func graphML(_ picture: GraphPicture, _ line: (String) -> Void) {
        graphMLHead(
            nodes: ["key", "name", "kind", "file"], edges: ["kind", "resolution"], line)
        for (number, node) in picture.nodes.enumerated() {
            line(
                "    <node id=\"n\(number)\">"
                    + data("n_key", node.key) + data("n_name", node.name)
                    + data("n_kind", node.kind) + data("n_file", node.file) + "</node>")
        }
        for edge in picture.edges {
            line(
                "    <edge source=\"n\(edge.from)\" target=\"n\(edge.to)\">"
                    + data("e_kind", edge.kind) + data("e_resolution", edge.resolution)
                    + "</edge>")
        }
        GraphML.foot(line)
    }

    private static func graphMLHead(
        nodes: [String], edges: [String], _ line: (String) -> Void
    ) {
        GraphML.head(
            nodes: nodes.map { ($0, "string") }, edges: edges.map { ($0, "string") }, line)
    }

    private static func data(_ key: String, _ text: String) -> String {
        "<data key=\"\(key)\">\(GraphML.escaped(text))</data>"
    }

    // MARK: - SVG

    /// Edges that Graphviz lays out within a second or two.
    static let quicklyDrawnCount = 500

    /// What Graphviz makes of it.
    static func svg(_ picture: GraphPicture) throws -> [UInt8] {
        let text = ByteBuffer()
        dot(picture) { ValueText.append($0 + "\n", to: text) }
        guard let drawn = Subprocess.output(of: ["dot", "-Tsvg"], input: Array(text.bytes)) else {
            throw CommandError(
                "--format svg needs Graphviz's 'dot' in PATH ('apt-get install graphviz'); --format dot gives what it draws"
            )
        }
        return drawn
    }
}

extension Output {
    /// Draws a picture in the form that was asked for.
    func draw(_ picture: GraphPicture, _ format: Format) throws {
        switch format {
        case .dot: PictureText.dot(picture) { line($0) }
        case .mermaid: PictureText.mermaid(picture) { line($0) }
        case .graphml: PictureText.graphML(picture) { line($0) }
        case .svg:
            if picture.edges.count > PictureText.quicklyDrawnCount {
                Console.note(
                    "Graphviz may take minutes for \(Text.count(picture.edges.count, "edge")); --depth, --kind and --within make it fewer"
                )
            }
            let drawn = try PictureText.svg(picture)
            write { out in drawn.withUnsafeBytes { out.append($0) } }
        case .text, .json, .ndjson, .csv, .neo4j:
            preconditionFailure("a form that is no picture")
        }
    }
}
