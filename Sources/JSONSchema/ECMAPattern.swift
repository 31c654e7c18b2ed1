/// A regular expression of ECMA-262, checked by its grammar and written anew in PCRE2's.
///
/// The two differ where it hurts: `$` before a last newline, `\s`, `.`, `\p{Letter}`, `[]`, `[^]`, `\cC`,
/// `\u{1F600}`, and all that PCRE2 knows beyond, such as `\A`, `(?>…)` and `a++`, which is malformed here. Escapes of
/// punctuation and lone brackets are taken as browsers take them (annex B).
struct ECMAPattern {
    private(set) var text = ""
    /// The highest count of a `{n}`.
    private(set) var maxRepetition = 1
    private(set) var hasBackreference = false

    private let scalars: [Unicode.Scalar]
    private var index = 0
    private var groups: [String] = []

    /// PCRE2's own.
    private static let maxCount = 65_535
    private static let maxNesting = 200

    init(_ source: String) throws(Pattern.Malformed) {
        scalars = Array(source.unicodeScalars)
        try collectGroups()
        try disjunction(depth: 0)
        guard index == scalars.count else { throw malformed("an unmatched )") }
    }

    private func malformed(_ what: String) -> Pattern.Malformed {
        Pattern.Malformed(message: "\(what) at character \(index)")
    }

    private var next: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

    private mutating func take(_ text: String) -> Bool {
        let wanted = Array(text.unicodeScalars)
        guard scalars[index...].starts(with: wanted) else { return false }
        index += wanted.count
        return true
    }

    /// Groups are counted first: a reference may stand before its group.
    private mutating func collectGroups() throws(Pattern.Malformed) {
        var isInClass = false
        while let scalar = next {
            index += 1
            switch scalar {
            case "\\": index += 1
            case "[": isInClass = true
            case "]": isInClass = false
            case "(" where !isInClass:
                if next != "?" {
                    groups.append("")
                } else if take("?<"), next != "=", next != "!" {
                    groups.append(try groupName())
                }
            default: break
            }
        }
        index = 0
    }

    private mutating func groupName() throws(Pattern.Malformed) -> String {
        var name = String.UnicodeScalarView()
        while let scalar = next, scalar != ">" {
            let properties = scalar.properties
            let isAllowed = name.isEmpty ? properties.isIDStart || scalar == "_" : properties.isIDContinue
            guard scalar == "$" || isAllowed else {
                throw malformed("a group's name that is none")
            }
            name.append(scalar)
            index += 1
        }
        guard take(">"), !name.isEmpty else { throw malformed("a group's name without an end") }
        let text = String(name)
        return text
    }

    private mutating func disjunction(depth: Int) throws(Pattern.Malformed) {
        guard depth < Self.maxNesting else { throw malformed("groups nested too deep") }
        while let scalar = next, scalar != ")" {
            if scalar == "|" {
                index += 1
                text += "|"
            } else {
                try term(depth: depth)
            }
        }
    }

    private mutating func term(depth: Int) throws(Pattern.Malformed) {
        guard let scalar = next else { return }
        index += 1
        switch scalar {
        case "^": return text += "^"
        case "$": return text += "\\z"
        case "(":
            guard try group(depth: depth) else { return }
        case "[": try characterClass()
        case ".": text += #"[^\n\r\x{2028}\x{2029}]"#
        case "\\":
            guard try escape() else { return }
        case "*", "+", "?": throw malformed("nothing to repeat")
        case "{":
            index -= 1
            if try quantifier() != nil { throw malformed("nothing to repeat") }
            index += 1
            literal(scalar)
        default: literal(scalar)
        }
        if let quantifier = try quantifier() { text += quantifier }
    }

    private mutating func literal(_ scalar: Unicode.Scalar) {
        if scalar.properties.isAlphabetic, scalar.isASCII { return text.unicodeScalars.append(scalar) }
        text += Self.literal(scalar.value)
    }

    private static func literal(_ value: UInt32) -> String { "\\x{\(String(value, radix: 16))}" }

