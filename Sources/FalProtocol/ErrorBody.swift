import JSON

/// What a server of fal's says when something is wrong, whichever of its forms the body has:
/// a list of field faults or one alone, `{"detail": "…", "error_type": "…"}`, `{"status": "NOT_FOUND"}`, a text, a
/// gateway's HTML, or nothing.
public struct ErrorBody: Sendable, Hashable {
    /// A sentence for people, at most `maxMessage` bytes.
    public let message: String
    /// The faults by field; empty where the server gave only a text.
    public let detail: [FieldFault]
    public let errorType: String?
    /// Whether it has the members of the queue's or a model's own errors, and is no gateway's.
    public let isFromQueue: Bool

    static let maxMessage = 1_000
    private static let maxFaults = 1_000

    /// - Parameters:
    ///   - body: what the server sent, of any kind.
    ///   - errorTypeHeader: the value of `X-Fal-Error-Type`.
    public init(status: Int, body: [UInt8], errorTypeHeader: String? = nil) {
        let json = try? JSON.parse(body)
        errorType = json?["error_type"]?.stringValue ?? errorTypeHeader
        let hasDetail = switch json?["detail"] {
        case .string?, .array?, .object?: true
        default: false
        }
        isFromQueue = hasDetail || errorType != nil || json?["request_id"]?.stringValue != nil
        switch json?["detail"] {
        case .array(let entries)?:
            detail = entries.prefix(Self.maxFaults).map(FieldFault.init)
            message = Self.sentence(detail)
        case .object(let fault)?:
            detail = [FieldFault(.object(fault))]
            message = Self.sentence(detail)
        case .string(let text)?:
            detail = []
            message = Self.cut(text)
        default:
            detail = []
            if let text = json?.stringValue, !text.isEmpty {
                message = Self.cut(text)
            } else if let json {
                let text = json["message"]?.stringValue ?? json["error"]?.stringValue ?? json["status"]?.stringValue
                message = Self.cut(text ?? "HTTP \(status)")
            } else {
                message = Self.cut("HTTP \(status)" + Self.title(of: body))
            }
        }
    }

    /// All faults in one line: `num_inference_steps: Input should be less than or equal to 50`.
    public static func sentence(_ detail: [FieldFault]) -> String {
        cut(detail.map { $0.field.isEmpty ? $0.msg : "\($0.field): \($0.msg)" }.joined(separator: "; "))
    }

    /// What a gateway's page calls itself, or the start of a plain text.
    private static func title(of body: [UInt8]) -> String {
        let text = String(decoding: body.prefix(4096), as: UTF8.self)
        var words = text[...]
        if let open = text.range(of: "<title>"), let close = text.range(of: "</title>", after: open.upperBound) {
            words = text[open.upperBound..<close.lowerBound]
        } else if text.contains("<") {
            return ""
        }
        let line = words.split(whereSeparator: \.isNewline).first ?? ""
        return line.isEmpty ? "" : ": \(line.prefix(200))"
    }

    private static func cut(_ text: String) -> String {
        text.utf8.count <= maxMessage ? text : String(decoding: text.utf8.prefix(maxMessage), as: UTF8.self) + "…"
    }
}

extension String {
    fileprivate func range(of needle: String, after start: Index? = nil) -> Range<Index>? {
        var index = start ?? startIndex
        while index < endIndex {
            if self[index...].hasPrefix(needle) { return index..<self.index(index, offsetBy: needle.count) }
            index = self.index(after: index)
        }
        return nil
    }
}
