// SPDX-License-Identifier: Apache-2.0
//
// How like two words are: for what is suggested where nothing is found.

/// How many letters must be put in, taken out or changed to make one text of the other; nil if more
/// than `limit`. Looks at no more pairs of letters than that limit needs.
package func editDistance(_ a: String, _ b: String, limit: Int) -> Int? {
    // Most are too different in length to be looked at.
    guard abs(a.utf8.count - b.utf8.count) <= limit else { return nil }
    return editDistance(Array(a.utf8), Array(b.utf8), limit: limit)
}

func editDistance(
    _ a: some RandomAccessCollection<UInt8>, _ b: [UInt8], limit: Int
) -> Int? {
    guard abs(a.count - b.count) <= limit else { return nil }
    // Distances beyond the limit are all the same.
    let far = limit + 1
    var row = (0...b.count).map { min($0, far) }
    for (i, letter) in a.enumerated() {
        let band = max(0, i - limit)..<min(b.count, i + limit + 1)
        var diagonal = row[band.lowerBound]
        row[band.lowerBound] = band.lowerBound == 0 ? min(i + 1, far) : far
        var best = row[band.lowerBound]
        for j in band {
            let changed = diagonal + (letter == b[j] ? 0 : 1)
            diagonal = row[j + 1]
            // What lies right of the band in the row above was never near.
            let above = j == i + limit ? far : diagonal
            row[j + 1] = min(changed, row[j] + 1, above + 1, far)
            best = min(best, row[j + 1])
        }
        if best > limit { return nil }
    }
    return row[b.count] <= limit ? row[b.count] : nil
}
