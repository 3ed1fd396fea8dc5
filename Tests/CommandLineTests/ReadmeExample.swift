// SPDX-License-Identifier: Apache-2.0
//
// The README's example. What stands between the marks stands there too: a test compares them.

// README {
import SegmentStore

func countPages(in path: String) throws -> Int64? {
    let books = RelationSchema(
        "books", key: ["isbn"], columns: [.string("isbn"), .string("title"), .int("pages")])
    let store = try GraphStore.open(path, schema: Schema([books]))
    try store.write(label: "first") { batch in
        try batch.append(["isbn": "0-19", "title": "Emma", "pages": 474], to: "books")
    }
    let reader = try store.snapshot().reader()
    let relation = try reader.relation("books")
    guard let row = try reader.find(relation, key: "0-19") else { return nil }
    return try reader.int(relation, row, try reader.column("pages", of: relation))
}
// } README
