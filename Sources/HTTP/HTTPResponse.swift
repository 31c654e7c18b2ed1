/// The start of an answer: its status and headers.
public struct HTTPHead: Sendable {
    public enum Version: Sendable {
        case http1
        /// One connection carries many exchanges.
        case http2
    }

    public let version: Version
    public let status: Int
    public let headers: HTTPHeaders
    /// Where the answer came from after redirects.
    public let url: String

    public init(status: Int, headers: HTTPHeaders, url: String, version: Version = .http1) {
        self.version = version
        self.status = status
        self.headers = headers
        self.url = url
    }
}

/// A whole answer, its body in memory.
public struct HTTPResponse: Sendable {
    public let head: HTTPHead
    public let body: [UInt8]

    public var status: Int { head.status }
    public var headers: HTTPHeaders { head.headers }
    /// 200 to 299.
    public var isSuccess: Bool { (200..<300).contains(head.status) }

    public init(head: HTTPHead, body: [UInt8]) {
        self.head = head
        self.body = body
    }
}

/// Header fields; names are case-blind.
public struct HTTPHeaders: Sendable {
    private var fields: [(name: String, value: String)] = []

    public init() {}

    public mutating func append(_ name: String, _ value: String) { fields.append((name.lowercased(), value)) }

    /// The first value of `name`.
    public subscript(name: String) -> String? {
        let name = name.lowercased()
        return fields.first { $0.name == name }?.value
    }

    public mutating func removeAll() { fields.removeAll() }
}
