import JSON

/// One JSON-RPC 2.0 message as it was understood.
enum Message: Sendable {
    /// A call. Its id is a string, a number or null, and goes back as it came.
    case request(id: JSON, method: String, params: Params)
    case notification(method: String, params: Params)
    /// An answer to a request of ours, or to none.
    case response(id: JSON, Result<JSON, RPCError>)
    /// No JSON-RPC 2.0 message; the error carries the id where one could be read.
    case invalid(id: JSON, RPCError)

    enum Params: Sendable {
        case named(JSONObject)
        case byPosition
    }

    init(_ json: JSON, ids: Dialect.IDs = .any) {
        guard let object = json.objectValue else {
            self = .invalid(id: .null, .invalidRequest("a message is an object or a list of them"))
            return
        }
        let members = Members(object)
        let id = members.id
        let validID: JSON
        switch id {
        case nil, .string?, .int?: validID = id ?? .null
        case .null?, .decimal?: validID = ids == .any ? id ?? .null : .null
        default: validID = .null
        }
        func invalid(_ reason: String) -> Message { .invalid(id: validID, .invalidRequest(reason)) }
        if members.method == nil, members.result != nil || members.error != nil, members.jsonrpc == "2.0" {
            self = .response(
                id: validID,
                members.error.map { .failure(RPCError(answer: $0)) } ?? .success(members.result ?? .null)
            )
            return
        }
        guard members.jsonrpc == "2.0" else {
            self = invalid("the member jsonrpc must be \"2.0\"")
            return
        }
        guard case .string(let method)? = members.method else {
            self = invalid("the member method must be a string")
            return
        }
        if let id, id != validID || id.isNull && ids != .any {
            self = invalid(ids == .any ? "an id is a string, a number or null" : "an id is a string or an integer")
            return
        }
        let params: Params
        switch members.params {
        case nil, .null: params = .named([:])
        case .object(let members)?: params = .named(members)
        case .array?: params = .byPosition
        default:
            self = invalid("the member params must be an object")
            return
        }
        self = id == nil
            ? .notification(method: method, params: params)
            : .request(id: validID, method: method, params: params)
    }

    /// The answer to a call.
    static func answer(id: JSON, result: JSON) -> JSON { ["jsonrpc": "2.0", "id": id, "result": result] }

    static func answer(id: JSON, error: RPCError) -> JSON { ["jsonrpc": "2.0", "id": id, "error": error.json] }

    /// A request of ours.
    static func question(id: String, method: String, params: JSONObject) -> JSON {
        var message: JSONObject = ["jsonrpc": "2.0", "id": .string(id), "method": .string(method)]
        if !params.isEmpty { message["params"] = .object(params) }
        return .object(message)
    }

    static func notification(method: String, params: JSON) -> JSON {
        ["jsonrpc": "2.0", "method": .string(method), "params": params]
    }
}

/// The members of a message that mean something, found in one pass: six searches took a sixth of what is ours of a
/// call.
private struct Members {
    var jsonrpc: JSON?
    var id: JSON?
    var method: JSON?
    var params: JSON?
    var result: JSON?
    var error: JSON?

    init(_ object: JSONObject) {
        for member in object.members {
            switch member.key.utf8.count {
            case 2 where ExactText.same(member.key, "id"): id = member.value
            case 5 where ExactText.same(member.key, "error"): error = member.value
            case 6 where ExactText.same(member.key, "method"): method = member.value
            case 6 where ExactText.same(member.key, "params"): params = member.value
            case 6 where ExactText.same(member.key, "result"): result = member.value
            case 7 where ExactText.same(member.key, "jsonrpc"): jsonrpc = member.value
            default: break
            }
        }
    }
}
