// SPDX-License-Identifier: Apache-2.0
//
// Numbers, sizes and times as people read them.

import Platform

enum Text {
    /// 1,234,567.
    static func count(_ number: Int) -> String {
        let digits = Array(String(number.magnitude).utf8)
        var text = number < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += "," }
            text.unicodeScalars.append(Unicode.Scalar(digit))
        }
        return text
    }

    /// The nearest whole number; rows that others made may say anything.
    static func count(_ number: Double) -> String {
        number.magnitude < 1e15 ? count(Int(number.rounded())) : "\(number)"
    }

    /// 1 file, 2 files.
    static func count(_ number: Int, _ noun: String) -> String {
        "\(count(number)) \(noun)\(number == 1 ? "" : "s")"
    }

    /// 1 entity, 2 entities.
    static func count(_ number: Int, _ noun: String, _ plural: String) -> String {
        "\(count(number)) \(number == 1 ? noun : plural)"
    }

    /// 12.3 MB; a thousand bytes are 1 kB.
    static func bytes(_ count: Int) -> String {
        var value = Double(count)
        var unit = "B"
        for larger in ["kB", "MB", "GB", "TB"] where value >= 999.95 {
            value /= 1000
            unit = larger
        }
        return unit == "B" ? "\(count) B" : "\(fixed(value, 1)) \(unit)"
    }

    /// As much of a text as fits: of a key the name and the end of the path before all else, of
    /// anything else, such as a path, more of its end.
    static func shortened(_ text: String, to width: Int) -> String {
        guard text.count > width else { return text }
        let parts = text.split(
            separator: ":", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, !parts[1].isEmpty else {
            return cut(text, to: width, front: width / 3)
        }
        let (name, path) = (parts[2], parts[3])
        for front in ["\(parts[0]):\(parts[1]):\(name):", "…\(name):"] {
            let room = width - front.count
            if path.count <= room { return front + path }
            if room >= shownPathLength { return front + "…" + path.suffix(room - 1) }
        }
        return cut("\(name):\(path)", to: width, front: min(name.count, width * 2 / 3))
    }

    private static let shownPathLength = 8

    private static func cut(_ text: String, to width: Int, front: Int) -> String {
        "\(text.prefix(front))…\(text.suffix(max(0, width - front - 1)))"
    }

    static func fixed(_ value: Double, _ digits: Int) -> String {
        let scale = (0..<digits).reduce(1) { scale, _ in scale * 10 }
        // Rows that others made may say anything.
        guard value.isFinite, value.magnitude < 1e15 else { return "\(value)" }
        let scaled = Int((value.magnitude * Double(scale)).rounded())
        let sign = value < 0 && scaled > 0 ? "-" : ""
        return "\(sign)\(scaled / scale)" + (digits > 0 ? "." + padded(scaled % scale, digits) : "")
    }

    static func seconds(_ nanoseconds: Int64) -> String {
        let seconds = Double(nanoseconds) / 1e9
        return fixed(seconds, seconds < 10 ? 2 : 1) + " s"
    }

    static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    /// 2025-01-31 23:59, where the reader is.
    static func local(_ time: Int64) -> String {
        let time = CalendarTime(time, isLocal: true)
        return date(time) + " \(padded(time.hour, 2)):\(padded(time.minute, 2))"
    }

    private static func date(_ time: CalendarTime) -> String {
        "\(padded(time.year, 4))-\(padded(time.month, 2))-\(padded(time.day, 2))"
    }

    /// 5 min ago.
    static func age(_ time: Int64) -> String {
        let (age, isBeyond) = Clock.wallNanoseconds().subtractingReportingOverflow(time)
        let seconds = isBeyond ? 0 : Int(max(0, age) / 1_000_000_000)
        switch seconds {
        case ..<120: return "\(seconds) s ago"
        case ..<7200: return "\(seconds / 60) min ago"
        case ..<172_800: return "\(seconds / 3600) h ago"
        default: return "\(count(seconds / 86400)) days ago"
        }
    }
}