    /// - Returns: nil where none stands; a `{` that begins none is a literal.
    private mutating func quantifier() throws(Pattern.Malformed) -> String? {
        let start = index
        var result: String
        switch next {
        case "*", "+", "?":
            result = next.map { String(Character($0)) } ?? ""
            index += 1
        case "{":
            index += 1
            guard let least = try count() else {
                index = start
                return nil
            }
            var most: Int?
            result = "{\(least)"
            if take(",") {
                most = try count()
                result += "," + (most.map(String.init) ?? "")
            }
            guard take("}") else {
                index = start
                return nil
            }
            if let most, most < least { throw malformed("a range of counts out of order") }
            result += "}"
            maxRepetition = max(maxRepetition, most ?? least)
        default: return nil
        }
        if take("?") { result += "?" }
        return result
    }

    private mutating func count() throws(Pattern.Malformed) -> Int? {
        var value: Int?
        while let digit = next.flatMap(Self.digit) {
            value = (value ?? 0) * 10 + digit
            index += 1
            if value ?? 0 > Self.maxCount { throw malformed("a count over \(Self.maxCount)") }
        }
        return value
    }

    private static func digit(_ scalar: Unicode.Scalar) -> Int? {
        scalar.value >= 0x30 && scalar.value <= 0x39 ? Int(scalar.value - 0x30) : nil
    }

    /// - Returns: whether a quantifier may follow.
    private mutating func group(depth: Int) throws(Pattern.Malformed) -> Bool {
        var mayRepeat = true
        if take("?:") {
            text += "(?:"
        } else if take("?=") {
            text += "(?="
        } else if take("?!") {
            text += "(?!"
        } else if take("?<=") {
            text += "(?<="
            mayRepeat = false
        } else if take("?<!") {
            text += "(?<!"
            mayRepeat = false
        } else if take("?<") {
            // By number: PCRE2 allows fewer names.
            _ = try groupName()
            text += "("
        } else if next == "?" {
            throw malformed("a group of an unknown kind")
        } else {
            text += "("
        }
        try disjunction(depth: depth + 1)
        guard take(")") else { throw malformed("a group without an end") }
        text += ")"
        return mayRepeat
    }

    /// - Returns: whether a quantifier may follow.
    private mutating func escape() throws(Pattern.Malformed) -> Bool {
        guard let scalar = next else { throw malformed("a \\ at the end") }
        switch scalar {
        case "b", "B":
            index += 1
            text += "\\" + String(Character(scalar))
            return false
        case "k":
            index += 1
            guard take("<"), let position = groups.firstIndex(of: try groupName()) else {
                throw malformed("a reference to no group")
            }
            refer(to: position + 1)
        case "1"..."9":
            guard let number = try count(), number <= groups.count else { throw malformed("a reference to no group") }
            refer(to: number)
        default:
            switch try atom() {
            case .set(let set): text += "[\(set)]"
            case .character(let value): text += Self.literal(value)
            }
        }
        return true
    }

    private mutating func refer(to group: Int) {
        hasBackreference = true
        text += "\\g{\(group)}"
    }

    private enum Atom {
        /// What stands between the brackets of a class.
        case set(String)
        case character(UInt32)
    }

    /// ECMA-262's white space and line terminators, and all other characters.
    private static let blank =
        #"\x{9}-\x{d}\x{20}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}"#
    private static let notBlank =
        #"\x{0}-\x{8}\x{e}-\x{1f}\x{21}-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}\x{202a}-\x{202e}"#
        + #"\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff}"#

