// SPDX-License-Identifier: Apache-2.0

/// Names of relations and columns as SQL can have them.
enum TableName {
    /// SQL takes names that differ by the case of letters for one, and ends where a zero stands.
    /// Of such names the later ones get a number.
    static func distinct(_ names: [String], isTable: Bool) -> [String] {
        var taken: Set<[UInt8]> = []
        return names.map { name in
            var plain = String(name.map { $0 == "\0" ? "\u{fffd}" : $0 })
            if isTable, folded(plain).starts(with: "sqlite_".utf8) { plain = "_" + plain }
            var result = plain
            var number = 2
            while !taken.insert(folded(result)).inserted {
                result = "\(plain)_\(number)"
                number += 1
            }
            return result
        }
    }

    private static func folded(_ name: String) -> [UInt8] {
        name.utf8.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 + 32 : $0 }
    }

    /// In quotes, so that it may be any.
    static func quoted(_ name: String) -> String {
        "\""
            + name.split(separator: "\"", omittingEmptySubsequences: false).joined(
                separator: "\"\"")
            + "\""
    }
}
