import FalClient
import FalProtocol
import JSON
import JSONRPC
import Journal
import Platform

/// `status`, `result` and `cancel`: a request by its id.
extension Bridge {
    func status(_ call: Call) async throws(RPCError) -> JSON {
        let (endpoint, id, client) = try await request(call)
        let logs = call.params["logs"] == true
        do throws(FalError) {
            let status = try await client.status(endpoint, id, logs: logs)
            await learned(status)
            return .object(members(of: status, endpoint, logs: logs ? status.logs : nil))
        } catch {
            throw failure(error, call, endpoint, id, client)
        }
    }

    func result(_ call: Call) async throws(RPCError) -> JSON {
        let (endpoint, id, client) = try await request(call)
        var status: QueueStatus?
        if call.params["wait"] == true {
            let deadline = call.params["timeout"]?.doubleValue.map { Instant.now.advanced(bySeconds: $0) }
            let wait = QueueWait(
                client: client, slots: slots, endpoint: endpoint, requestID: id, logs: false, interval: nil,
                deadline: deadline
            )
            switch await wait.untilCompleted(call, onUpdate: { await learned($0.status) }) {
            case .completed(let last): status = last
            case .failed(let error): throw failure(error, call, endpoint, id, client)
            case .timedOut:
                throw RPCError(
                    code: 1408, kind: "timeout", message: "the request is not done yet; it goes on",
                    retryable: true, data: ["outcome": "DETACHED"]
                ).about(id, endpoint.description)
            case .ending: throw ended(call, id, endpoint)
            }
        }
        return .object(try await output(endpoint, id, client, call, status: status))
    }

    /// `request_id`, `endpoint`, `data` and `metrics` of a request that is done.
    /// - Parameter status: its last, where that is known.
    func output(
        _ endpoint: EndpointID, _ id: String, _ client: FalClient, _ call: Call, status: QueueStatus?
    ) async throws(RPCError) -> JSONObject {
        let data: JSON
        do throws(FalError) { data = try await client.result(endpoint, id) } catch {
            let failure = failure(error, call, endpoint, id, client, isResult: true)
            // What failed at the queue is done; what could not be asked is not.
            let isFate = failure.kind == "request_failed" || failure.kind == "rejected" || failure.kind == "cancelled"
            if isFate, call.ending == nil {
                await Self.note { () async throws(JournalError) in
                    try await journal.learned(id, status: QueueState.completed.rawValue, error: failure.message)
                }
            }
            throw failure
        }
        if let status, status.error != nil || status.errorType != nil {
            // The queue says that the run failed, whatever is served as its result.
            throw RPCError(status, masking: client.backend.credentials).about(id, endpoint.description)
        }
        await Self.note { () async throws(JournalError) in
            try await journal.learned(id, status: QueueState.completed.rawValue)
        }
        var answer: JSONObject = [
            "request_id": .string(id), "endpoint": .string(endpoint.description), "data": data,
        ]
        answer["metrics"] = status?.metrics
        return answer
    }

    func cancel(_ call: Call) async throws(RPCError) -> JSON {
        let (endpoint, id, client) = try await request(call)
        do throws(FalError) {
            let outcome = try await client.cancel(endpoint, id)
            return ["request_id": .string(id), "outcome": .string(outcome.rawValue)]
        } catch {
            throw failure(error, call, endpoint, id, client)
        }
    }

    /// The request that a call is about; its endpoint from the journal, where the call names none.
    func request(_ call: Call) async throws(RPCError) -> (EndpointID, String, FalClient) {
        let id = try requestID(call.params)
        var params = call.params
        if params["endpoint"] == nil, let entry = try? await journal.entry(id) {
            params["endpoint"] = .string(entry.endpoint)
        }
        return (try endpoint(params), id, try client())
    }

    /// Writes down what the queue said.
    func learned(_ status: QueueStatus) async {
        let error = status.error ?? status.errorType
        let masked = current.credentials.flatMap { key in error.map { key.masking($0) } } ?? error
        await Self.note { () async throws(JournalError) in
            try await journal.learned(status.requestID, status: status.state.rawValue, error: masked)
        }
    }

    /// A status as the contract has it; `logs` where they are to be in it.
    func members(of status: QueueStatus, _ endpoint: EndpointID, logs: [LogLine]?) -> JSONObject {
        var members: JSONObject = [
            "request_id": .string(status.requestID), "endpoint": .string(endpoint.description),
            "status": .string(status.state.rawValue),
        ]
        members["queue_position"] = status.queuePosition.map { .int(Int64($0)) }
        members["logs"] = logs.map { .array($0.map(\.json)) }
        if let metrics = status.metrics, metrics != [:] { members["metrics"] = metrics }
        members["error"] = status.error.map(JSON.string)
        members["error_type"] = status.errorType.map(JSON.string)
        // A model's log may show whatever its server was sent.
        return current.credentials?.masking(members) ?? members
    }

    func failure(
        _ error: FalError, _ call: Call, _ endpoint: EndpointID, _ id: String, _ client: FalClient,
        isResult: Bool = false
    ) -> RPCError {
        if call.ending != nil { return ended(call, id, endpoint) }
        return RPCError(
            error, endpoint: endpoint.description, isResult: isResult, masking: client.backend.credentials
        ).about(id, endpoint.description)
    }

    /// What a call that waits is answered when nobody waits for it any more.
    func ended(_ call: Call, _ id: String, _ endpoint: EndpointID) -> RPCError {
        let words = call.ending == .letGo ? "the bridge ends; the request goes on" : "the wait was cancelled; the request goes on"
        return RPCError.cancelled(words).about(id, endpoint.description)
    }
}
