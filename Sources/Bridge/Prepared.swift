import FalClient
import FalProtocol
import JSON
import JSONRPC

/// An input as it goes out, and where to.
struct Prepared: Sendable {
    let endpoint: EndpointID
    let input: JSON
    let client: FalClient
}

extension Bridge {
    /// Checks the call's input against the model's schema and uploads its files, by `validate` and `auto_upload`.
    /// - Parameter isAtWork: whether the caller has a place among those at work, which others have during an upload.
    func prepared(_ call: Call, isAtWork: Bool) async throws(RPCError) -> Prepared {
        let params = call.params
        let endpoint = try endpoint(params)
        guard let given = params["input"] else {
            throw .invalidParams("input: Field required", data: [
                "detail": [["loc": ["params", "input"], "msg": "Field required", "type": "missing"]],
            ])
        }
        let model = try model(endpoint)
        if params["validate"] != false, let model {
            let faults = model.faults(in: given)
            guard faults.isEmpty else { throw .invalidInput(faults, endpoint: endpoint.description) }
        }
        let client = try client()
        var input = given
        if params["auto_upload"] != false {
            do throws(RPCError) {
                let files = InputFiles(bridge: self, client: client, call: call, model: model)
                input = try await files.uploaded(given, outside: isAtWork ? atWork : nil)
            } catch {
                throw error.about(nil, endpoint.description)
            }
        }
        try throwIfEnding(call)
        return Prepared(endpoint: endpoint, input: input, client: client)
    }
}
