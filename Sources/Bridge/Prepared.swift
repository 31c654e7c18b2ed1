import FalClient
import FalProtocol
import JSON
import JSONRPC
import Models

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
        if call.mandate != nil { try await checkOutward(given, client) }
        await tell(of: endpoint, client)
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

    /// Tells a `fal-local` that was started before of a model that we know from a folder, once.
    private func tell(of endpoint: EndpointID, _ client: FalClient) async {
        let id = endpoint.description
        guard client.backend.kind == .local, let path = catalog.file(of: id),
            !toldModels.withLock({ $0.contains(id) })
        else { return }
        // Where it cannot be told, the submit says what is wrong with the server, or that it does not know the model.
        guard let document = try? DocumentFile(path).json,
            (try? await client.tell(of: endpoint, document: document)) != nil
        else { return }
        toldModels.withLock { _ = $0.insert(id) }
    }
}
