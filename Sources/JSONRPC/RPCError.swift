import JSON

/// An error answer: a code for JSON-RPC, a kind for programs, a sentence for people, and what belongs to it.
public struct RPCError: Error, Sendable, Equatable {
    public var code: Int
    /// A word that says the same as the code: `invalid_params`.
    public var kind: String
    public var message: String
    /// Whether the same call may succeed if it is made again.
    public var retryable: Bool
    /// Further members of `data`.
    public var data: JSONObject

    public init(code: Int, kind: String, message: String, retryable: Bool = false, data: JSONObject = [:]) {
        self.code = code
        self.kind = kind
        self.message = message
        self.retryable = retryable
        self.data = data
    }

    /// The error that a peer answered with.
    init(answer error: JSON) {
        self.init(
            code: Int(clamping: error["code"]?.intValue ?? -32603),
            kind: error["data"]?["kind"]?.stringValue ?? "error",
            message: error["message"]?.stringValue ?? "", data: error["data"]?.objectValue ?? [:]
        )
    }

    /// The `error` member of an answer.
    public var json: JSON {
        var members: JSONObject = ["kind": .string(kind), "retryable": .bool(retryable)]
        for member in data { members[member.key] = member.value }
        return ["code": .int(Int64(code)), "message": .string(message), "data": .object(members)]
    }
}

extension RPCError {
    public static func parseError(_ message: String, data: JSONObject = [:]) -> RPCError {
        RPCError(code: -32700, kind: "parse_error", message: message, data: data)
    }

    public static func invalidRequest(_ message: String) -> RPCError {
        RPCError(code: -32600, kind: "invalid_request", message: message)
    }

    public static func methodNotFound(_ method: String, nearest: String?) -> RPCError {
        let hint = nearest.map { "; did you mean '\($0)'?" } ?? ""
        return RPCError(code: -32601, kind: "method_not_found", message: "no method '\(method)'\(hint)")
    }

    public static func invalidParams(_ message: String, data: JSONObject = [:]) -> RPCError {
        RPCError(code: -32602, kind: "invalid_params", message: message, data: data)
    }

    public static func internalError(_ message: String) -> RPCError {
        RPCError(code: -32603, kind: "internal_error", message: message)
    }

    /// Nothing is wrong with the call.
    static var outOfMemory: RPCError {
        RPCError(code: -32603, kind: "internal_error", message: "out of memory", retryable: true)
    }

    public static func cancelled(_ message: String, data: JSONObject = [:]) -> RPCError {
        RPCError(code: -32800, kind: "cancelled", message: message, data: data)
    }

    public static func busy(limit: Int) -> RPCError {
        RPCError(code: 1004, kind: "busy", message: "more than \(limit) calls in flight", retryable: true)
    }

    static func batchFull(bytes: Int) -> RPCError {
        let message = "the answers of this batch have \(bytes) bytes already; send the call in another batch"
        return RPCError(code: 1004, kind: "busy", message: message, retryable: true)
    }
}
