import FalClient
import FalProtocol
import JSON
import JSONRPC
import Platform

/// `subscribe`: a request from its input, or its id, to its output.
extension Bridge {
    func subscribe(_ call: Call) async throws(RPCError) -> JSON {
        if let target = call.params["download_to"]?.stringValue { _ = try roots.writable(target) }
        let deadline = call.params["timeout"]?.doubleValue.map { Instant.now.advanced(bySeconds: $0) }
        let request = try await subject(call, deadline)
        let outcome = await followed(request, call, deadline)
        return try await settled(request, call, outcome)
    }

    // Functions of their own, not inlined: what a call holds while it waits should be little.

    /// The request that is to be waited for: an earlier one, or a new one.
    @inline(never)
    private func subject(_ call: Call, _ deadline: Instant?) async throws(RPCError) -> QueuedRequest {
        guard call.params["request_id"] != nil else {
            let submitted = await apart { () async -> Result<QueuedRequest, RPCError> in
                do throws(RPCError) {
                    return .success(try await self.submitted(call, deadline: deadline))
                } catch {
                    return .failure(error)
                }
            }
            let request = try submitted.get()
            if let status = request.status { await tell(call, status, request.endpoint, newLogs: []) }
            return request
        }
        guard call.params["input"] == nil else {
            throw .invalidParams("input and request_id exclude one another: a new request, or an earlier one")
        }
        return try await request(call)
    }

    @inline(never)
    private func followed(_ request: QueuedRequest, _ call: Call, _ deadline: Instant?) async -> QueueWait.Outcome {
        let params = call.params
        let wait = QueueWait(
            request, slots: slots, logs: params["logs"] == true,
            mode: params["mode"]?.stringValue.flatMap(QueueWait.Mode.init) ?? .auto,
            interval: params["poll_interval"]?.doubleValue, deadline: deadline
        )
        var state = request.status?.state
        return await wait.untilCompleted(call) { update in
            // What is told is on the disk.
            if update.status.state != state { await apart { await self.learned(update.status) } }
            state = update.status.state
            await tell(call, update.status, request.endpoint, newLogs: update.newLogs)
        }
    }

    @inline(never)
    private func settled(
        _ request: QueuedRequest, _ call: Call, _ outcome: QueueWait.Outcome
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
                return .success(try await self.finish(request, call, status: known))
            } catch {
                return .failure(error)
            }
        }.value
        return try answer.get()
    }

    private func finish(_ request: QueuedRequest, _ call: Call, status: QueueStatus?) async throws(RPCError) -> JSON {
        var answer = try await output(request, call, status: status)
        answer["backend"] = .string(request.client.backend.kind.rawValue)
        if let target = call.params["download_to"]?.stringValue {
            let files = FileValue.all(in: answer["data"] ?? .null)
            do throws(RPCError) {
                answer["files"] = .array(
                    try await fetch(files, to: target, overwrite: true, client: request.client, call: call)
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
