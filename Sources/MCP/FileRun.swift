import Bridge
import JSON
import JSONRPC
import Platform

/// The tools whose work is a file's way here or there.
extension ToolRun {
    func uploaded() async throws(RPCError) -> ToolResult {
        switch try await long("upload", arguments) {
        case .over(let file): return ToolResult(data: file)
        case .late(let last): return unfinished("upload", last)
        }
    }

    func downloaded() async throws(RPCError) -> ToolResult {
        guard (arguments["url"] == nil) != (arguments["request_id"] == nil) else {
            throw .invalidParams("give one of url and request_id")
        }
        var params = arguments
        if let departure = try departure() {
            guard let gone = departure.gone else {
                throw RPCError(code: 1409, kind: "not_completed", message: "the job is not done yet", retryable: true)
            }
            params = named(try gone.get())
        }
        if params["to"] == nil {
            guard let root = mandate.roots.first else {
                throw .invalidParams("no folder may be written: the user can name one by the argument --root DIR")
            }
            let name = params["request_id"]?.stringValue.map { "\(ResultFolder.name)/\($0)" } ?? ResultFolder.name
            params["to"] = .string(Files.join(root, name) + "/")
        }
        let answer: JSON
        switch try await long("download", params) {
        case .over(let files): answer = files
        case .late(let last): return unfinished("download", last)
        }
        var result = ToolResult(data: answer)
        for file in answer["files"]?.arrayValue ?? [] {
            guard let path = file["path"]?.stringValue else { continue }
            result.links.append(ToolResult.Link(
                uri: FileURI.of(path), name: Files.name(of: path), mimeType: file["content_type"]?.stringValue,
                size: file["file_size"]?.intValue, words: "", media: [:]
            ))
        }
        return result
    }

    /// A method whose work goes on where it takes longer than a call may, to be asked for by the same call.
    private func long(_ name: String, _ params: JSONObject) async throws(RPCError) -> LongWork.End {
        var words = [name] + params.map { "\(JSON.string($0.key).text):\($0.value.text)" }.sorted() + mandate.roots
        // A file that was written anew is another one, whatever its name.
        if name == "upload", let path = params["path"]?.stringValue.flatMap(mandate.readable),
            let status = try? Files.status(path)
        {
            words.append("\(status)")
        }
        return try await calls.longWork.end(
            of: words.joined(separator: "\n"), until: deadline, call, hear: { [progress] in progress?.hear($0, $1) }
        ) { [calls, mandate] hear async throws(RPCError) in
            try await calls.methods.result(name, params, mandate, onNotification: hear)
        }
    }

    /// What a call says whose work goes on.
    private func unfinished(_ what: String, _ last: JSON?) -> ToolResult {
        var soFar = ""
        if let bytes = last?["bytes"]?.intValue {
            soFar = ": \(bytes)" + (last?["total"]?.intValue.map { " of \($0)" } ?? "") + " bytes so far"
        }
        let next = "Call \(tool.name) with the same arguments again to wait for it."
        return ToolResult(
            "The \(what) takes longer\(soFar). It goes on by itself, as long as this server runs.\n\(next)",
            structured: ["next": .string(next)]
        )
    }
}
