// SPDX-License-Identifier: Apache-2.0
//
// The relations of a code graph, as data: what Ingest writes and Query reads.

import SegmentStore

public enum CodeGraph {
    /// The domain of entity keys: entities are named by them, and edges lead between them.
    public static let keyDomain = "key"
    /// The domain of entities' names, by which they are found.
    public static let nameDomain = "name"
    /// The domain of file paths.
    public static let fileDomain = "file"

    public static let entities = RelationSchema(
        "entities", key: ["key"], scope: "file", target: "name",
        columns: [
            .string("key").domain(keyDomain),
            .string("name").domain(nameDomain),
            .string("qualified_name").part(of: "key"),
            .enumeration("kind"),
            .enumeration("language"),
            .string("file").domain(fileDomain),
            .int("start_line"),
            .int("end_line"),
            .string("parent").domain(keyDomain).nullable,
            .enumeration("visibility"),
            .string("signature").family("text"),
            .string("doc").family("text").nullable,
            .string("code").family("text"),
            .string("content_hash"),
            .bool("is_test"),
            .int("token_count"),
            .int("complexity"),
            .enumeration("root_l1"),
            .enumeration("root_l2"),
        ])

    public static let edges = RelationSchema(
        "edges", key: ["from", "to", "kind"], scope: "file", target: "to",
        columns: [
            .string("from").domain(keyDomain),
            .string("to").domain(keyDomain),
            .enumeration("kind"),
            .string("file").domain(fileDomain),
            .int("line"),
            // All of them, ascending; null if there is but one.
            .string("lines").numberList.nullable,
            // Null stands for 1.
            .int("count").nullable,
            .enumeration("resolution"),
        ])

    public static let excludedTests = RelationSchema(
        "excluded_tests", key: ["key"], scope: "file",
        columns: [
            .string("key").domain("test_key"),
            .string("name").part(of: "key"),
            .enumeration("kind"),
            .enumeration("language"),
            .string("file").domain(fileDomain),
            .int("start_line"),
            .int("end_line"),
            .string("reason"),
        ])

    public static let wordCoverage = RelationSchema(
        "word_coverage", key: ["file"], scope: "file",
        columns: [
            .string("file").domain(fileDomain),
            .enumeration("language"),
            .int("source_words"),
            .int("entity_words"),
            .int("import_words"),
            .int("comment_words"),
            .float("raw_pct"),
            .float("effective_pct"),
            .int("entity_count"),
        ])

    public static let ignoredFiles = RelationSchema(
        "ignored_files", key: ["file"], scope: "file",
        columns: [
            .string("file").domain(fileDomain),
            .enumeration("extension"),
            .enumeration("reason"),
        ])

    public static let files = RelationSchema(
        "files", key: ["file"], scope: "file",
        columns: [
            .string("file").domain(fileDomain),
            .enumeration("language"),
            .int("size"),
            // Null where the tree was ingested: the same tree makes the same store anywhere, and a
            // file has another time on each machine.
            .timestamp("mtime").nullable,
            .string("content_hash"),
            .int("parse_errors"),
            // What the rows of a file depend on beside its bytes: grammar, version, rules.
            .enumeration("parser").nullable,
        ])

    /// That the ends of a batch's edges are entities, or are defined outside of the tree.
    public static func edgeEnds(_ policy: ReferenceCheck.Policy) -> ReferenceCheck {
        ReferenceCheck(edges.name, ["from", "to"], to: entities.name, policy, except: isExternal)
    }

    /// What stands in the place of a kind in the key of something outside of the tree, and of a
    /// name that no definition was found for.
    public static let externalKind = "external"
    public static let unresolvedKind = "unresolved"

    /// Languages that see each other's names.
    public static let families: [(name: String, languages: [String])] = [
        ("javascript", ["javascript", "typescript", "tsx"]), ("c", ["c", "cpp"]),
        ("jvm", ["java", "kotlin", "scala"]),
    ]

    /// Under which key references by a name are that no definition was found for.
    public static func unresolvedKey(_ language: String, encodedName: String) -> String {
        "\(language):\(unresolvedKind):\(encodedName):-"
    }

    /// Whether a key names no entity of the tree: `rust:external:tokio.spawn:-` is defined outside
    /// of it, of `rust:unresolved:spawn:-` the name is all that is known.
    public static func isExternal(_ key: UnsafeRawBufferPointer) -> Bool {
        let parts = key.split(
            separator: UInt8(ascii: ":"), maxSplits: 2, omittingEmptySubsequences: false)
        return parts.count == 3
            && (parts[1].elementsEqual(externalKind.utf8)
                || parts[1].elementsEqual(unresolvedKind.utf8))
    }

    public static let schema = Schema([
        entities, edges, excludedTests, wordCoverage, ignoredFiles, files,
    ])

    /// What the linker knows of a file from its bytes alone, for the next ingest: what others may
    /// mean by its names, and what it refers to itself.
    public static let facts = RelationSchema(
        "facts", key: ["file"], scope: "file",
        columns: [
            .string("file").domain(fileDomain),
            .bytes("names").family("facts"),
            .bytes("references").family("facts"),
        ])

    /// In place of a file's path.
    public static let treeItself = "."

    /// Which names the edges of a file depend on, and a hash of them and of the edges. The row of
    /// the tree itself has a hash of what counts for all files: which modules it has.
    public static let links = RelationSchema(
        "links", key: ["file"], scope: "file",
        columns: [
            .string("file").domain(fileDomain),
            .string("hash"),
            .bytes("names").family("facts"),
        ])

    /// Of a store that is filled from a source tree.
    public static let ingestSchema = Schema(schema.relations + [facts, links])
}
