/// Internationalized domain names: RFC 5891 and 5892, as far as the Unicode properties of Swift's library reach.
///
/// Not here: the rule for right-to-left labels (RFC 5893), and the joining types of rare scripts.
enum DomainName {
    private static let maxLength = 253
    private static let maxLabel = 63

    /// Whether the labels are valid U-labels, A-labels, or plain ASCII ones.
    static func isValid(_ text: String) -> Bool {
        // The separators of UTS 46: IDNA's predecessors took them for dots, and so does what people type.
        let labels = text.unicodeScalars.split(omittingEmptySubsequences: false) {
            [".", "\u{3002}", "\u{FF0E}", "\u{FF61}"].contains($0)
        }
        guard text.utf8.count <= maxLength * 4 else { return false }
        var length = labels.count - 1
        for label in labels {
            guard let encoded = encodedLength(Array(label)) else { return false }
            length += encoded
        }
        return length <= maxLength
    }

    static func isEncoded(_ label: ArraySlice<UInt8>) -> Bool {
        let start = Array(label.prefix(4))
        return start.count == 4 && start[0] | 0x20 == UInt8(ascii: "x") && start[1] | 0x20 == UInt8(ascii: "n")
            && start[2] == UInt8(ascii: "-") && start[3] == UInt8(ascii: "-")
    }

    /// The length of a label in ASCII; nil for one that is not valid.
    private static func encodedLength(_ label: [Unicode.Scalar]) -> Int? {
        guard !label.isEmpty, label.count <= maxLabel else { return nil }
        guard label.allSatisfy(\.isASCII) else {
            let folded = label.map { $0.isASCII ? Unicode.Scalar(UInt8($0.value).lowercased) : $0 }
            guard isUnicodeLabel(folded), let encoded = Punycode.encode(folded) else { return nil }
            let length = encoded.count + 4
            return length <= maxLabel ? length : nil
        }
        let bytes = label.map { UInt8($0.value).lowercased }
        let hyphen = UInt8(ascii: "-")
        guard bytes.allSatisfy({ $0.isLetter || $0.isDigit || $0 == hyphen }), bytes.first != hyphen,
            bytes.last != hyphen
        else { return nil }
        if bytes.count >= 4, bytes[2] == hyphen, bytes[3] == hyphen {
            guard isEncoded(bytes[...]), let decoded = Punycode.decode(Array(bytes[4...])),
                !decoded.allSatisfy(\.isASCII), isUnicodeLabel(decoded),
                Punycode.encode(decoded) == Array(bytes[4...])
            else { return nil }
        }
        return bytes.count
    }

    /// RFC 5891 section 4.2.
    private static func isUnicodeLabel(_ label: [Unicode.Scalar]) -> Bool {
        guard let first = label.first, let last = label.last, first != "-", last != "-" else { return false }
        if label.count >= 4, label[2] == "-", label[3] == "-" { return false }
        switch first.properties.generalCategory {
        case .spacingMark, .nonspacingMark, .enclosingMark: return false
        default: break
        }
        return label.indices.allSatisfy { isAllowed(label[$0], at: $0, in: label) }
    }

