// SPDX-License-Identifier: Apache-2.0
import CodeGraph
import SegmentStore

extension Command {
    static let coverage = Command(
        name: "coverage", summary: "how much of each file its entities account for",
        details: """
            Counted in words: what stands in a function, a type or another definition, tests too, each \
            word once however deep. 'raw' is their share of all words, 'effective' that of the words \
            which are not in imports or comments outside of definitions. Manifests such as package.json hold \
            no code, and are left out.
            """,
        examples: [
            "segstore coverage --format csv"
        ],
        options: RelationListing.options
    ) { arguments, output in
        let percent: @Sendable (Value) -> String = { value in
            if case .float(let share) = value { Text.fixed(share, 1) + " %" } else { "" }
        }
        return try RelationListing(
            relation: CodeGraph.wordCoverage.name,
            nothing: "no file has code that could be accounted for",
            textColumns: [
                .init(heading: "words", name: "source_words", alignment: .right),
                .init(heading: "raw", name: "raw_pct", alignment: .right, text: percent),
                .init(
                    heading: "effective", name: "effective_pct", alignment: .right, text: percent),
                .init(heading: "entities", name: "entity_count", alignment: .right),
                .init(heading: "file", name: "file"),
            ]
        ).answer(arguments, output)
    }
}
