import FalClient
import FalProtocol
import JSON
import JSONRPC

/// A request that the queue has taken.
struct Submitted: Sendable {
    let endpoint: EndpointID
    let status: QueueStatus
    let client: FalClient
}

/// `submit`: an input is checked, its files are uploaded, and it goes into the queue.
extension Bridge {
    func submit(_ call: Call) async throws(RPCError) -> JSON {
        let submitted = try await submitted(call)
        let id = submitted.status.requestID
        let url = submitted.client.requestURL(submitted.endpoint, id)
        var answer: JSONObject = [
            "request_id": .string(id), "endpoint": .string(submitted.endpoint.description),
            "status": .string(submitted.status.state.rawValue),
        ]
        answer["queue_position"] = submitted.status.queuePosition.map { .int(Int64($0)) }
        answer["status_url"] = .string(url + "/status")
        answer["response_url"] = .string(url)
        answer["cancel_url"] = .string(url + "/cancel")
        answer["backend"] = .string(submitted.client.backend.kind.rawValue)
        return .object(answer)
    }

    /// Puts the call's input into the queue.
    func submitted(_ call: Call) async throws(RPCError) -> Submitted {
        let params = call.params
        let endpoint = try endpoint(params)
        guard let given = params["input"] else {
            throw .invalidParams("input: Field required", data: [
                "detail": [["loc": ["params", "input"], "msg": "Field required", "type": "missing"]],
            ])
        }
        let options = try options(params)
        let model = try model(endpoint)
        if params["validate"] != false, let model {
            let faults = model.faults(in: given)
            guard faults.isEmpty else { throw .invalidInput(faults, endpoint: endpoint.description) }
        }
        let client = try client()
        var input = given
        if params["auto_upload"] != false {
            do throws(RPCError) {
                let files = InputFiles(bridge: self, client: client, call: call, hasSchema: model != nil)
                input = try await files.uploaded(given)
            } catch {
                throw error.about(nil, endpoint.description)
            }
        }
        try throwIfEnding(call)
        // A task of its own: a cancel must not cut a submit in the middle, or nobody would know its outcome.
        let sent = input
        let outcome = await Task.detached { () async -> Result<QueueStatus, FalError> in
            do throws(FalError) {
                return .success(try await client.submit(endpoint, input: sent, options: options))
            } catch {
                return .failure(error)
            }
        }.value
        switch outcome {
        case .success(let status): return Submitted(endpoint: endpoint, status: status, client: client)
        case .failure(let error):
            throw RPCError(error, endpoint: endpoint.description, masking: client.backend.credentials)
        }
    }

    private func options(_ params: JSONObject) throws(RPCError) -> SubmitOptions {
        var options = SubmitOptions()
        options.webhookURL = params["webhook_url"]?.stringValue
        options.priority = params["priority"]?.stringValue
        options.hint = params["hint"]?.stringValue
        options.startTimeout = params["start_timeout"]?.doubleValue
        options.maxQueueLength = params["max_queue_length"]?.intValue.map { Int(clamping: $0) }
        for member in params["headers"]?.objectValue ?? [:] {
            let isToken = !member.key.isEmpty && member.key.utf8.allSatisfy {
                $0 > 0x20 && $0 < 0x7F && !"()<>@,;:\\\"/[]?={}".utf8.contains($0)
            }
            guard isToken, !SubmitOptions.reservedHeaders.contains(member.key.lowercased()) else {
                throw .invalidParams("headers: '\(member.key)' is not a header that may be set")
            }
            let value = member.value.stringValue ?? ""
            guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
                throw .invalidParams("headers: '\(member.key)' has a control character in it")
            }
            options.headers.append((member.key, value))
        }
        for (name, value) in [("hint", options.hint), ("webhook_url", options.webhookURL)] {
            if let value, !value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) {
                throw .invalidParams("\(name): has a control character in it")
            }
        }
        return options
    }
}