    /// RFC 5892: the categories of its section 3 and the contextual rules of its appendix A.
    private static func isAllowed(_ scalar: Unicode.Scalar, at index: Int, in label: [Unicode.Scalar]) -> Bool {
        let before = index > 0 ? label[index - 1] : nil
        let after = index + 1 < label.count ? label[index + 1] : nil
        switch scalar.value {
        case 0xDF, 0x3C2, 0x6FD, 0x6FE, 0xF0B, 0x3007: return true
        case 0x640, 0x7FA, 0x302E, 0x302F, 0x3031...0x3035, 0x303B: return false
        case 0xB7: return before == "l" && after == "l"
        case 0x375: return after.map { isGreek($0.value) } ?? false
        case 0x5F3, 0x5F4: return before.map { isHebrew($0.value) } ?? false
        case 0x30FB: return label.contains { isJapanese($0.value) }
        case 0x660...0x669: return !label.contains { (0x6F0...0x6F9).contains($0.value) }
        case 0x6F0...0x6F9: return !label.contains { (0x660...0x669).contains($0.value) }
        case 0x200C: return isVirama(before) || joins(index, in: label)
        case 0x200D: return isVirama(before)
        case 0x1100...0x11FF, 0xA960...0xA97F, 0xD7B0...0xD7FF: return false
        default: break
        }
        let properties = scalar.properties
        if scalar == "-" { return true }
        guard !properties.changesWhenNFKCCaseFolded, !properties.isDefaultIgnorableCodePoint else { return false }
        switch properties.generalCategory {
        case .lowercaseLetter, .uppercaseLetter, .otherLetter, .modifierLetter, .decimalNumber, .nonspacingMark,
            .spacingMark:
            return true
        default: return false
        }
    }

    private static func isVirama(_ scalar: Unicode.Scalar?) -> Bool {
        scalar?.properties.canonicalCombiningClass.rawValue == 9
    }

    /// Appendix A.1: between letters that join, with marks on them.
    private static func joins(_ index: Int, in label: [Unicode.Scalar]) -> Bool {
        func isMark(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.generalCategory == .nonspacingMark }
        let before = label[..<index].last { !isMark($0) }
        let after = label[(index + 1)...].first { !isMark($0) }
        guard let before, let after else { return false }
        return isJoining(before.value) && !joinsOnlyBefore.contains(before.value) && isJoining(after.value)
    }

    /// Letters of the scripts that are written joined: Arabic, Syriac, N'Ko, Mandaic, Mongolian.
    private static func isJoining(_ value: UInt32) -> Bool {
        switch value {
        case 0x620...0x64A, 0x66E...0x6D3, 0x6FA...0x6FC, 0x710...0x74F, 0x750...0x77F, 0x7CA...0x7EA, 0x840...0x858,
            0x8A0...0x8C9, 0x1820...0x18AA:
            value != 0x621 && value != 0x674 && value != 0x6D5
        default: false
        }
    }

    /// Arabic letters that join what stands before them only.
    private static let joinsOnlyBefore: Set<UInt32> = [
        0x622, 0x623, 0x624, 0x625, 0x627, 0x629, 0x62F, 0x630, 0x631, 0x632, 0x648, 0x671, 0x672, 0x673, 0x675, 0x676,
        0x677, 0x688, 0x689, 0x68A, 0x68B, 0x68C, 0x68D, 0x68E, 0x68F, 0x690, 0x691, 0x692, 0x693, 0x694, 0x695, 0x696,
        0x697, 0x698, 0x699, 0x6C0, 0x6C3, 0x6C4, 0x6C5, 0x6C6, 0x6C7, 0x6C8, 0x6C9, 0x6CA, 0x6CB, 0x6CD, 0x6CF, 0x6D2,
        0x6D3,
    ]

    private static func isGreek(_ value: UInt32) -> Bool {
        (0x370...0x3FF).contains(value) && value != 0x37E && value != 0x387 || (0x1F00...0x1FFF).contains(value)
    }

    private static func isHebrew(_ value: UInt32) -> Bool {
        (0x591...0x5F4).contains(value) || (0xFB1D...0xFB4F).contains(value)
    }

    private static func isJapanese(_ value: UInt32) -> Bool {
        switch value {
        case 0x3005, 0x3007, 0x3021...0x3029, 0x3038...0x303A, 0x3041...0x3096, 0x309D...0x309F, 0x30A1...0x30FA,
            0x30FD...0x30FF, 0x31F0...0x31FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x1B000...0x1B16F,
            0x20000...0x323AF:
            true
        default: false
        }
    }
}

extension UInt8 {
    fileprivate var lowercased: UInt8 { self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") ? self | 0x20 : self }
}
