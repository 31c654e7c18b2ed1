import FalClient
import FalProtocol
import JSON
import JSONRPC
import Platform

/// `subscribe`: a request from its input, or its id, to its output.
extension Bridge {
    func subscribe(_ call: Call) {
        let deadline = call.params["timeout"]?.doubleValue.map { Instant.now.advanced(bySeconds: $0) }
        var late: WaitingCall.Late?
        if let deadline, call.params["request_id"] == nil {
            let endpoint = try? endpoint(call.params).description
            late = WaitingCall.Late(deadline: deadline, error: .notSentInTime().about(nil, endpoint))
        }
        WaitingCall.start(call, self, late: late) { wake throws(RPCError) in
            if let target = call.params["download_to"]?.stringValue { _ = try self.roots(call).writable(target) }
            let request = try await self.subject(call, deadline)
            // A thousand calls may wait, each for hours.
            call.forget("input")
            return self.wait(for: request, call, deadline, wake)
        } settle: { wait, outcome, place throws(RPCError) in
            try await self.settled(wait.request, call, outcome, place)
        }
    }

    /// The request that is to be waited for: an earlier one, or a new one.
    private func subject(_ call: Call, _ deadline: Instant?) async throws(RPCError) -> QueuedRequest {
        guard call.params["request_id"] != nil else {
            let request = try await submitted(call, deadline: deadline)
            if let status = request.status { await tell(call, status, request.endpoint, newLogs: []) }
            return request
        }
        guard call.params["input"] == nil else {
            throw .invalidParams("input and request_id exclude one another: a new request, or an earlier one")
        }
        return try await request(call)
    }

    private func wait(
        for request: QueuedRequest, _ call: Call, _ deadline: Instant?, _ wake: @escaping @Sendable () -> Void
    ) -> QueueWait {
        let params = call.params
        return QueueWait(
            request, call, slots: slots, logs: params["logs"] == true,
            mode: params["mode"]?.stringValue.flatMap(QueueWait.Mode.init) ?? .auto,
            interval: params["poll_interval"]?.doubleValue, deadline: deadline, wake: wake
        ) { update in
            // What is told is on the disk.
            if update.isNewState { await self.learned(update.status) }
            await self.tell(call, update.status, request.endpoint, newLogs: update.newLogs)
        }
    }

    private func settled(
        _ request: QueuedRequest, _ call: Call, _ outcome: QueueWait.Outcome, _ place: Turnstile.Place?
    ) async throws(RPCError) -> JSON {
        let detaches = call.params["on_cancel"] == "detach"
        var last: QueueStatus?
        switch outcome {
        case .completed(let status): last = status
        case .failed(let error): throw failure(error, call, request)
        case .timedOut:
            // The answer says what became of the request, so the queue is given time to say it.
            let fate = detaches ? .detached : await cancelled(request, patience: 10)
            if let error = fate.error(isTimeout: true) { throw error.about(request) }
        case .ending:
            if call.ending == .letGo { throw ended(call, request) }
            let fate = detaches ? .detached : await cancelled(request, patience: 2)
            if let error = fate.error(isTimeout: false) { throw error.about(request) }
        }
        // A cancel that came too late leaves a result, which is fetched though the call's task is cancelled.
        let known = last
        let answer = await Task.detached { () async -> Result<JSON, RPCError> in
            do throws(RPCError) {
                return .success(try await self.finish(request, call, known, place))
            } catch {
                return .failure(error)
            }
        }.value
        return try answer.get()
    }

    private func finish(
        _ request: QueuedRequest, _ call: Call, _ status: QueueStatus?, _ place: Turnstile.Place?
    ) async throws(RPCError) -> JSON {
        var answer = try await output(request, call, status: status)
        // Files may take long, and others wait to ask.
        place?.leave()
        answer["backend"] = .string(request.client.backend.kind.rawValue)
        if let target = call.params["download_to"]?.stringValue {
            let files = FileValue.all(in: answer["data"] ?? .null)
            do throws(RPCError) {
                answer["files"] = .array(
                    try await fetch(
                        files, to: target, overwrite: call.mandate == nil, client: request.client, call: call
                    )
                )
            } catch {
                throw error.about(request)
            }
        }
        return .object(answer)
    }

    private func tell(_ call: Call, _ status: QueueStatus, _ endpoint: EndpointID, newLogs: [LogLine]) async {
        var params: JSONObject = ["subscription": call.id]
        let withLogs = call.params["logs"] == true && status.state != .inQueue || !newLogs.isEmpty
        for member in members(of: status, endpoint, logs: withLogs ? newLogs : nil) {
            params[member.key] = member.value
        }
        await call.notify("queue/update", .object(params)) { earlier, later in
            // The newest status wins, and no line is lost.
            guard let before = earlier["logs"]?.arrayValue, !before.isEmpty, var merged = later.objectValue else {
                return later
            }
            merged["logs"] = .array(before + (later["logs"]?.arrayValue ?? []))
            return .object(merged)
        }
    }
}
