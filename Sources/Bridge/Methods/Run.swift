import FalClient
import FalProtocol
import JSON
import JSONRPC
import Platform

/// `run`: an input to its output by the synchronous route, without the queue.
extension Bridge {
    private enum RunOutcome: Sendable {
        case done(requestID: String?, data: JSON)
        case failed(FalError)
        case timedOut
    }

    func run(_ call: Call) async throws(RPCError) -> JSON {
        let timeout = call.params["timeout"]?.doubleValue
        let deadline = timeout.map { Instant.now.advanced(bySeconds: $0) }
        var options = try options(call.params)
        // What nobody waits for any more need not start. fal takes no less than a second.
        if options.startTimeout == nil, let timeout, timeout >= 1 { options.startTimeout = timeout }
        let prepared = try await prepared(call, isAtWork: false)
        let endpoint = prepared.endpoint.description
        switch await outcome(of: prepared, options, deadline: deadline) {
        case .done(let id, let data):
            var answer: JSONObject = [:]
            answer["request_id"] = id.map(JSON.string)
            answer["endpoint"] = .string(endpoint)
            answer["data"] = data
            return .object(answer)
        case _ where call.ending != nil:
            throw RPCError.cancelled("the run was cancelled; it may have run all the same").about(nil, endpoint)
        case .failed(let error):
            throw RPCError(error, endpoint: endpoint, isResult: true, masking: prepared.client.backend.credentials)
        case .timedOut:
            throw RPCError(
                code: 1408, kind: "timeout",
                message: "there was no output in time; the run may have ended all the same",
                data: ["outcome": "UNKNOWN"]
            ).about(nil, endpoint)
        }
    }

    /// The run, or the end of its time, whichever comes first; the other is cancelled.
    private func outcome(
        of prepared: Prepared, _ options: SubmitOptions, deadline: Instant?
    ) async -> RunOutcome {
        await withTaskGroup(of: RunOutcome.self) { tasks in
            tasks.addTask {
                do throws(FalError) {
                    let (id, data) = try await prepared.client.run(
                        prepared.endpoint, input: prepared.input, options: options
                    )
                    return .done(requestID: id, data: data)
                } catch {
                    return .failed(error)
                }
            }
            if let deadline {
                tasks.addTask {
                    try? await sleep(seconds: deadline.seconds(since: .now))
                    return .timedOut
                }
            }
            let first = await tasks.next() ?? .timedOut
            tasks.cancelAll()
            return first
        }
    }
}
