import Bridge
import FalProtocol
import JSON
import JSONRPC
import JSONSchema
import Platform

/// `tools/call`: finds the tool, sees that it may, runs it, and waits as long as it is good for the caller.
struct ToolCalls: Sendable {
    enum Outcome: Sendable {
        case result(ToolResult)
        /// The caller has the tasks extension: a handle, to be asked for.
        case task(Job)
        /// The caller is asked for its roots first.
        case input(JSONObject)
    }

    let bridge: Bridge
    let methods: Methods
    let tools: ToolBox
    let jobs: JobBook
    let roots: AgentRoots
    let options: AgentOptions
    let finish: JobFinish
    let longWork = LongWork()

    /// Arguments of a call that are kept in the journal.
    private static let maxNoted = 4_096

    func outcome(_ call: Call, _ peer: Peer) async throws(RPCError) -> Outcome {
        let began = Instant.now
        let params = call.params
        guard let name = params["name"]?.stringValue else { throw .invalidParams("name: Field required") }
        guard let tool = tools.tool(name) else {
            let nearest = Spelling.nearest(to: name, among: tools.tools.map(\.name)).map { "; did you mean '\($0)'?" }
            throw .invalidParams("no tool '\(name)'\(nearest ?? "")")
        }
        let arguments: JSONObject
        switch params["arguments"] {
        case nil, .null?: arguments = [:]
        case .object(let members)?: arguments = Self.tidy(members, tool)
        default: throw .invalidParams("arguments: must be an object")
        }
        let progress = JobProgress(call, peer)
        defer { progress?.close() }
        var folders: [String] = []
        if tool.usesFiles {
            switch await roots.roots(peer, params) {
            case .known(let known): folders = known
            case .ask: return .input([AgentRoots.question: ["method": "roots/list"]])
            }
        }
        let mandate = Mandate(
            roots: folders, askedBy: Self.note(tool, arguments, call, peer, folders.first),
            jobsPerHour: options.maxJobsPerHour
        )
        if !tool.isModel, let fault = fault(.object(arguments), tool) { return .result(ToolResult(error: fault)) }
        let run = ToolRun(
            calls: self, call: call, peer: peer, tool: tool, arguments: arguments, mandate: mandate,
            progress: progress, began: began
        )
        do throws(RPCError) { return try await run.outcome() } catch {
            // What is a fault of ours is none of the tool's.
            if error.kind == "internal_error" { throw error }
            return .result(ToolResult(error: ErrorWords(input: run.about).text(error)))
        }
    }

    /// What a model writes for what it leaves out, and objects that it wrote as text, are understood.
    private static func tidy(_ arguments: JSONObject, _ tool: Tool) -> JSONObject {
        let required = tool.input["required"]?.arrayValue ?? []
        return JSONObject(arguments.compactMap { member in
            if member.value.isNull, !required.contains(.string(member.key)) { return nil }
            let schema = tool.input["properties"]?[member.key]
            if schema?["type"] == "object", let text = member.value.stringValue,
                let object = try? JSON.parse(text), object.objectValue != nil
            {
                return (member.key, object)
            }
            return (member.key, member.value)
        })
    }

    private func fault(_ arguments: JSON, _ tool: Tool) -> String? {
        let faults = tools.faults(in: arguments, of: tool).map { FieldFault($0) }
        guard !faults.isEmpty else { return nil }
        return ErrorWords(input: arguments).text(.invalidParams("", data: ["detail": .array(faults.map(\.json))]))
    }

    /// What the journal keeps of the call.
    private static func note(
        _ tool: Tool, _ arguments: JSONObject, _ call: Call, _ peer: Peer, _ folder: String?
    ) -> JSON {
        var note: JSONObject = ["tool": .string(tool.name), "call": call.id]
        if !peer.name.isEmpty { note["client"] = .string(String(peer.name.prefix(200))) }
        // Where a later process saves what comes of it, whose client may not say.
        note["folder"] = folder.map(JSON.string)
        let written: JSON = .object(arguments)
        note["arguments"] = written.bytes.count <= maxNoted ? written : .string("more than \(maxNoted) bytes")
        return .object(note)
    }
}

extension Tool {
    /// Whether it reads or writes files.
    var usesFiles: Bool {
        switch kind {
        case .model, .runModel, .submit, .result, .upload, .download: true
        case .cancel, .method: false
        }
    }
}
