import FalClient
import FalProtocol
import JSON
import JSONRPC
import Platform

/// `status`, `result` and `cancel`: a request by its id.
extension Bridge {
    func status(_ call: Call) async throws(RPCError) -> JSON {
        let (endpoint, id, client) = try request(call)
        let logs = call.params["logs"] == true
        do throws(FalError) {
            let status = try await client.status(endpoint, id, logs: logs)
            return .object(members(of: status, endpoint, logs: logs ? status.logs : nil))
        } catch {
            throw failure(error, call, endpoint, id, client)
        }
    }

    func result(_ call: Call) async throws(RPCError) -> JSON {
        let (endpoint, id, client) = try request(call)
        var status: QueueStatus?
        if call.params["wait"] == true {
            let deadline = call.params["timeout"]?.doubleValue.map { Instant.now.advanced(bySeconds: $0) }
            let wait = QueueWait(
                client: client, endpoint: endpoint, requestID: id, logs: false, interval: nil, deadline: deadline
            )
            switch await wait.untilCompleted(call, onUpdate: { _ in }) {
            case .completed(let last): status = last
            case .failed(let error): throw failure(error, call, endpoint, id, client)
            case .timedOut:
                throw RPCError(
                    code: 1408, kind: "timeout", message: "the request is not done yet; it goes on", retryable: true
                ).about(id, endpoint.description)
            case .ending: throw ended(call, id, endpoint)
            }
        }
        return .object(try await output(endpoint, id, client, call, metrics: status?.metrics))
    }

    /// `request_id`, `endpoint`, `data` and `metrics` of a request that is done.
    func output(
        _ endpoint: EndpointID, _ id: String, _ client: FalClient, _ call: Call, metrics: JSON?
    ) async throws(RPCError) -> JSONObject {
        do throws(FalError) {
            var answer: JSONObject = [
                "request_id": .string(id), "endpoint": .string(endpoint.description),
                "data": try await client.result(endpoint, id),
            ]
            answer["metrics"] = metrics
            return answer
        } catch {
            throw failure(error, call, endpoint, id, client, isResult: true)
        }
    }

    func cancel(_ call: Call) async throws(RPCError) -> JSON {
        let (endpoint, id, client) = try request(call)
        do throws(FalError) {
            let outcome = try await client.cancel(endpoint, id)
            return ["request_id": .string(id), "outcome": .string(outcome.rawValue)]
        } catch {
            throw failure(error, call, endpoint, id, client)
        }
    }

    private func request(_ call: Call) throws(RPCError) -> (EndpointID, String, FalClient) {
        (try endpoint(call.params), try requestID(call.params), try client())
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
        return members
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
