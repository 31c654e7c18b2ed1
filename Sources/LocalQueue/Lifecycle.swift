import JSON

/// Who may read a file: fal's ACL, whose rules for other users have nobody here to stand for.
public enum Access: String, Sendable {
    case allow
    /// Strangers get 403.
    case forbid
    /// Strangers get 404.
    case hide
}

/// fal's `X-Fal-Object-Lifecycle`: how long a file is kept, and who may read it.
public struct Lifecycle: Sendable {
    /// Seconds; infinite for ever, nil where nothing is said.
    public let lifetime: Double?
    /// What strangers see.
    public let access: Access

    /// - Parameter header: the header's JSON; what is not understood says nothing.
    public init(_ header: String?) {
        let json = header.flatMap { try? JSON.parse($0) }
        // fal's backends take 0 for no end.
        switch json?["expiration_duration_seconds"] {
        case .null?, 0?: lifetime = .infinity
        case let value?: lifetime = value.doubleValue.map { max($0, 0) }
        case nil: lifetime = nil
        }
        access = (json?["initial_acl"]?["default"]?.stringValue).flatMap(Access.init) ?? .allow
    }
}
