import JSON

/// A document is taken if and only if a second, slow and strict reading takes it; what was taken is written in a form
/// that is read as the same value and written as the same bytes; the place of an error lies in the document.
func documents(_ input: [UInt8]) {
    let isStrict = StrictJSON.accepts(input)
    do {
        let value = try JSON.parse(input)
        guard isStrict else { broken("taken, but no JSON: \(shown(input))") }
        let once = value.bytes
        guard let again = try? JSON.parse(once) else { broken("what was written is not read: \(shown(once))") }
        guard again == value, again.bytes == once else {
            broken("written again it differs: \(shown(once)) \(shown(again.bytes))")
        }
        guard once.count <= 6 * input.count + 8, !once.contains(0x0A) else { broken("not compact: \(shown(once))") }
        _ = JSONPlaces(input).duplicates(limit: 10)
        guard (try? JSON.parse(value.prettyText)) == value else { broken("the pretty text differs") }
    } catch {
        if isStrict { broken("JSON, but refused: \(error)") }
        guard error.byte >= 0, error.byte <= input.count, error.line >= 1, error.column >= 1 else {
            broken("the place is outside: \(error)")
        }
    }
}

/// RFC 8259 by the letter, with the limits that `JSON` confesses: no NUL in a key, no half of a surrogate pair, 512 deep.
struct StrictJSON {
    private let bytes: [UInt8]
    private var index = 0

    static func accepts(_ bytes: [UInt8]) -> Bool {
        guard String(validating: bytes, as: UTF8.self) != nil else { return false }
        var reading = StrictJSON(bytes: bytes)
        reading.blanks()
        guard reading.value(0) else { return false }
        reading.blanks()
        return reading.index == bytes.count
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func blanks() { while let byte = peek, " \t\r\n".utf8.contains(byte) { index += 1 } }

    private mutating func skip(_ text: String) -> Bool {
        guard bytes[index...].starts(with: text.utf8) else { return false }
        index += text.utf8.count
        return true
    }

    private mutating func value(_ depth: Int) -> Bool {
        switch peek {
        case UInt8(ascii: "{"):
            return depth < 512 && list("}") { reading in
                guard reading.peek == UInt8(ascii: "\""), reading.string(isKey: true) else { return false }
                reading.blanks()
                guard reading.skip(":") else { return false }
                reading.blanks()
                return reading.value(depth + 1)
            }
        case UInt8(ascii: "["): return depth < 512 && list("]") { $0.value(depth + 1) }
        case UInt8(ascii: "\""): return string(isKey: false)
        case UInt8(ascii: "t"): return skip("true")
        case UInt8(ascii: "f"): return skip("false")
        case UInt8(ascii: "n"): return skip("null")
        default: return number()
        }
    }

    private mutating func list(_ end: String, _ element: (inout StrictJSON) -> Bool) -> Bool {
        index += 1
        blanks()
        if skip(end) { return true }
        while true {
            guard element(&self) else { return false }
            blanks()
            if skip(end) { return true }
            guard skip(",") else { return false }
            blanks()
        }
    }

    private mutating func number() -> Bool {
        _ = skip("-")
        guard skip("0") || digits() else { return false }
        if skip("."), !digits() { return false }
        guard skip("e") || skip("E") else { return true }
        _ = skip("+") || skip("-")
        return digits()
    }

    private mutating func digits() -> Bool {
        let start = index
        while let byte = peek, (0x30...0x39).contains(byte) { index += 1 }
        return index > start
    }

    private mutating func string(isKey: Bool) -> Bool {
        index += 1
        while let byte = peek {
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return true
            case ..<0x20: return false
            case UInt8(ascii: "\\"):
                guard let escaped = peek else { return false }
                index += 1
                if escaped == UInt8(ascii: "u") {
                    guard let unit = unit(), !(isKey && unit == 0), !(0xDC00...0xDFFF).contains(unit) else { return false }
                    guard (0xD800...0xDBFF).contains(unit) else { continue }
                    guard skip("\\u"), let low = self.unit(), (0xDC00...0xDFFF).contains(low) else { return false }
                } else if !"\"\\/bfnrt".utf8.contains(escaped) {
                    return false
                }
            default: continue
            }
        }
        return false
    }

    private mutating func unit() -> UInt32? {
        guard index + 4 <= bytes.count else { return nil }
        let digits = bytes[index..<(index + 4)]
        index += 4
        guard digits.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0 | 0x20) }) else { return nil }
        return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}
