// SPDX-License-Identifier: Apache-2.0

/// What one pass over a block's values tells; the encoding is chosen from it.
private struct Profile {
    var minimum = Int64.max
    var maximum = Int64.min
    var runs = 0
    var smallestStep = Int64.max
    var largestStep = Int64.min
    var stepsFit = true

    init(_ values: UnsafeMutableBufferPointer<Int64>) {
        var previous = values[0]
        minimum = previous
        maximum = previous
        runs = 1
        for i in 1..<max(values.count, 1) {
            let value = values[i]
            if value < minimum { minimum = value }
            if value > maximum { maximum = value }
            if value != previous { runs += 1 }
            let (step, overflow) = value.subtractingReportingOverflow(previous)
            if overflow { stepsFit = false }
            if step < smallestStep { smallestStep = step }
            if step > largestStep { largestStep = step }
            previous = value
        }
        if values.count == 1 {
            smallestStep = 0
            largestStep = 0
        }
    }

    var range: UInt64 { UInt64(bitPattern: maximum &- minimum) }
    var stepRange: UInt64 { UInt64(bitPattern: largestStep &- smallestStep) }
}

extension IntegerBlock {
    /// Encodes `values` at the end of `out`. Null rows (a set bit in `nulls`) are given their
    /// neighbour's value, which costs nothing in any encoding. `wanted` overrides the choice
    /// where it can represent the values.
    public static func encode(
        _ values: UnsafeMutableBufferPointer<Int64>, nulls: UnsafeRawPointer?, nullCount: Int,
        wanted: Encoding? = nil, into out: ByteBuffer
    ) -> BlockDescriptor {
        var descriptor = BlockDescriptor()
        descriptor.nullCount = UInt32(nullCount)
        let start = out.count
        let rowCount = values.count
        guard rowCount > 0, nullCount < rowCount else { return descriptor }
        if let nulls, nullCount > 0 {
            fillNulls(values, nulls)
            let byteCount = (rowCount + 7) / 8
            out.append(nulls, count: byteCount)
            out.appendZeros(nullBitmapByteCount(rowCount) - byteCount)
        }
        let profile = Profile(values)
        descriptor.minimum = profile.minimum
        descriptor.maximum = profile.maximum
        let entries = dictionaryEntries(values, profile, wanted: wanted)
        descriptor.encoding = choose(profile, rowCount: rowCount, entries: entries, wanted: wanted)
        switch descriptor.encoding {
        case .constant: break
        case .bitPacked:
            descriptor.width = UInt8(bitWidth(profile.range))
            pack(values, width: bitWidth(profile.range), from: profile.minimum, into: out)
        case .runLength: encodeRuns(values, profile, &descriptor, into: out)
        case .delta: encodeSteps(values, profile, &descriptor, into: out)
        case .dictionary: encodeCodes(values, entries ?? [], &descriptor, into: out)
        default: out.append(UnsafeRawBufferPointer(values))
        }
        descriptor.byteCount = UInt32(out.count - start)
        return descriptor
    }

    private static func fillNulls(
        _ values: UnsafeMutableBufferPointer<Int64>, _ nulls: UnsafeRawPointer
    ) {
        func isNull(_ row: Int) -> Bool {
            nulls.load(fromByteOffset: row >> 3, as: UInt8.self) >> UInt8(row & 7) & 1 == 1
        }
        var last: Int64 = 0
        for row in 0..<values.count where !isNull(row) {
            last = values[row]
            break
        }
        for row in 0..<values.count {
            if isNull(row) { values[row] = last } else { last = values[row] }
        }
    }

    /// Smallest first, but an encoding that is slower to read must be clearly smaller.
    private static func choose(
        _ profile: Profile, rowCount: Int, entries: [Int64]?, wanted: Encoding?
    ) -> Encoding {
        let width = bitWidth(profile.range)
        let packedBits = rowCount * width
        let runBits = profile.runs * (width + bitWidth(UInt64(rowCount)))
        let checkpoints = (rowCount + checkpointInterval - 1) / checkpointInterval
        let deltaBits = 64 + checkpoints * width + rowCount * bitWidth(profile.stepRange)
        if let wanted {
            switch wanted {
            case .constant where width > 0, .delta where !profile.stepsFit: break
            case .dictionary where entries == nil: break
            default: return wanted
            }
        }
        if width == 0 { return .constant }
        var best = width > 57 ? Encoding.plain : .bitPacked
        var bestBits = best == .plain ? rowCount * 64 : packedBits
        if runBits * 5 < bestBits * 4 { (best, bestBits) = (.runLength, runBits) }
        if let entries {
            let bits = entries.count * 64 + rowCount * bitWidth(UInt64(entries.count - 1))
            if bits * 5 < bestBits * 4 { (best, bestBits) = (.dictionary, bits) }
        }
        if profile.stepsFit, deltaBits * 10 < bestBits * 7 { best = .delta }
        return best
    }

