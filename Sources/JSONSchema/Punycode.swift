/// RFC 3492, for labels of at most 63 characters.
enum Punycode {
    private static let base = 36
    private static let tMin = 1
    private static let tMax = 26
    private static let initialBias = 72
    private static let initialN = 128

    /// Nil for a text that is no Punycode.
    static func decode(_ bytes: [UInt8]) -> [Unicode.Scalar]? {
        guard bytes.count <= 63 else { return nil }
        var result: [Unicode.Scalar] = []
        var rest = bytes[...]
        if let mark = bytes.lastIndex(of: UInt8(ascii: "-")) {
            result = bytes[..<mark].map { Unicode.Scalar($0) }
            rest = bytes[(mark + 1)...]
        }
        var n = initialN
        var i = 0
        var bias = initialBias
        while !rest.isEmpty {
            let old = i
            var weight = 1
            var k = base
            while true {
                guard let digit = rest.popFirst().flatMap(digit) else { return nil }
                // 63 characters cannot pass an Int: each step multiplies by at most 35, and the sum is checked.
                let (part, isTooLarge) = digit.multipliedReportingOverflow(by: weight)
                guard !isTooLarge, i < 1 << 40, part < 1 << 40 else { return nil }
                i += part
                let t = threshold(k, bias)
                if digit < t { break }
                let (next, isOver) = weight.multipliedReportingOverflow(by: base - t)
                guard !isOver else { return nil }
                weight = next
                k += base
            }
            bias = adapt(i - old, result.count + 1, isFirst: old == 0)
            n += i / (result.count + 1)
            i %= result.count + 1
            guard n <= 0x10_FFFF, let scalar = Unicode.Scalar(UInt32(n)) else { return nil }
            result.insert(scalar, at: i)
            i += 1
        }
        return result
    }

    /// Nil for more than a label may hold.
    static func encode(_ scalars: [Unicode.Scalar]) -> [UInt8]? {
        guard scalars.count <= 63 else { return nil }
        var result = scalars.filter(\.isASCII).map { UInt8($0.value) }
        let basic = result.count
        if basic > 0 { result.append(UInt8(ascii: "-")) }
        var handled = basic
        var n = initialN
        var delta = 0
        var bias = initialBias
        while handled < scalars.count {
            guard let next = scalars.map({ Int($0.value) }).filter({ $0 >= n }).min() else { return nil }
            delta += (next - n) * (handled + 1)
            n = next
            for scalar in scalars {
                if scalar.value < n { delta += 1 }
                guard scalar.value == n else { continue }
                var q = delta
                var k = base
                while true {
                    let t = threshold(k, bias)
                    if q < t { break }
                    result.append(letter(t + (q - t) % (base - t)))
                    q = (q - t) / (base - t)
                    k += base
                }
                result.append(letter(q))
                bias = adapt(delta, handled + 1, isFirst: handled == basic)
                delta = 0
                handled += 1
            }
            delta += 1
            n += 1
        }
        return result
    }

    private static func threshold(_ k: Int, _ bias: Int) -> Int { min(max(k - bias, tMin), tMax) }

    private static func adapt(_ delta: Int, _ count: Int, isFirst: Bool) -> Int {
        var delta = isFirst ? delta / 700 : delta / 2
        delta += delta / count
        var k = 0
        while delta > (base - tMin) * tMax / 2 {
            delta /= base - tMin
            k += base
        }
        return k + (base - tMin + 1) * delta / (delta + 38)
    }

    private static func digit(_ byte: UInt8) -> Int? {
        if byte.isDigit { return Int(byte - UInt8(ascii: "0")) + 26 }
        return byte.isLetter ? Int((byte | 0x20) - UInt8(ascii: "a")) : nil
    }

    private static func letter(_ digit: Int) -> UInt8 {
        digit < 26 ? UInt8(ascii: "a") + UInt8(digit) : UInt8(ascii: "0") + UInt8(digit - 26)
    }
}
