/// Where something stands in a text, for people.
public struct JSONPlace: Sendable, Hashable, Comparable {
    /// From 1.
    public let line: Int
    /// In characters, from 1.
    public let column: Int

    /// - Parameter byte: from 0; the end where it is beyond it.
    init(byte: Int, of bytes: UnsafeRawBufferPointer) {
        var line = 1
        var column = 1
        for byte in bytes[..<min(max(byte, 0), bytes.count)] {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        self.line = line
        self.column = column
    }

    public static func < (left: JSONPlace, right: JSONPlace) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

/// Finds the parts of a document in its text.
///
/// Values do not carry their places, as nobody needs them where it must be quick: the text is looked through again
/// for each question, which is for messages to people.
public struct JSONPlaces: Sendable {
    private let bytes: [UInt8]

    /// - Parameter bytes: of a document that `JSON.parse` takes; of any other the places are wrong.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The place of what a JSON Pointer leads to: a member's at its key. Where nothing stands there, that of the
    /// innermost value on the way.
    public func place(of pointer: String) -> JSONPlace {
        var scan = Scan(bytes: bytes)
        scan.skipBlanks()
        var found = scan.index
        for token in JSONPointer.tokens(pointer) {
            guard let place = scan.enter(token) else { break }
            found = place
        }
        return place(found)
    }

    /// The members that are named twice in one object, of which a reader takes the last.
    /// - Parameter limit: no more than this many.
    public func duplicates(limit: Int) -> [(key: String, place: JSONPlace)] {
        var result: [(key: String, place: JSONPlace)] = []
        var scan = Scan(bytes: bytes)
        // The keys of the objects that are open; nil for an array.
        var open: [Set<String>?] = []
        while result.count < limit, let byte = scan.peek {
            switch byte {
            case UInt8(ascii: "{"): open.append([])
            case UInt8(ascii: "["): open.append(nil)
            case UInt8(ascii: "}"), UInt8(ascii: "]"): _ = open.popLast()
            case UInt8(ascii: "\""):
                let start = scan.index
                let text = scan.string()
                scan.skipBlanks()
                if scan.peek == UInt8(ascii: ":"), let keys = open.last, keys != nil {
                    let isNew = open[open.count - 1]?.insert(text).inserted ?? true
                    if !isNew { result.append((text, place(start))) }
                }
                continue
            default: break
            }
            scan.index += 1
        }
        return result
    }

    private func place(_ byte: Int) -> JSONPlace { bytes.withUnsafeBytes { JSONPlace(byte: byte, of: $0) } }
}

/// A position in a document that moves from value to value.
private struct Scan {
    let bytes: [UInt8]
    var index = 0

    var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    mutating func skipBlanks() {
        while let byte = peek, byte == 0x20 || (0x09...0x0D).contains(byte) { index += 1 }
    }

    /// Goes from the start of an object or array to the part that `token` names.
    /// - Returns: where that stands; nil, not moved, where there is none.
    mutating func enter(_ token: String) -> Int? {
        let start = index
        var found: (place: Int, value: Int)?
        let isObject = peek == UInt8(ascii: "{")
        guard isObject || peek == UInt8(ascii: "[") else { return nil }
        index += 1
        var position = 0
        while true {
            skipBlanks()
            guard let byte = peek, byte != UInt8(ascii: "}"), byte != UInt8(ascii: "]") else { break }
            let place = index
            var isIt = false
            if isObject {
                guard byte == UInt8(ascii: "\"") else { break }
                isIt = string() == token
                skipBlanks()
                index += 1
                skipBlanks()
            } else {
                isIt = token == String(position)
                position += 1
            }
            // Of members with one name the last counts.
            if isIt { found = (place, index) }
            if isIt, !isObject { break }
            skipValue()
            skipBlanks()
            guard peek == UInt8(ascii: ",") else { break }
            index += 1
        }
        index = found?.value ?? start
        return found?.place
    }

    private mutating func skipValue() {
        var depth = 0
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                skipString()
                if depth == 0 { return }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                // The end of what holds a number, true, false or null.
                if depth == 0 { return }
                depth -= 1
                if depth == 0 {
                    index += 1
                    return
                }
            case UInt8(ascii: ",") where depth == 0: return
            default: break
            }
            index += 1
        }
    }

    private mutating func skipString() {
        index += 1
        while let byte = peek {
            index += byte == UInt8(ascii: "\\") ? 2 : 1
            if byte == UInt8(ascii: "\"") { return }
        }
        index = min(index, bytes.count)
    }

    /// The string that begins here, with its escapes resolved.
    mutating func string() -> String {
        let start = index
        skipString()
        let literal = bytes[start..<min(index, bytes.count)]
        guard literal.contains(UInt8(ascii: "\\")) else {
            return String(decoding: literal.dropFirst().dropLast(), as: UTF8.self)
        }
        return (try? JSON.parse(Array(literal)))?.stringValue ?? ""
    }
}