    /// The distinct values, sorted, if they are few and wide enough for a dictionary to pay.
    private static func dictionaryEntries(
        _ values: UnsafeMutableBufferPointer<Int64>, _ profile: Profile, wanted: Encoding?
    ) -> [Int64]? {
        let forced = wanted == .dictionary
        guard forced || (wanted == nil && bitWidth(profile.range) >= 12) else { return nil }
        let limit = forced ? values.count : min(256, values.count / 4)
        if !forced {
            // A sample first: most wide columns have as many values as rows.
            var sample = Set<Int64>()
            let step = max(1, values.count / 64)
            for i in stride(from: 0, to: values.count, by: step) { sample.insert(values[i]) }
            guard sample.count <= 40 else { return nil }
        }
        var distinct = Set<Int64>()
        for value in values {
            distinct.insert(value)
            if distinct.count > limit { return nil }
        }
        return distinct.sorted()
    }

    private static func pack(
        _ values: UnsafeMutableBufferPointer<Int64>, width: Int, from base: Int64,
        into out: ByteBuffer
    ) {
        out.reserve(packedByteCount(values.count, width) + 8)
        var packer = BitPacker(width: width, into: out)
        for value in values { packer.append(UInt64(bitPattern: value &- base)) }
        packer.finish()
    }

    private static func encodeRuns(
        _ values: UnsafeMutableBufferPointer<Int64>, _ profile: Profile,
        _ descriptor: inout BlockDescriptor, into out: ByteBuffer
    ) {
        let width = bitWidth(profile.range)
        let endWidth = bitWidth(UInt64(values.count))
        descriptor.width = UInt8(width)
        descriptor.secondWidth = UInt8(endWidth)
        descriptor.partCount = UInt32(profile.runs)
        var ends = BitPacker(width: endWidth, into: out)
        for i in 1..<values.count where values[i] != values[i - 1] { ends.append(UInt64(i)) }
        ends.append(UInt64(values.count))
        ends.finish()
        var runs = BitPacker(width: width, into: out)
        for i in 0..<values.count where i == 0 || values[i] != values[i - 1] {
            runs.append(UInt64(bitPattern: values[i] &- profile.minimum))
        }
        runs.finish()
    }

    private static func encodeSteps(
        _ values: UnsafeMutableBufferPointer<Int64>, _ profile: Profile,
        _ descriptor: inout BlockDescriptor, into out: ByteBuffer
    ) {
        let width = bitWidth(profile.range)
        let stepWidth = bitWidth(profile.stepRange)
        descriptor.width = UInt8(width)
        descriptor.secondWidth = UInt8(stepWidth)
        out.append(profile.smallestStep)
        var checkpoints = BitPacker(width: width, into: out)
        for i in stride(from: 0, to: values.count, by: checkpointInterval) {
            checkpoints.append(UInt64(bitPattern: values[i] &- profile.minimum))
        }
        checkpoints.finish()
        var steps = BitPacker(width: stepWidth, into: out)
        steps.append(0)
        for i in 1..<values.count {
            steps.append(UInt64(bitPattern: values[i] &- values[i - 1] &- profile.smallestStep))
        }
        steps.finish()
    }

    private static func encodeCodes(
        _ values: UnsafeMutableBufferPointer<Int64>, _ entries: [Int64],
        _ descriptor: inout BlockDescriptor, into out: ByteBuffer
    ) {
        let width = bitWidth(UInt64(entries.count - 1))
        descriptor.width = UInt8(width)
        descriptor.partCount = UInt32(entries.count)
        for entry in entries { out.append(entry) }
        var packer = BitPacker(width: width, into: out)
        for value in values {
            var low = 0
            var high = entries.count - 1
            while low < high {
                let middle = (low + high) >> 1
                if entries[middle] < value { low = middle + 1 } else { high = middle }
            }
            packer.append(UInt64(low))
        }
        packer.finish()
    }
}
