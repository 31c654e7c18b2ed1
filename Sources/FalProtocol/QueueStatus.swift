import JSON

/// The three words of fal's queue. A failed or cancelled request is `COMPLETED` too.
public enum QueueState: String, Sendable, Hashable, CaseIterable {
    case inQueue = "IN_QUEUE"
    case inProgress = "IN_PROGRESS"
    case completed = "COMPLETED"
}

/// What the queue says of a request, at submit and at every status call.
public struct QueueStatus: Sendable, Hashable {
    public var state: QueueState
    public var requestID: String
    /// How many requests are before this one, from 0; only in the queue.
    public var queuePosition: Int?
    /// Every line so far; nil where none were asked for or given.
    public var logs: [LogLine]?
    /// Such as `inference_time` in seconds.
    public var metrics: JSON?
    /// Why the request failed; newer servers say it here, all of them at the result.
    public var error: String?
    public var errorType: String?

    /// Whether the queue says that the run did not give what it should.
    public var hasFailed: Bool { error != nil || errorType != nil }

    public init(state: QueueState, requestID: String) {
        self.state = state
        self.requestID = requestID
    }

    /// Reads an answer of the queue. Its URLs are left: a reader makes them of the endpoint and the id, so that none
    /// leads it elsewhere, and a thousand waits need not keep them.
    /// - Parameter requestID: the id that was asked for, whatever the answer says; nil to take the answer's.
    /// - Returns: nil when it has no status that we know.
    public init?(_ json: JSON, requestID: String? = nil) {
        guard let word = json["status"]?.stringValue, let state = QueueState(rawValue: word),
            let id = requestID ?? json["request_id"]?.stringValue
        else { return nil }
        self.init(state: state, requestID: id)
        queuePosition = json["queue_position"]?.intValue.map { Int(clamping: $0) }
        logs = json["logs"]?.arrayValue?.compactMap(LogLine.init)
        metrics = json["metrics"]?.objectValue.map { .object($0) }
        error = json["error"]?.stringValue
        errorType = json["error_type"]?.stringValue
    }

    /// The answer as fal's queue writes it: the members, and their order, of a real trace.
    /// `logs` is always there, null where there are none, since fal's Python client reads it unasked.
    /// - Parameter url: of the request; nil to leave its URLs out.
    public func wire(at url: String? = nil) -> JSON {
        var object: JSONObject = ["status": .string(state.rawValue), "request_id": .string(requestID)]
        if let url {
            object["response_url"] = .string(url)
            object["status_url"] = .string(url + "/status")
            object["cancel_url"] = .string(url + "/cancel")
        }
        object["logs"] = logs.map { .array($0.map(\.wire)) } ?? .null
        object["metrics"] = metrics ?? [:]
        object["queue_position"] = queuePosition.map { .int(Int64($0)) }
        object["error"] = error.map(JSON.string)
        object["error_type"] = errorType.map(JSON.string)
        return .object(object)
    }
}
