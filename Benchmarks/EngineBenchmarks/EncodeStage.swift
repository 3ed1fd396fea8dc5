// SPDX-License-Identifier: Apache-2.0
//
// The codecs alone, on the data set's own columns, in blocks of the size that segments have.

import Codec
import Foundation
import Platform

extension EngineTasks {
    private static let rowsPerBlock = 4096

    func encodings() throws {
        let lines = data.entities.map { Int64($0.startLine) }
        let tokens = data.entities.map { Int64($0.tokenCount) }
        let kinds = data.entities.map { Int64(data.bytes($0.kind).count) }
        try integers("start_line", lines)
        try integers("token_count", tokens)
        try integers("kind", kinds)
        try texts("zstd", .fixed(.zstd))
        try texts("zstd, dictionary", .fixed(.zstdDictionary))
        try texts("LZ4", .fixed(.lz4))
    }

    private func integers(_ name: String, _ values: [Int64]) throws {
        let out = ByteBuffer(capacity: values.count * 8)
        var copy = values
        var blocks: [(descriptor: BlockDescriptor, range: Range<Int>, rows: Int)] = []
        try measure("encode, \(name)", runs: runs) {
            out.removeAll()
            blocks.removeAll(keepingCapacity: true)
            copy = values
            copy.withUnsafeMutableBufferPointer { all in
                for start in stride(from: 0, to: all.count, by: Self.rowsPerBlock) {
                    let end = min(start + Self.rowsPerBlock, all.count)
                    let begin = out.count
                    let descriptor = IntegerBlock.encode(
                        UnsafeMutableBufferPointer(rebasing: all[start..<end]), nulls: nil,
                        nullCount: 0, into: out)
                    blocks.append((descriptor, begin..<out.count, end - start))
                    out.appendZeros(8)
                }
            }
        }
        try measure("decode, \(name)", runs: runs) {
            try copy.withUnsafeMutableBufferPointer { all in
                var row = 0
                for block in blocks {
                    let payload = UnsafeRawBufferPointer(rebasing: out.bytes[block.range])
                    let reader = try IntegerBlock(
                        block.descriptor, payload: payload, rowCount: block.rows)
                    try reader.decode(into: all.baseAddress! + row)
                    row += block.rows
                }
            }
        }
        guard copy == values else { throw BenchmarkError("\(name) was not decoded as encoded") }
        Report.line("", "\(values.count) values, \(out.count) bytes")
    }

    private func texts(_ name: String, _ policy: CompressionPolicy) throws {
        let joined = ByteBuffer(capacity: data.inputByteCount)
        var lengths: [UInt32] = []
        for entity in data.entities {
            joined.append(data.bytes(entity.code))
            lengths.append(UInt32(entity.code.count))
        }
        let sample = Array(lengths.prefix(2000)).map(Int.init)
        let dictionary = ZstdCompressionDictionary.train(
            samples: joined.bytes, sizes: sample, byteCount: 16 << 10, level: 1)
        let encoder = TextEncoder(level: 1)
        let out = ByteBuffer(capacity: joined.count)
        try measure("encode, code, \(name)", runs: runs) {
            out.removeAll()
            var start = 0
            for row in stride(from: 0, to: lengths.count, by: 256) {
                let rows = row..<min(row + 256, lengths.count)
                let size = rows.reduce(0) { $0 + Int(lengths[$1]) }
                lengths.withUnsafeBufferPointer { all in
                    sink &+= Int(
                        encoder.encode(
                            bytes: UnsafeRawBufferPointer(
                                rebasing: joined.bytes[start..<start + size]),
                            lengths: UnsafeBufferPointer(rebasing: all[rows]), policy: policy,
                            dictionary: dictionary, into: out
                        ).byteCount)
                }
                start += size
            }
        }
        Report.line("", "\(joined.count) bytes, \(out.count) encoded")
    }
}
