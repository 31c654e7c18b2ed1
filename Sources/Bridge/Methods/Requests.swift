import JSON
import JSONRPC
import Journal
import Platform

/// `requests`: what was submitted from here, by this process and others, newest first.
extension Bridge {
    func requests(_ call: Call) async throws(RPCError) -> JSON {
        let params = call.params
        var filter = Journal.Filter()
        filter.status = params["status"]?.stringValue
        if params["endpoint"] != nil { filter.endpoint = try endpoint(params).description }
        if let limit = params["limit"]?.intValue { filter.limit = Int(clamping: limit) }
        if let text = params["before"]?.stringValue {
            guard let time = Timestamp(iso8601: text) else {
                throw .invalidParams("before: not a time as created_at has it")
            }
            filter.before = Int64((time.seconds * 1_000_000).rounded())
        }
        do throws(JournalError) {
            return ["requests": .array(try await journal.entries(filter).map(Self.members))]
        } catch {
            throw RPCError(code: 1002, kind: "io_error", message: "\(error)")
        }
    }

    private static func members(of entry: RequestEntry) -> JSON {
        func time(_ micros: Int64) -> JSON { .string(Timestamp(seconds: Double(micros) / 1_000_000).iso8601()) }
        var members: JSONObject = [
            "request_id": entry.requestID.map(JSON.string) ?? .null, "endpoint": .string(entry.endpoint),
            "backend": .string(entry.backend), "status": .string(entry.status), "created_at": time(entry.created),
            "updated_at": time(entry.updated),
        ]
        members["error"] = entry.error.map(JSON.string)
        members["asked_by"] = entry.askedBy.flatMap { try? JSON.parse($0) }
        return .object(members)
    }
}