    /// What stands after a `\`, in a class or outside of one.
    private mutating func atom() throws(Pattern.Malformed) -> Atom {
        guard let scalar = next else { throw malformed("a \\ at the end") }
        index += 1
        switch scalar {
        case "d", "D", "w", "W": return .set("\\" + String(Character(scalar)))
        case "s": return .set(Self.blank)
        case "S": return .set(Self.notBlank)
        case "p", "P": return .set(try property(isNegated: scalar == "P"))
        case "t": return .character(9)
        case "n": return .character(10)
        case "v": return .character(11)
        case "f": return .character(12)
        case "r": return .character(13)
        case "0":
            if let next, Self.digit(next) != nil { throw malformed("an octal escape") }
            return .character(0)
        case "c":
            guard let letter = next, letter.isASCII, letter.properties.isAlphabetic else {
                throw malformed("a \\c without a letter")
            }
            index += 1
            return .character(letter.value % 32)
        case "x": return .character(try hexadecimal(2))
        case "u": return .character(try codePoint())
        default:
            if scalar.properties.isAlphabetic || Self.digit(scalar) != nil || scalar == "_" {
                throw malformed("an escape that means nothing")
            }
            return .character(scalar.value)
        }
    }

    private mutating func hexadecimal(_ digits: Int) throws(Pattern.Malformed) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<digits {
            guard let scalar = next, scalar.isASCII, let digit = URIReference.hexDigit(UInt8(scalar.value)) else {
                throw malformed("an escape without its digits")
            }
            value = value << 4 | UInt32(digit)
            index += 1
        }
        return value
    }

    private mutating func codePoint() throws(Pattern.Malformed) -> UInt32 {
        if take("{") {
            var value: UInt32 = 0
            guard next != "}" else { throw malformed("an escape without its digits") }
            while next != "}" {
                value = value << 4 | (try hexadecimal(1))
                guard value <= 0x10_FFFF else { throw malformed("an escape of no character") }
            }
            index += 1
            guard Unicode.Scalar(value) != nil else { throw malformed("an escape of half a character") }
            return value
        }
        let value = try hexadecimal(4)
        guard value & 0xF800 == 0xD800 else { return value }
        guard value < 0xDC00, take("\\u") else { throw malformed("an escape of half a character") }
        let low = try hexadecimal(4)
        guard low & 0xFC00 == 0xDC00 else { throw malformed("an escape of half a character") }
        return 0x10000 + (value & 0x3FF) << 10 + low & 0x3FF
    }

    private mutating func property(isNegated: Bool) throws(Pattern.Malformed) -> String {
        guard take("{") else { throw malformed("a property without its name") }
        var name = ""
        while let scalar = next, scalar != "}" {
            guard scalar.isASCII, scalar.properties.isAlphabetic || Self.digit(scalar) != nil || scalar == "_"
                || scalar == "="
            else { throw malformed("a property without its name") }
            name.unicodeScalars.append(scalar)
            index += 1
        }
        guard take("}"), let known = UnicodeProperty.pcre(name) else { throw malformed("an unknown property") }
        return (isNegated ? "\\P" : "\\p") + "{\(known)}"
    }

    private mutating func characterClass() throws(Pattern.Malformed) {
        let isNegated = take("^")
        var set = ""
        while true {
            guard next != nil else { throw malformed("a class without an end") }
            if take("]") { break }
            let first = try classAtom()
            guard next == "-", index + 1 < scalars.count, scalars[index + 1] != "]" else {
                set += Self.member(first)
                continue
            }
            index += 1
            let last = try classAtom()
            if case .character(let low) = first, case .character(let high) = last {
                guard low <= high else { throw malformed("a range out of order") }
                set += Self.literal(low) + "-" + Self.literal(high)
            } else {
                set += Self.member(first) + Self.literal(0x2D) + Self.member(last)
            }
        }
        // An empty class matches nothing, its negation everything.
        if set.isEmpty { return text += isNegated ? #"[\x{0}-\x{10ffff}]"# : "(?!)" }
        text += isNegated ? "[^\(set)]" : "[\(set)]"
    }

    private mutating func classAtom() throws(Pattern.Malformed) -> Atom {
        guard let scalar = next else { throw malformed("a class without an end") }
        index += 1
        guard scalar == "\\" else { return .character(scalar.value) }
        if take("b") { return .character(8) }
        if take("-") { return .character(0x2D) }
        return try atom()
    }

    private static func member(_ atom: Atom) -> String {
        switch atom {
        case .set(let set): set
        case .character(let value): literal(value)
        }
    }
}
