import FalClient
import FalProtocol
import JSON
import JSONRPC
import Platform

/// `subscribe`: a request from its input, or its id, to its output.
extension Bridge {
    func subscribe(_ call: Call) async throws(RPCError) -> JSON {
        let params = call.params
        if let target = params["download_to"]?.stringValue { _ = try roots.writable(target) }
        let deadline = params["timeout"]?.doubleValue.map { Instant.now.advanced(bySeconds: $0) }
        let endpoint: EndpointID
        let id: String
        let client: FalClient
        var seen: QueueStatus?
        if params["request_id"] != nil {
            guard params["input"] == nil else {
                throw .invalidParams("input and request_id exclude one another: a new request, or an earlier one")
            }
            (endpoint, id, client) = try await request(call)
        } else {
            let submitted = try await submitted(call, deadline: deadline)
            (endpoint, id, client) = (submitted.endpoint, submitted.status.requestID, submitted.client)
            seen = submitted.status
            await tell(call, submitted.status, endpoint, newLogs: [])
        }
        let wait = QueueWait(
            client: client, slots: slots, endpoint: endpoint, requestID: id, logs: params["logs"] == true,
            mode: params["mode"]?.stringValue.flatMap(QueueWait.Mode.init) ?? .auto,
            interval: params["poll_interval"]?.doubleValue, deadline: deadline
        )
        var state = seen?.state
        let outcome = await wait.untilCompleted(call, seen: seen) { update in
            // What is told is on the disk.
            if update.status.state != state { await learned(update.status) }
            state = update.status.state
            await tell(call, update.status, endpoint, newLogs: update.newLogs)
        }
        let detaches = params["on_cancel"] == "detach"
        var last: QueueStatus?
        switch outcome {
        case .completed(let status): last = status
        case .failed(let error): throw failure(error, call, endpoint, id, client)
        case .timedOut:
            // The answer says what became of the request, so the queue is given time to say it.
            let fate = detaches ? .detached : await cancelled(endpoint, id, client, patience: 10)
            if let error = fate.error(isTimeout: true) { throw error.about(id, endpoint.description) }
        case .ending:
            if call.ending == .letGo { throw ended(call, id, endpoint) }
            let fate = detaches ? .detached : await cancelled(endpoint, id, client, patience: 2)
            if let error = fate.error(isTimeout: false) { throw error.about(id, endpoint.description) }
        }
        // A cancel that came too late leaves a result, which is fetched though the call's task is cancelled.
        let known = last
        let answer = await Task.detached { () async -> Result<JSON, RPCError> in
            do throws(RPCError) {
                return .success(try await self.finish(call, endpoint, id, client, status: known))
            } catch {
                return .failure(error)
            }
        }.value
        return try answer.get()
    }

    private func finish(
        _ call: Call, _ endpoint: EndpointID, _ id: String, _ client: FalClient, status: QueueStatus?
    ) async throws(RPCError) -> JSON {
        var answer = try await output(endpoint, id, client, call, status: status)
        answer["backend"] = .string(client.backend.kind.rawValue)
        if let target = call.params["download_to"]?.stringValue {
            let files = FileValue.all(in: answer["data"] ?? .null)
            do throws(RPCError) {
                answer["files"] = .array(try await fetch(files, to: target, overwrite: true, client: client, call: call))
            } catch {
                throw error.about(id, endpoint.description)
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
