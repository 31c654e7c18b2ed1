import FalClient
import FalProtocol
import JSON
import JSONRPC
import Journal
import Platform

/// `status`, `result` and `cancel`: a request by its id.
extension Bridge {
    func status(_ call: Call) async throws(RPCError) -> JSON {
        let request = try await request(call)
        let logs = call.params["logs"] == true
        do throws(FalError) {
            let status = try await request.client.status(request.endpoint, request.id, logs: logs)
            await learned(status)
            return .object(members(of: status, request.endpoint, logs: logs ? status.logs : nil))
        } catch {
            throw failure(error, call, request)
        }
    }

    func result(_ call: Call) {
        guard call.params["wait"] == true else {
            return call.run {
                do throws(RPCError) {
                    let request = try await self.request(call)
                    call.answer(.success(.object(try await self.output(request, call, status: nil))))
                } catch {
                    call.answer(.failure(self.masked(error)))
                }
            }
        }
        let deadline = call.params["timeout"]?.doubleValue.map { Instant.now.advanced(bySeconds: $0) }
        WaitingCall.start(call, self) { wake throws(RPCError) in
            QueueWait(
                try await self.request(call), call, slots: self.slots, logs: false, deadline: deadline, wake: wake
            ) { await self.learned($0.status) }
        } settle: { wait, outcome, _ throws(RPCError) in
            try await self.settled(wait.request, call, outcome)
        }
    }

    private func settled(
        _ request: QueuedRequest, _ call: Call, _ outcome: QueueWait.Outcome
    ) async throws(RPCError) -> JSON {
        switch outcome {
        case .completed(let last): return .object(try await output(request, call, status: last))
        case .failed(let error): throw failure(error, call, request)
        case .timedOut:
            throw RPCError(
                code: 1408, kind: "timeout", message: "the request is not done yet; it goes on",
                retryable: true, data: ["outcome": "DETACHED"]
            ).about(request)
        case .ending: throw ended(call, request)
        }
    }

    /// `request_id`, `endpoint`, `data` and `metrics` of a request that is done.
    /// - Parameter status: its last, where that is known.
    func output(
        _ request: QueuedRequest, _ call: Call, status: QueueStatus?
    ) async throws(RPCError) -> JSONObject {
        let data: JSON
        do throws(FalError) { data = try await result(request, isDone: status?.state == .completed) } catch {
            var failure = failure(error, call, request, isResult: true)
            // What the queue said of the run counts more than a result that tells nothing.
            if let status, status.hasFailed, failure.code != -32800, failure.data["detail"] == nil {
                let answered = failure.data["http_status"]
                failure = RPCError(status, masking: request.client.backend.credentials).about(request)
                failure.data["http_status"] = answered
            }
            // What failed at the queue is done; what could not be asked is not, nor is a request that we let go.
            let answered = RPCError(error, endpoint: nil, isResult: true, masking: nil).kind
            if ["request_failed", "rejected", "cancelled"].contains(answered) || status?.hasFailed == true {
                await Self.note { () async throws(JournalError) in
                    try await journal.learned(
                        request.id, status: QueueState.completed.rawValue, error: failure.message
                    )
                }
            }
            throw failure
        }
        if let status, status.hasFailed {
            // The queue says that the run failed, whatever is served as its result.
            throw RPCError(status, masking: request.client.backend.credentials).about(request)
        }
        await Self.note { () async throws(JournalError) in
            try await journal.learned(request.id, status: QueueState.completed.rawValue)
        }
        var answer: JSONObject = [
            "request_id": .string(request.id), "endpoint": .string(request.endpoint.description), "data": data,
        ]
        answer["metrics"] = status?.metrics
        return answer
    }

    /// The output; a queue that says of a request that it is done, and of its result that it is not, is asked again.
    private func result(_ request: QueuedRequest, isDone: Bool) async throws(FalError) -> JSON {
        var attempt = 0
        while true {
            do throws(FalError) { return try await request.client.result(request.endpoint, request.id) } catch {
                attempt += 1
                let failure = RPCError(error, endpoint: nil, isResult: true, masking: nil)
                guard isDone, failure.kind == "not_completed", attempt < 5, !Task.isCancelled else { throw error }
                try? await sleep(seconds: 0.25 * Double(attempt))
            }
        }
    }

    func cancel(_ call: Call) async throws(RPCError) -> JSON {
        let request = try await request(call)
        do throws(FalError) {
            let outcome = try await request.client.cancel(request.endpoint, request.id)
            await learned(request, outcome)
            return ["request_id": .string(request.id), "outcome": .string(outcome.rawValue)]
        } catch {
            throw failure(error, call, request)
        }
    }

    /// The request that a call is about; its endpoint from the journal, where the call names none.
    func request(_ call: Call) async throws(RPCError) -> QueuedRequest {
        let id = try requestID(call.params)
        var params = call.params
        let entry = try? await journal.entry(id)
        if params["endpoint"] == nil, let entry { params["endpoint"] = .string(entry.endpoint) }
        let backend = entry.flatMap { Backend.Kind(rawValue: $0.backend) }
        return QueuedRequest(endpoint: try endpoint(params), id: id, client: try client(of: backend))
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
        _ error: FalError, _ call: Call, _ request: QueuedRequest, isResult: Bool = false
    ) -> RPCError {
        if call.ending != nil { return ended(call, request) }
        return RPCError(
            error, endpoint: request.endpoint.description, isResult: isResult,
            masking: request.client.backend.credentials
        ).about(request)
    }

    /// What a call that waits is answered when nobody waits for it any more.
    func ended(_ call: Call, _ request: QueuedRequest) -> RPCError {
        let reason = call.ending == .letGo ? "the bridge ends" : "the wait was cancelled"
        return RPCError.cancelled("\(reason); the request goes on").about(request)
    }
}
