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
        let id = object["id"]
        let validID: JSON
        switch id {
        case nil, .string?, .int?: validID = id ?? .null
        case .null?, .decimal?: validID = ids == .any ? id ?? .null : .null
        default: validID = .null
        }
        func invalid(_ reason: String) -> Message { .invalid(id: validID, .invalidRequest(reason)) }
        if object["method"] == nil, object["result"] != nil || object["error"] != nil, object["jsonrpc"] == "2.0" {
            self = .response(
                id: validID,
                object["error"].map { .failure(RPCError(answer: $0)) } ?? .success(object["result"] ?? .null)
            )
            return
        }
        guard object["jsonrpc"] == "2.0" else {
            self = invalid("the member jsonrpc must be \"2.0\"")
            return
        }
        guard case .string(let method)? = object["method"] else {
            self = invalid("the member method must be a string")
            return
        }
        if let id, id != validID || id.isNull && ids != .any {
            self = invalid(ids == .any ? "an id is a string, a number or null" : "an id is a string or an integer")
            return
        }
        let params: Params
        switch object["params"] {
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
