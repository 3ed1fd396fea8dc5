// SPDX-License-Identifier: Apache-2.0
//
// How values look as text, the same in JSON and CSV: times as in RFC 3339, in UTC and to the
// nanosecond; bytes in base64; floats by their shortest digits. What is written is read back as
// what it was.

import Codec

package enum ValueText {
    // MARK: - Numbers

    package static func append(_ number: Int64, to out: ByteBuffer) {
        if number < 0 { out.append(UInt8(ascii: "-")) }
        append(digitsOf: number.magnitude, width: 1, to: out)
    }

    /// At least `width` digits.
    private static func append(digitsOf number: UInt64, width: Int, to out: ByteBuffer) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var rest = number
            var start = 20
            repeat {
                start -= 1
                digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0 || 20 - start < width
            out.append(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(digits)[start...]))
        }
    }

    /// JSON has no word for a number that is not finite: those stand as strings there.
    package static func append(_ number: Double, to out: ByteBuffer, quoted: Bool) {
        if number.isFinite { return append(number.description, to: out) }
        let name = number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity"
        append(quoted ? "\"\(name)\"" : name, to: out)
    }

    package static func append(_ number: Float, to out: ByteBuffer) {
        if number.isFinite { return append(number.description, to: out) }
        append(Double(number), to: out, quoted: true)
    }

    package static func append(_ text: String, to out: ByteBuffer) {
        var text = text
        text.withUTF8 { out.append(UnsafeRawBufferPointer($0)) }
    }

    static func float(_ text: UnsafeRawBufferPointer) -> Double? {
        let string = String(decoding: text, as: UTF8.self)
        if let special = special(string) { return special }
        // Double(_:) also takes words and hexadecimal digits.
        guard text.allSatisfy({ "+-.0123456789eE".utf8.contains($0) }), let value = Double(string),
            value.isFinite
        else { return nil }
        return value
    }

    static func special(_ text: String) -> Double? {
        switch text {
        case "NaN", "nan": .nan
        case "Infinity", "inf": .infinity
        case "-Infinity", "-inf": -.infinity
        default: nil
        }
    }

    // MARK: - Times

    private static let day: Int64 = 86_400
    private static let billion: Int64 = 1_000_000_000

    /// 2025-01-31T23:59:59.123456789Z, of nanoseconds since 1970.
    package static func append(time: Int64, to out: ByteBuffer) {
        // Rounded down, so that times before 1970 have a positive fraction too.
        let fraction = (time % billion + billion) % billion
        let seconds = time / billion - (time % billion < 0 ? 1 : 0)
        let second = (seconds % day + day) % day
        let (year, month, dayOfMonth) = date(ofDay: (seconds - second) / day)
        func field(_ number: Int64, _ width: Int, _ end: Unicode.Scalar) {
            append(digitsOf: number.magnitude, width: width, to: out)
            out.append(UInt8(ascii: end))
        }
        field(year, 4, "-")
        field(month, 2, "-")
        field(dayOfMonth, 2, "T")
        field(second / 3600, 2, ":")
        field(second / 60 % 60, 2, ":")
        field(second % 60, 2, ".")
        field(fraction, 9, "Z")
    }

    /// Days are counted from 1970, years begin in March so that a leap day is the last of its year,
    /// and four hundred years repeat.
    private static func date(ofDay day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month,
            dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        )
    }

    private static func dayNumber(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let era = (year >= 0 ? year : year - 399) / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
            - 719_468
    }

    /// A time as RFC 3339 writes it, with any offset and up to nine digits of a second; nil if it
    /// is none, or none that nanoseconds in 64 bits reach.
    static func time(_ text: UnsafeRawBufferPointer) -> Int64? {
        var rest = text[...]
        func digits(_ count: Int) -> Int64? {
            guard rest.count >= count else { return nil }
            var value: Int64 = 0
            for byte in rest.prefix(count) {
                guard (0x30...0x39).contains(byte) else { return nil }
                value = value * 10 + Int64(byte - 0x30)
            }
            rest = rest.dropFirst(count)
            return value
        }
        func sign(_ characters: StaticString) -> UInt8? {
            guard let first = rest.first,
                characters.withUTF8Buffer({ $0.contains(first) })
            else { return nil }
            rest = rest.dropFirst()
            return first
        }
        guard let year = digits(4), sign("-") != nil, let month = digits(2), sign("-") != nil,
            let dayOfMonth = digits(2), sign("Tt ") != nil, let hour = digits(2), sign(":") != nil,
            let minute = digits(2), sign(":") != nil, let second = digits(2)
        else { return nil }
        let lengths: [Int64] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        guard (1...12).contains(month), hour < 24, minute < 60, second < 60, dayOfMonth > 0,
            dayOfMonth <= lengths[Int(month) - 1] + (isLeap && month == 2 ? 1 : 0)
        else { return nil }
        var fraction: Int64 = 0
        if sign(".") != nil {
            var unit = billion / 10
            var count = 0
            while let digit = digits(1) {
                fraction += digit * unit
                unit /= 10
                count += 1
            }
            guard (1...9).contains(count) else { return nil }
        }
        var offset: Int64 = 0
        guard let zone = sign("Zz+-") else { return nil }
        if zone == UInt8(ascii: "+") || zone == UInt8(ascii: "-") {
            guard let hours = digits(2), sign(":") != nil, let minutes = digits(2), hours < 24,
                minutes < 60
            else { return nil }
            offset = (hours * 60 + minutes) * (zone == UInt8(ascii: "+") ? 60 : -60)
        }
        guard rest.isEmpty else { return nil }
        let time =
            dayNumber(year, month, dayOfMonth) * day + hour * 3600 + minute * 60 + second - offset
        // Before 1970 the fraction counts forward from a second that is further away.
        let whole = time < 0 && fraction > 0 ? time + 1 : time
        let (scaled, isLarge) = whole.multipliedReportingOverflow(by: billion)
        let (sum, isLarger) = scaled.addingReportingOverflow(
            whole == time ? fraction : fraction - billion)
        return isLarge || isLarger ? nil : sum
    }

    // MARK: - Lists

    /// Numbers with spaces between, as JSON.
    package static func append(numberList text: UnsafeRawBufferPointer, to out: ByteBuffer) {
        out.append(UInt8(ascii: "["))
        for byte in text { out.append(byte == 0x20 ? UInt8(ascii: ",") : byte) }
        out.append(UInt8(ascii: "]"))
    }

    /// The bytes of a vector, as JSON.
    package static func append(vector bytes: UnsafeRawBufferPointer, to out: ByteBuffer) {
        out.append(UInt8(ascii: "["))
        for index in 0..<bytes.count / 4 {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            append(bytes.loadUnaligned(fromByteOffset: index * 4, as: Float.self), to: out)
        }
        out.append(UInt8(ascii: "]"))
    }

    // MARK: - Bytes

    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    package static func append(base64 bytes: UnsafeRawBufferPointer, to out: ByteBuffer) {
        var index = 0
        while index < bytes.count {
            let count = min(3, bytes.count - index)
            var group: UInt32 = 0
            for offset in 0..<3 {
                group = group << 8 | (offset < count ? UInt32(bytes[index + offset]) : 0)
            }
            for place in 0..<4 {
                out.append(
                    place <= count
                        ? alphabet[Int(group >> UInt32(18 - 6 * place) & 63)] : UInt8(ascii: "="))
            }
            index += 3
        }
    }

    /// False if it is no base64 with its padding.
    static func decode(base64 text: UnsafeRawBufferPointer, into out: ByteBuffer) -> Bool {
        guard text.count % 4 == 0 else { return false }
        var group: UInt32 = 0
        var padding = 0
        for (index, byte) in text.enumerated() {
            if byte == UInt8(ascii: "="), index >= text.count - 2 {
                padding += 1
                group <<= 6
            } else {
                guard padding == 0, let digit = digit(byte) else { return false }
                group = group << 6 | digit
            }
            guard index % 4 == 3 else { continue }
            // What padding hides must be nothing, so that bytes have one text only.
            guard group & (1 << (8 * UInt32(padding)) - 1) == 0 else { return false }
            for place in 0..<3 - padding {
                out.append(UInt8(truncatingIfNeeded: group >> UInt32(16 - 8 * place)))
            }
            group = 0
        }
        return true
    }

    private static func digit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte) - 65
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte) - 71
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte) + 4
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
