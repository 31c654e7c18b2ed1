import FalClient
import FalProtocol
import JSON
import JSONRPC
import Journal
import Platform

/// `submit`: an input is checked, its files are uploaded, and it goes into the queue.
extension Bridge {
    func submit(_ call: Call) async throws(RPCError) -> JSON {
        let request = try await atWork.pass { () async throws(RPCError) in try await submitted(call) }
        let url = request.client.requestURL(request.endpoint, request.id)
        var answer: JSONObject = [
            "request_id": .string(request.id), "endpoint": .string(request.endpoint.description),
            "status": .string((request.status?.state ?? .inQueue).rawValue),
        ]
        answer["queue_position"] = request.status?.queuePosition.map { .int(Int64($0)) }
        answer["status_url"] = .string(url + "/status")
        answer["response_url"] = .string(url)
        answer["cancel_url"] = .string(url + "/cancel")
        answer["backend"] = .string(request.client.backend.kind.rawValue)
        return .object(answer)
    }

    /// Puts the call's input into the queue. The caller has a place among those at work.
    /// - Parameter deadline: after it nothing is sent any more.
    func submitted(_ call: Call, deadline: Instant? = nil) async throws(RPCError) -> QueuedRequest {
        let options = try options(call.params)
        let prepared = try await prepared(call, deadline)
        let (endpoint, client) = (prepared.endpoint, prepared.client)
        do throws(RPCError) {
            // It may have stood in line for long.
            try throwIfEnding(call)
            if let deadline, Instant.now >= deadline { throw .notSentInTime() }
            let status = try await send(prepared, options, call)
            return QueuedRequest(endpoint: endpoint, id: status.requestID, client: client, status: status)
        } catch {
            throw error.about(nil, endpoint.description)
        }
    }

    /// Checks and uploads until the deadline.
    private func prepared(_ call: Call, _ deadline: Instant?) async throws(RPCError) -> Prepared {
        guard let deadline else { return try await prepared(call, isAtWork: true) }
        let outcome = await apart(until: deadline) { () async -> Result<Prepared, RPCError> in
            do throws(RPCError) {
                return .success(try await self.prepared(call, isAtWork: true))
            } catch {
                return .failure(error)
            }
        }
        if Instant.now >= deadline {
            throw .notSentInTime().about(nil, try endpoint(call.params).description)
        }
        return try outcome.get()
    }

    /// Sends a request between two entries of the journal: that it is about to be sent, and what became of it.
    private func send(
        _ prepared: Prepared, _ options: SubmitOptions, _ call: Call
    ) async throws(RPCError) -> QueueStatus {
        let (endpoint, client) = (prepared.endpoint, prepared.client)
        let entry: Int64?
        do throws(JournalError) {
            let asker = call.mandate.map {
                Journal.Asker(text: $0.askedBy.text, hourlyLimit: $0.jobsPerHour)
            }
            entry = try await journal.intend(
                endpoint: endpoint.description, backend: client.backend.kind.rawValue, asker: asker
            )
        } catch {
            throw .io(error)
        }
        guard let serial = entry else { throw .tooManyJobs(call.mandate?.jobsPerHour ?? 0) }
        let status: QueueStatus
        do throws(FalError) {
            status = try await client.submit(endpoint, input: prepared.input, options: options)
        } catch {
            let failure = RPCError(error, endpoint: endpoint.description, masking: client.backend.credentials)
            await Self.note { () async throws(JournalError) in
                if case .outcomeUnknown = error.cause {
                    try await journal.lost(serial, reason: failure.message)
                } else {
                    try await journal.forget(serial)
                }
            }
            if case .outcomeUnknown = error.cause { throw failure }
            // A cancel between two attempts, of which the first was refused.
            try throwIfEnding(call)
            throw failure
        }
        await Self.note { () async throws(JournalError) in
            try await journal.accepted(serial, requestID: status.requestID, status: status.state.rawValue)
        }
        return status
    }

    /// Writes to the journal what is true with or without it.
    static func note(_ write: () async throws(JournalError) -> Void) async {
        do throws(JournalError) { try await write() } catch { Log.warning("\(error)") }
    }

    /// What goes along with the input, by the call's params.
    func options(_ params: JSONObject) throws(RPCError) -> SubmitOptions {
        var options = SubmitOptions()
        options.webhookURL = params["webhook_url"]?.stringValue
        options.priority = params["priority"]?.stringValue
        options.hint = params["hint"]?.stringValue
        options.startTimeout = params["start_timeout"]?.doubleValue
        options.maxQueueLength = params["max_queue_length"]?.intValue.map { Int(clamping: $0) }
        options.lifecycle = try lifecycle(params)
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
