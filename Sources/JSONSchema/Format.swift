/// The formats of draft 2020-12 that can be asserted. Others are annotations whatever is asked for.
enum Format: String, Sendable, CaseIterable {
    case dateTime = "date-time"
    case date, time, duration
    case email
    case idnEmail = "idn-email"
    case hostname
    case idnHostname = "idn-hostname"
    case ipv4, ipv6
    case uri
    case uriReference = "uri-reference"
    case iri
    case iriReference = "iri-reference"
    case uriTemplate = "uri-template"
    case uuid
    case jsonPointer = "json-pointer"
    case relativeJSONPointer = "relative-json-pointer"
    case regex

    func accepts(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return switch self {
        case .dateTime: DateFormats.isDateTime(bytes)
        case .date: DateFormats.isDate(bytes)
        case .time: DateFormats.isTime(bytes)
        case .duration: DateFormats.isDuration(bytes)
        case .email: HostFormats.isEmail(bytes, allowsUnicode: false)
        case .idnEmail: HostFormats.isEmail(bytes, allowsUnicode: true)
        case .hostname: HostFormats.isHostname(bytes)
        case .idnHostname: DomainName.isValid(text)
        case .ipv4: HostFormats.isIPv4(bytes[...])
        case .ipv6: HostFormats.isIPv6(bytes[...])
        case .uri: URIFormats.isReference(bytes, allowsUnicode: false, isAbsolute: true)
        case .uriReference: URIFormats.isReference(bytes, allowsUnicode: false, isAbsolute: false)
        case .iri: URIFormats.isReference(bytes, allowsUnicode: true, isAbsolute: true)
        case .iriReference: URIFormats.isReference(bytes, allowsUnicode: true, isAbsolute: false)
        case .uriTemplate: URIFormats.isTemplate(bytes)
        case .uuid: Self.isUUID(bytes)
        case .jsonPointer: Self.isPointer(bytes[...])
        case .relativeJSONPointer: Self.isRelativePointer(bytes)
        case .regex: (try? ECMAPattern(text)) != nil
        }
    }

    /// RFC 4122's text form, of any version.
    private static func isUUID(_ bytes: [UInt8]) -> Bool {
        bytes.count == 36 && bytes.enumerated().allSatisfy { index, byte in
            [8, 13, 18, 23].contains(index) ? byte == UInt8(ascii: "-") : URIReference.hexDigit(byte) != nil
        }
    }

    /// RFC 6901 section 3.
    private static func isPointer(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let first = bytes.first else { return true }
        guard first == UInt8(ascii: "/") else { return false }
        for (index, byte) in zip(bytes.indices, bytes) where byte == UInt8(ascii: "~") {
            let next = index + 1 < bytes.endIndex ? bytes[index + 1] : 0
            guard next == UInt8(ascii: "0") || next == UInt8(ascii: "1") else { return false }
        }
        return true
    }

    private static func isRelativePointer(_ bytes: [UInt8]) -> Bool {
        let digits = bytes.prefix { $0.isDigit }
        guard !digits.isEmpty, digits.count == 1 || digits.first != UInt8(ascii: "0") else { return false }
        let rest = bytes[digits.count...]
        return rest.elementsEqual([UInt8(ascii: "#")]) || isPointer(rest)
    }
}

extension UInt8 {
    var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }
    var isLetter: Bool { (self | 0x20) >= UInt8(ascii: "a") && (self | 0x20) <= UInt8(ascii: "z") }
}
