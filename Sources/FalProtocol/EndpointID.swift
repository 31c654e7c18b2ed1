/// The name of a model: `owner/alias[/path…]`, with an optional namespace before it.
///
/// Read as fal's own clients read it, but strictly: what could change the meaning of a URL is refused.
public struct EndpointID: Sendable, Hashable, CustomStringConvertible {
    /// `workflows` or `comfy`; nil for ordinary models.
    public let namespace: String?
    public let owner: String
    public let alias: String
    /// What follows the alias, without its first slash; nil when nothing does.
    public let path: String?

    public static let animateDiffVideoToVideo = "fal-ai/fast-animatediff/video-to-video"

    public struct Malformed: Error, Sendable, Hashable, CustomStringConvertible {
        public let id: String
        public let reason: String
        public var description: String {
            "\(reason): expected owner/alias, such as \(EndpointID.animateDiffVideoToVideo)"
        }
    }

    private static let namespaces: Set<String> = ["workflows", "comfy"]
    private static let maxBytes = 512

    public init(_ id: String) throws(Malformed) {
        func malformed(_ reason: String) -> Malformed { Malformed(id: id, reason: reason) }
        guard id.utf8.count <= Self.maxBytes else { throw malformed("longer than \(Self.maxBytes) bytes") }
        for byte in id.utf8 {
            switch byte {
            case _ where Self.isLetterOrDigit(byte): continue
            case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "/"), UInt8(ascii: "~"), UInt8(ascii: "@"), UInt8(ascii: "+"), UInt8(ascii: ":"):
                continue
            default: throw malformed("a character that no endpoint has")
            }
        }
        var parts = id.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if parts.count == 1 {
            // Ids of 2023: 110602490-lora is owner 110602490, alias lora.
            let halves = id.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
            guard halves.count == 2, !halves[0].isEmpty, !halves[1].isEmpty,
                halves[0].utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
                halves[1].utf8.allSatisfy({ $0 == UInt8(ascii: "-") || Self.isLetterOrDigit($0) })
            else { throw malformed("not an endpoint") }
            parts = halves.map(String.init)
        }
        guard parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }) else {
            throw malformed("an empty part, . or ..")
        }
        namespace = Self.namespaces.contains(parts[0]) ? parts.removeFirst() : nil
        guard parts.count >= 2 else { throw malformed("a part is missing") }
        owner = parts[0]
        alias = parts[1]
        path = parts.count > 2 ? parts[2...].joined(separator: "/") : nil
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (byte >= 0x30 && byte <= 0x39) || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A)
    }

    /// What requests are addressed to: the id without its path, which fal's queue answers with 405.
    public var base: String { (namespace.map { $0 + "/" } ?? "") + owner + "/" + alias }

    /// The whole id, with the old form brought into the new one.
    public var description: String { base + (path.map { "/" + $0 } ?? "") }
}

/// A request's id, opaque to us; fal gives UUIDs.
public enum RequestID {
    /// Whether `id` can stand in a URL's path as it is: 1 to 128 letters, digits, `-`, `_`, `.`, and not dots alone.
    public static func isValid(_ id: String) -> Bool {
        guard (1...128).contains(id.utf8.count), id.utf8.contains(where: { $0 != UInt8(ascii: ".") }) else {
            return false
        }
        return id.utf8.allSatisfy { byte in
            (byte >= 0x30 && byte <= 0x39) || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A)
                || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
        }
    }
}
