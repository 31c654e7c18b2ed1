/// How messages are told apart on a byte stream.
public enum Framing: String, Sendable, CaseIterable {
    /// One message a line, ended by LF or CRLF.
    case lines
    /// The base protocol of the Language Server Protocol: `Content-Length: N`, a blank line, N bytes.
    case headers

    /// Frames one message where it stands.
    func frame(_ message: inout JSONText) {
        switch self {
        case .lines: message.append(UInt8(ascii: "\n"))
        case .headers: message.insert(contentsOf: "Content-Length: \(message.count)\r\n\r\n".utf8, at: 0)
        }
    }

    /// Appends one message, framed.
    func write(_ message: JSONText, to bytes: inout [UInt8]) {
        switch self {
        case .lines:
            bytes.append(contentsOf: message)
            bytes.append(UInt8(ascii: "\n"))
        case .headers:
            bytes.append(contentsOf: "Content-Length: \(message.count)\r\n\r\n".utf8)
            bytes.append(contentsOf: message)
        }
    }
}

/// A message as compact JSON, which holds no raw newline.
typealias JSONText = [UInt8]
