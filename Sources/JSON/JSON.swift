/// A JSON value (RFC 8259).
///
/// Numbers that are integers between -2^63 and 2^63-1 are `int`. Every other number is `decimal`, which
/// keeps the text as it was read, so that 0.1, 1e400 and 2^64 go out exactly as they came in.
public enum JSON: Sendable, Hashable {
    case null
    case bool(Bool)
    case int(Int64)
    case decimal(String)
    case string(String)
    case array([JSON])
    case object(JSONObject)
}

extension JSON {
    /// The number in its shortest form that reads back as the same value; what is not finite becomes null.
    public static func number(_ value: Double) -> JSON {
        guard value.isFinite else { return .null }
        if value == value.rounded(), abs(value) < 9_007_199_254_740_992, !(value == 0 && value.sign == .minus) {
            return .int(Int64(value))
        }
        return .decimal("\(value)")
    }

    public var isNull: Bool { self == .null }

    public var stringValue: String? {
        if case .string(let value) = self { return value }
        return nil
    }

    public var boolValue: Bool? {
        if case .bool(let value) = self { return value }
        return nil
    }

    /// The value as an integer: also that of a decimal without a fraction, such as 3.0.
    public var intValue: Int64? {
        switch self {
        case .int(let value): value
        case .decimal(let text): Double(text).flatMap { Int64(exactly: $0) }
        default: nil
        }
    }

    /// The nearest double; nil for what is no number, infinite for what is beyond its range.
    public var doubleValue: Double? {
        switch self {
        case .int(let value): Double(value)
        case .decimal(let text): Double(text)
        default: nil
        }
    }

    public var arrayValue: [JSON]? {
        if case .array(let value) = self { return value }
        return nil
    }

    public var objectValue: JSONObject? {
        if case .object(let value) = self { return value }
        return nil
    }

    /// The member `key` of an object; nil for anything else and where there is none.
    public subscript(key: String) -> JSON? { objectValue?[key] }
}

extension JSON: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(nilLiteral: ()) { self = .null }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int64) { self = .int(value) }
    public init(stringLiteral value: String) { self = .string(value) }
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSON)...) { self = .object(JSONObject(elements)) }
}
