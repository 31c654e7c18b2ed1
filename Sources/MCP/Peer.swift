import JSON
import JSONRPC

/// Who asks, as the request says it, or as was agreed on before.
struct Peer: Sendable {
    let revision: Revision
    let capabilities: JSON
    /// `claude-code 2.1`, say; empty where it did not say.
    let name: String
    let meta: JSON

    /// What progress is told under; nil where none is wanted.
    var progressToken: JSON? {
        switch meta["progressToken"] {
        case let token?: token.stringValue != nil || token.intValue != nil ? token : nil
        case nil: nil
        }
    }

    /// Whether a call may be answered with a handle to be asked for.
    var hasTasks: Bool {
        revision.isModern && capabilities["extensions"]?[TasksExtension.name]?.objectValue != nil
    }

    var hasRoots: Bool { capabilities["roots"]?.objectValue != nil }

    static func name(_ info: JSON?) -> String {
        [info?["name"]?.stringValue, info?["version"]?.stringValue].compactMap { $0 }.joined(separator: " ")
    }
}

extension RPCError {
    static func unsupportedVersion(_ requested: String) -> RPCError {
        RPCError(
            code: -32022, kind: "unsupported_protocol_version", message: "Unsupported protocol version",
            data: ["supported": .array(Revision.names.map(JSON.string)), "requested": .string(requested)]
        )
    }

    static func missingCapability(_ capability: JSON, _ message: String) -> RPCError {
        RPCError(
            code: -32021, kind: "missing_client_capability", message: message,
            data: ["requiredCapabilities": capability]
        )
    }
}
