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
            (endpoint, id, client) = (try self.endpoint(params), try requestID(params), try self.client())
        } else {
            let submitted = try await submitted(call)
            (endpoint, id, client) = (submitted.endpoint, submitted.status.requestID, submitted.client)
            seen = submitted.status
            await tell(call, submitted.status, endpoint, newLogs: [])
        }
        let wait = QueueWait(
            client: client, endpoint: endpoint, requestID: id, logs: params["logs"] == true,
            interval: params["poll_interval"]?.doubleValue, deadline: deadline
        )
        let outcome = await wait.untilCompleted(call, seen: seen) { update in
            await tell(call, update.status, endpoint, newLogs: update.newLogs)
        }
        var metrics: JSON?
        switch outcome {
        case .completed(let status): metrics = status.metrics
        case .failed(let error): throw failure(error, call, endpoint, id, client)
        case .timedOut:
            let became = try await end(call, endpoint, id, client, detach: params["on_cancel"] == "detach")
            if became != .alreadyCompleted {
                throw RPCError(
                    code: 1408, kind: "timeout",
                    message: became == nil ? "the request is not done yet; it goes on" : "the request was not done in time and is cancelled",
                    data: ["outcome": became.map { .string($0.rawValue) } ?? "DETACHED"]
                ).about(id, endpoint.description)
            }
        case .ending:
            if call.ending == .letGo { throw ended(call, id, endpoint) }
            let became = try await end(call, endpoint, id, client, detach: params["on_cancel"] == "detach")
            if became == nil { throw ended(call, id, endpoint) }
            if became != .alreadyCompleted {
                throw RPCError.cancelled("the request was cancelled", data: ["outcome": "CANCELLATION_REQUESTED"])
                    .about(id, endpoint.description)
            }
        }
        // A cancel that came too late leaves a result, which is fetched though the call's task is cancelled.
        let known = metrics
        let answer = await Task.detached { () async -> Result<JSON, RPCError> in
            do throws(RPCError) {
                return .success(try await self.finish(call, endpoint, id, client, metrics: known))
            } catch {
                return .failure(error)
            }
        }.value
        return try answer.get()
    }

    private func finish(
        _ call: Call, _ endpoint: EndpointID, _ id: String, _ client: FalClient, metrics: JSON?
    ) async throws(RPCError) -> JSON {
        var answer = try await output(endpoint, id, client, call, metrics: metrics)
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

    /// Cancels at the queue, or leaves the request alone.
    /// - Returns: nil when it was left alone.
    private func end(
        _ call: Call, _ endpoint: EndpointID, _ id: String, _ client: FalClient, detach: Bool
    ) async throws(RPCError) -> CancelOutcome? {
        if detach { return nil }
        let outcome = await Task.detached { () async -> Result<CancelOutcome, FalError> in
            do throws(FalError) { return .success(try await client.cancel(endpoint, id)) } catch { return .failure(error) }
        }.value
        switch outcome {
        case .success(let became): return became
        case .failure(let error):
            var answer = RPCError(error, endpoint: endpoint.description, masking: client.backend.credentials)
            answer.message = "the request could not be cancelled: \(answer.message)"
            throw answer.about(id, endpoint.description)
        }
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
