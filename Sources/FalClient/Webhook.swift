import FalProtocol
import JSON
import Platform

/// A call of fal's to a webhook, as it came: read, and not yet known to be fal's.
public struct Webhook: Sendable {
    /// Why it is none of fal's, or cannot be told to be.
    public struct Invalid: Error, Sendable, Hashable {
        public let reason: String
    }

    public let requestID: String
    /// What was signed.
    public let message: [UInt8]
    public let signature: [UInt8]

    private static let names = ["request-id", "user-id", "timestamp", "signature"]
    private static let maxValueBytes = 1_024

    /// - Parameters:
    ///   - headers: names in any letter case; a value is a string or a list of one.
    ///   - body: the raw bytes.
    ///   - maxAge: seconds that its time may be away from `now`.
    /// - Throws: `Invalid`, or `DynamicLibrary.NotFound` when there is no libcrypto on the machine.
    public init(headers: JSONObject, body: [UInt8], maxAge: Double, now: Timestamp) throws {
        var values: [String: String] = [:]
        for header in headers {
            let name = header.key.lowercased()
            guard let short = Self.names.first(where: { name == Self.prefix + $0 }) else { continue }
            guard values[short] == nil else { throw Invalid(reason: "\(Self.prefix)\(short) is there twice") }
            values[short] = try Self.value(header.value, of: short)
        }
        func value(_ short: String) throws -> String {
            guard let value = values[short] else { throw Invalid(reason: "no header \(Self.prefix)\(short)") }
            return value
        }
        requestID = try value("request-id")
        let (user, time) = (try value("user-id"), try value("timestamp"))
        guard let signature = Hex.decode(try value("signature")), signature.count == Ed25519.signatureBytes else {
            throw Invalid(reason: "the signature is not \(Ed25519.signatureBytes * 2) hexadecimal digits")
        }
        self.signature = signature
        guard (1...15).contains(time.utf8.count), time.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
            let seconds = Int64(time)
        else { throw Invalid(reason: "the timestamp is not a number of seconds") }
        let age = now.seconds - Double(seconds)
        guard abs(age) <= maxAge else {
            throw Invalid(reason: age > 0 ? "the timestamp is too old" : "the timestamp is in the future")
        }
        message = Array("\(requestID)\n\(user)\n\(time)\n\(try SHA256.hash(body))".utf8)
    }

    private static let prefix = "x-fal-webhook-"

    private static func value(_ json: JSON, of short: String) throws -> String {
        let text = json.stringValue ?? json.arrayValue.flatMap { $0.count == 1 ? $0[0].stringValue : nil }
        guard let text = text?.trimmingBlanks(), (1...maxValueBytes).contains(text.utf8.count),
            // A line break would let one signed message be read as another.
            text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else { throw Invalid(reason: "\(prefix)\(short) is not the text of one header") }
        return text
    }

    /// Whether one of `keys` made the signature.
    public func isSigned(byOneOf keys: [[UInt8]]) throws(Ed25519.Failed) -> Bool {
        for key in keys where try Ed25519.verify(signature: signature, message: message, publicKey: key) { return true }
        return false
    }
}

extension Hex {
    /// Digits of either letter case; nil for anything else.
    static func decode(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var high: UInt8?
        for character in text.utf8 {
            let digit: UInt8
            switch character {
            case 0x30...0x39: digit = character - 0x30
            case 0x41...0x46, 0x61...0x66: digit = (character | 0x20) - 0x61 + 10
            default: return nil
            }
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        return high == nil ? bytes : nil
    }
}
