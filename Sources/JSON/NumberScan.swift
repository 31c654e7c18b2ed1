/// One pass over a document before jansson sees it: it finds the nesting depth, and the numbers that
/// jansson would change or refuse.
///
/// jansson 2.14 reads a real number into a double (0.1 then prints as 0.10000000000000001), loses the sign
/// of -0, and fails the whole document on an integer over 2^63-1 or on 1e400. Each such number is put
/// aside as text and replaced by an integer that names its place in the list: `firstReference` + index.
/// Since every number of more than 18 digits is put aside, an integer of 19 digits in what jansson
/// returns can be nothing but such a reference.
struct NumberScan {
    /// 2^62: 19 digits, and far from the end of what an Int64 holds.
    static let firstReference: Int64 = 4_611_686_018_427_387_904

    struct Aside {
        let start: Int
        let length: Int
    }

    private(set) var aside: [Aside] = []
    /// Where the nesting first passed the limit.
    private(set) var tooDeepAt: Int?
    /// Where a NUL stands that is no part of any JSON. jansson reads on behind it, if a number or a word comes before.
    private(set) var nulAt: Int?
    /// Where the values take more memory than the limit.
    private(set) var tooMuchAt: Int?
    /// Where a word or a number begins that is longer than any.
    private(set) var tooLongAt: Int?
    /// Bytes of the longest token that jansson will read, quotes included.
    private(set) var longestToken = longestWord
    /// Bytes of a word or a number that jansson is given: no word of JSON has more than five, and a number of more than
    /// 18 digits is put aside.
    private static let longestWord = 4_096

    /// Bytes of memory, as measured, that jansson and `JSON` take together: for an object with its first member, an
    /// array with its first element, each further value, and each string (a member's name is one) with its end on the
    /// heap; and copies of the text, among them the caller's. A value is known by what stands before it, so that
    /// nothing is reckoned twice.
    private enum Weight {
        static let object = 310
        static let array = 210
        static let value = 70
        static let string = 70
        static let longString = 120
        static let text = 3
    }
    /// Bytes of a string that need no room on the heap.
    private static let shortString = 15

    init(_ bytes: UnsafeRawBufferPointer, maxDepth: Int, maxMemory: Int) {
        let count = bytes.count
        var depth = 0
        var index = 0
        let (copies, isTooLong) = count.multipliedReportingOverflow(by: Weight.text)
        var room = isTooLong ? 0 : max(0, maxMemory - copies)
        while index < count {
            let place = index
            let weight: Int
            // Most bytes of a message are in strings, and of the others most are none of these.
            switch bytes[index] {
            case UInt8(ascii: "\""):
                index = Self.endOfString(bytes, from: index + 1)
                longestToken = max(longestToken, index - place)
                weight = index - place > Self.shortString + 2 ? Weight.longString : Weight.string
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                if depth > maxDepth {
                    tooDeepAt = index
                    return
                }
                weight = bytes[index] == UInt8(ascii: "{") ? Weight.object : Weight.array
                index += 1
            case UInt8(ascii: ","):
                weight = Weight.value
                index += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                index += 1
                continue
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                index = Self.endOfShortInteger(bytes, from: index) ?? number(bytes, from: index)
                guard tooLongAt == nil else { return }
                continue
            case UInt8(ascii: "-"):
                index = number(bytes, from: index)
                guard tooLongAt == nil else { return }
                continue
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"):
                repeat { index += 1 } while index < count && Self.isLetter(bytes[index])
                if index - place > Self.longestWord {
                    tooLongAt = place
                    return
                }
                continue
            case 0:
                nulAt = index
                return
            default:
                index += 1
                continue
            }
            room -= weight
            if room < 0 {
                tooMuchAt = place
                return
            }
        }
    }

    /// Where an integer ends that jansson takes as it is, which most numbers are; nil for any other.
    private static func endOfShortInteger(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        guard bytes[start] != UInt8(ascii: "0") else { return nil }
        var index = start + 1
        while index < bytes.count, bytes[index] &- UInt8(ascii: "0") < 10 { index += 1 }
        guard index - start <= 18, index < bytes.count else { return nil }
        switch bytes[index] {
        case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"): return index
        default: return nil
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A }

    private static func endOfString(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var index = start
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") { return index + 1 }
            index += byte == UInt8(ascii: "\\") ? 2 : 1
        }
        return index
    }

    /// Reads a number by RFC 8259's grammar. What does not fit it is left for jansson to complain about.
    private mutating func number(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var index = start
        func digits() -> Int {
            let first = index
            while index < bytes.count, bytes[index] >= UInt8(ascii: "0"), bytes[index] <= UInt8(ascii: "9") {
                index += 1
            }
            return index - first
        }
        func skip(_ characters: StaticString) -> Bool {
            guard index < bytes.count else { return false }
            let byte = bytes[index]
            let found = characters.withUTF8Buffer { $0.contains(byte) }
            if found { index += 1 }
            return found
        }

        // What does not fit is passed over whole: of 0.0.1 or --0 a part must not become a reference, which jansson
        // would make a number of together with the rest.
        func leave() -> Int {
            while skip("0123456789+-.eE") {}
            return index
        }
        defer { if index - start > Self.longestWord, aside.last?.start != start { tooLongAt = start } }

        let negative = skip("-")
        let first = index
        let whole = digits()
        guard whole > 0, whole == 1 || bytes[first] != UInt8(ascii: "0") else { return leave() }
        var isSimple = whole <= 18 && !(negative && whole == 1 && bytes[first] == UInt8(ascii: "0"))
        if skip(".") {
            guard digits() > 0 else { return leave() }
            isSimple = false
        }
        if skip("eE") {
            _ = skip("+-")
            guard digits() > 0 else { return leave() }
            isSimple = false
        }
        let length = index - start
        if leave() == start + length, !isSimple { aside.append(Aside(start: start, length: length)) }
        return index
    }

    /// The document with each number that was put aside replaced by its reference.
    func rewrite(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + aside.count * 19)
        var copied = 0
        for (index, number) in aside.enumerated() {
            result.append(contentsOf: bytes[copied..<number.start])
            result.append(contentsOf: String(Self.firstReference + Int64(index)).utf8)
            copied = number.start + number.length
        }
        result.append(contentsOf: bytes[copied...])
        return result
    }

    /// The place in the document that `position` in the rewritten one came from.
    func original(of position: Int) -> Int {
        var shift = 0
        for number in aside {
            guard number.start + shift + 19 <= position else { break }
            shift += 19 - number.length
        }
        return position - shift
    }
}
