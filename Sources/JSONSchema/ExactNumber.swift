import JSON

/// A number of JSON as it was written, without rounding: its significant digits and a power of ten.
///
/// Always in the one form without trailing zeros, so that equal numbers (1, 1.0, 10e-1) are equal here.
struct ExactNumber: Sendable, Hashable {
    private let isNegative: Bool
    /// All digits as one integer where they are at most 19; else 0.
    private let small: UInt64
    /// The digits where they are more than 19.
    private let large: [UInt8]
    /// How many digits there are; none for zero.
    private let count: Int
    /// The power of ten that the digits are multiplied by.
    private let exponent: Int

    /// What any 19 digits fit a UInt64 with.
    private static let smallDigits = 19
    /// Exponents beyond this one are taken for it: no two numbers that anybody means differ there.
    private static let maxExponent = 1 << 50
    /// Digits of a number or its divisor beyond which it is not divided: division takes their product in steps.
    private static let maxDividedDigits = 1_000

    /// Nil for what is no number.
    init?(_ value: JSON) {
        switch value {
        case .int(let value): self.init(value)
        case .decimal(let text): self.init(text)
        default: return nil
        }
    }

    init(_ value: Int64) {
        var digits = value.magnitude
        var zeros = 0
        while digits != 0, digits % 10 == 0 {
            digits /= 10
            zeros += 1
        }
        isNegative = value < 0
        small = digits
        large = []
        exponent = zeros
        var length = 0
        while digits != 0 {
            digits /= 10
            length += 1
        }
        count = length
    }

    /// - Parameter text: a number by RFC 8259's grammar.
    init(_ text: String) {
        var digits: UInt64 = 0
        var more: [UInt8] = []
        var length = 0
        // Zeros after a digit count only when another digit follows.
        var zeros = 0
        var negative = false
        var isFraction = false
        var fraction = 0
        var power = 0
        func append(_ digit: UInt8) {
            length += 1
            if length <= Self.smallDigits {
                digits = digits * 10 + UInt64(digit)
            } else {
                if more.isEmpty { more = Self.digits(of: digits) }
                more.append(digit)
            }
        }
        var bytes = text.utf8.makeIterator()
        scan: while let byte = bytes.next() {
            switch byte {
            case UInt8(ascii: "-"): negative = true
            case UInt8(ascii: "."): isFraction = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                power = Self.power(&bytes)
                break scan
            default:
                if isFraction { fraction += 1 }
                if byte == UInt8(ascii: "0") {
                    if length > 0 { zeros += 1 }
                } else {
                    while zeros > 0 {
                        append(0)
                        zeros -= 1
                    }
                    append(byte &- UInt8(ascii: "0"))
                }
            }
        }
        isNegative = negative && length > 0
        small = more.isEmpty ? digits : 0
        large = more
        count = length
        exponent = length == 0 ? 0 : zeros - fraction + power
    }

    private static func power(_ bytes: inout String.UTF8View.Iterator) -> Int {
        var value = 0
        var negative = false
        while let byte = bytes.next() {
            if byte == UInt8(ascii: "-") { negative = true }
            guard byte >= UInt8(ascii: "0") else { continue }
            value = min(value * 10 + Int(byte - UInt8(ascii: "0")), maxExponent)
        }
        return negative ? -value : value
    }

    private static func digits(of value: UInt64) -> [UInt8] { String(value).utf8.map { $0 - UInt8(ascii: "0") } }

    var isInteger: Bool { exponent >= 0 }
    var isPositive: Bool { !isNegative && count > 0 }
}

extension ExactNumber: Comparable {
    static func < (left: Self, right: Self) -> Bool {
        if left.isNegative != right.isNegative { return left.isNegative }
        return left.isNegative ? isSmaller(right, left) : isSmaller(left, right)
    }

    /// Whether `left` is nearer to zero.
    private static func isSmaller(_ left: Self, _ right: Self) -> Bool {
        if left.count == 0 || right.count == 0 { return left.count < right.count }
        let (places, otherPlaces) = (left.count + left.exponent, right.count + right.exponent)
        if places != otherPlaces { return places < otherPlaces }
        if left.large.isEmpty, right.large.isEmpty {
            return left.padded(to: right.count) < right.padded(to: left.count)
        }
        let (digits, others) = (left.allDigits, right.allDigits)
        return digits.lexicographicallyPrecedes(others)
    }

    private var allDigits: [UInt8] { large.isEmpty ? Self.digits(of: small) : large }

    /// The digits with zeros after them.
    private func padded(to length: Int) -> UInt64 {
        var value = small
        for _ in 0..<max(0, length - count) { value *= 10 }
        return value
    }
}

extension ExactNumber {
    /// Whether the number is `divisor` times an integer; nil when that takes too long to say.
    func isMultiple(of divisor: Self) -> Bool? {
        if count == 0 { return true }
        guard divisor.count > 0 else { return false }
        // a·10^s must be divisible by b. Neither ends in a zero, so that a negative s leaves a fraction; and of 10^s
        // no more counts than what twos and fives b can hold.
        let shift = exponent - divisor.exponent
        if shift < 0 { return false }
        guard max(count, divisor.count) <= Self.maxDividedDigits else { return nil }
        let zeros = min(shift, 4 * divisor.count)
        if divisor.large.isEmpty { return remainder(dividingBy: divisor.small, zeros: zeros) == 0 }
        return isDivisible(by: divisor.large, zeros: zeros)
    }

    /// Steps that `isMultiple` takes.
    func costOfDivision(by divisor: Self) -> Int {
        if large.isEmpty, divisor.large.isEmpty { return 1 }
        let digits = min(count, Self.maxDividedDigits) + 4 * min(divisor.count, Self.maxDividedDigits)
        return digits * (divisor.large.isEmpty ? 1 : min(divisor.count, Self.maxDividedDigits)) / 8 + 1
    }

    private func remainder(dividingBy divisor: UInt64, zeros: Int) -> UInt64 {
        if large.isEmpty, zeros == 0 { return small % divisor }
        var rest: UInt64 = large.isEmpty ? small % divisor : 0
        func take(_ digit: UInt8) {
            let (high, low) = rest.multipliedFullWidth(by: 10)
            let (sum, carried) = low.addingReportingOverflow(UInt64(digit))
            rest = divisor.dividingFullWidth((high + (carried ? 1 : 0), sum)).remainder
        }
        for digit in large { take(digit) }
        for _ in 0..<zeros { take(0) }
        return rest
    }

    /// Long division, digit by digit; the remainder is kept with its lowest digit first.
    private func isDivisible(by divisor: [UInt8], zeros: Int) -> Bool {
        let divisor = Array(divisor.reversed())
        var rest: [UInt8] = []
        func take(_ digit: UInt8) {
            rest.insert(digit, at: 0)
            while let last = rest.last, last == 0 { rest.removeLast() }
            while Self.isAtLeast(rest, divisor) { Self.subtract(divisor, from: &rest) }
        }
        for digit in allDigits { take(digit) }
        for _ in 0..<zeros { take(0) }
        return rest.isEmpty
    }

    private static func isAtLeast(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        if left.count != right.count { return left.count > right.count }
        return !left.reversed().lexicographicallyPrecedes(right.reversed())
    }

    private static func subtract(_ right: [UInt8], from left: inout [UInt8]) {
        var borrow: UInt8 = 0
        for index in left.indices {
            let digit = (index < right.count ? right[index] : 0) + borrow
            borrow = left[index] < digit ? 1 : 0
            left[index] = left[index] + 10 * borrow - digit
        }
        while let last = left.last, last == 0 { left.removeLast() }
    }
}
