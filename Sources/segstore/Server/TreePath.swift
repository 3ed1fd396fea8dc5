// SPDX-License-Identifier: Apache-2.0
import Platform

/// A path that a client gives, as the store has it: from the root of the tree on, and never out of
/// it.
struct TreePath {
    let text: String

    init(_ given: String, root: String) throws {
        var rest = given[...]
        if given.hasPrefix("/") {
            guard given.hasPrefix(root + "/") else { throw Self.outside }
            rest = given.dropFirst(root.count + 1)
        }
        var parts: [Substring] = []
        for part in rest.split(separator: "/") where part != "." {
            guard part != ".." else { throw Self.outside }
            parts.append(part)
        }
        guard !parts.isEmpty else { throw Self.outside }
        text = parts.joined(separator: "/")
    }

    private static var outside: HTTPFailure {
        .wrong("'path' is a path from the root of the tree on, such as src/a.rs")
    }

    static func nothing(at given: String) -> HTTPFailure {
        HTTPFailure(
            404, "not_found",
            "nothing of the tree is at '\(given.prefix(200))', or it is passed over; /v1/ignored says why"
        )
    }
}
