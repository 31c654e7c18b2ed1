/// Dates and times of RFC 3339, and its appendix A's durations.
enum DateFormats {
    static func isDateTime(_ bytes: [UInt8]) -> Bool {
        bytes.count > 11 && isDate(Array(bytes[..<10])) && bytes[10] | 0x20 == UInt8(ascii: "t")
            && isTime(Array(bytes[11...]))
    }

    static func isDate(_ bytes: [UInt8]) -> Bool {
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            let year = number(bytes[0..<4]), let month = number(bytes[5..<7]), let day = number(bytes[8..<10]),
            (1...12).contains(month)
        else { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
        return (1...days).contains(day)
    }

    static func isTime(_ bytes: [UInt8]) -> Bool {
        guard bytes.count >= 9, bytes[2] == UInt8(ascii: ":"), bytes[5] == UInt8(ascii: ":"),
            let hour = number(bytes[0..<2]), let minute = number(bytes[3..<5]), let second = number(bytes[6..<8]),
            hour < 24, minute < 60, second <= 60
        else { return false }
        var rest = bytes[8...]
        if rest.first == UInt8(ascii: ".") {
            let digits = rest.dropFirst().prefix { $0.isDigit }
            guard !digits.isEmpty else { return false }
            rest = rest.dropFirst(digits.count + 1)
        }
        guard let offset = offset(rest) else { return false }
        // A leap second comes at the end of a day in UTC.
        let minuteOfDay = ((hour * 60 + minute - offset) % 1440 + 1440) % 1440
        return second < 60 || minuteOfDay == 1439
    }

    /// In minutes east of UTC; nil for what is no offset.
    private static func offset(_ bytes: ArraySlice<UInt8>) -> Int? {
        if bytes.count == 1, let first = bytes.first, first | 0x20 == UInt8(ascii: "z") { return 0 }
        let bytes = Array(bytes)
        guard bytes.count == 6, bytes[0] == UInt8(ascii: "+") || bytes[0] == UInt8(ascii: "-"),
            bytes[3] == UInt8(ascii: ":"), let hour = number(bytes[1..<3]), let minute = number(bytes[4..<6]),
            hour < 24, minute < 60
        else { return nil }
        return (hour * 60 + minute) * (bytes[0] == UInt8(ascii: "-") ? -1 : 1)
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int? {
        bytes.allSatisfy(\.isDigit) ? bytes.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) } : nil
    }

    static func isDuration(_ bytes: [UInt8]) -> Bool {
        guard bytes.first == UInt8(ascii: "P") else { return false }
        let parts = bytes.dropFirst().split(separator: UInt8(ascii: "T"), omittingEmptySubsequences: false)
        switch parts.count {
        case 1: return units(parts[0]) == "W" || isRun(units(parts[0]), of: "YMD")
        case 2:
            let date = units(parts[0])
            return (date == "" || isRun(date, of: "YMD")) && isRun(units(parts[1]), of: "HMS")
        default: return false
        }
    }

    /// The units of `1Y2M`; nil where a number or its unit is missing.
    private static func units(_ bytes: ArraySlice<UInt8>) -> String? {
        var result = ""
        var hasNumber = false
        for byte in bytes {
            if byte.isDigit {
                hasNumber = true
            } else {
                guard hasNumber, byte < 0x80 else { return nil }
                hasNumber = false
                result.unicodeScalars.append(Unicode.Scalar(byte))
            }
        }
        return hasNumber ? nil : result
    }

    /// Whether the units follow one another without a gap, as RFC 3339 has it: `1Y2D` is none.
    private static func isRun(_ units: String?, of all: String) -> Bool {
        guard let units, !units.isEmpty else { return false }
        return all.indices.contains { all[$0...].hasPrefix(units) }
    }
}
