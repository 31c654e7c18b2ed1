import JSON
import Models
import Surface

/// The tools that are about any model, from the documents of the bridge's methods.
struct GeneralTools {
    private let methods: [String: MethodDocument]

    init() throws(JSONParseError) {
        methods = Dictionary(try Surface.methods().map { ($0.name, $0) }) { first, _ in first }
    }

    var all: [Tool] {
        [
            tool(
                "find_models", "Find models",
                "Finds models by words in their name and description; without a query, all that are known. Their tools "
                    + "are typed; run_model runs any.",
                .method("models"), ["query"], hints: local
            ),
            tool(
                "model_schema", "Schema of a model",
                "The input and output of a model as JSON Schema, with limits and defaults. Look here before run_model "
                    + "or submit.",
                .method("schema"), ["endpoint"], requires: ["endpoint"], hints: local
            ),
            tool(
                "run_model", "Run any model",
                "Runs any model of fal by its endpoint and waits for the result, as the typed tools do: files in the "
                    + "input may be local paths, results are saved to disk. If it takes longer, the answer has a "
                    + "request_id for result.",
                .runModel, ["endpoint", "input"], of: "submit", requires: ["endpoint", "input"],
                output: JobSchema.output(of: [:])
            ),
            tool(
                "submit", "Submit a job",
                "Puts a job into the queue and comes back at once with its request_id. For several jobs side by side; "
                    + "otherwise run_model or a model's own tool is simpler.",
                .submit, ["endpoint", "input", "priority"], of: "submit", requires: ["endpoint", "input"],
                output: JobSchema.output(of: [:])
            ),
            tool(
                "status", "Status of a job",
                "Where a job stands: IN_QUEUE with its position, IN_PROGRESS, or COMPLETED; with logs, what the model "
                    + "wrote.",
                .method("status"), ["request_id", "endpoint", "logs"], hints: remote
            ),
            Tool(
                name: "result", title: "Result of a job",
                description: "Waits for a job and gives its result, with the files saved to disk. Comes back without "
                    + "one after some time: call it again. Works for jobs of earlier sessions too.",
                kind: .result, endpoint: nil,
                input: closed([
                    "request_id": ["type": "string", "description": "The job."],
                    "endpoint": [
                        "type": "string",
                        "description": "Its model; needed only for a job that was not sent from here.",
                    ],
                    "wait": [
                        "type": "number", "minimum": 0, "description": "Seconds to wait at most; 0 only looks.",
                    ],
                ], ["request_id"]),
                output: JobSchema.output(of: [:]), hints: .init(isIdempotent: true)
            ),
            tool(
                "cancel", "Cancel a job",
                "Asks the queue to cancel a job. One that is done stays done.",
                .cancel, ["request_id", "endpoint"], of: "cancel", hints: .init(isDestructive: true, isIdempotent: true)
            ),
            tool(
                "list_requests", "Jobs so far",
                "The jobs that were sent from this machine, newest first, with their state; across restarts.",
                .method("requests"), ["status", "endpoint", "limit", "before"], hints: local
            ),
            tool(
                "upload_file", "Upload a file",
                "Uploads a local file to the storage and gives its URL. Needed only where one file serves several "
                    + "jobs: the tools take local paths themselves. What takes long is gone on with by the same call.",
                .upload, ["path", "content_type", "expires_in"], of: "upload", requires: ["path"],
                output: Self.unfinished(result("upload"))
            ),
            Tool(
                name: "download", title: "Download files",
                description: "Saves a file by its URL, or all files of a job's output, into a folder. Nothing is "
                    + "overwritten. What takes long is gone on with by the same call.",
                kind: .download, endpoint: nil,
                input: closed([
                    "url": ["type": "string", "description": "A file's URL; this or request_id."],
                    "request_id": ["type": "string", "description": "A job whose files are wanted."],
                    "to": [
                        "type": "string",
                        "description":
                            "The file or folder to write, inside the allowed folders; by default fal-results.",
                    ],
                ], []),
                output: Self.unfinished(result("download")), hints: .init()
            ),
        ]
    }

    private var local: Tool.Hints { .init(isReadOnly: true, isIdempotent: true, isOpenWorld: false) }
    private var remote: Tool.Hints { .init(isReadOnly: true, isIdempotent: true) }

    /// A tool that takes some of a method's params, and gives its result where nothing else is said.
    private func tool(
        _ name: String, _ title: String, _ description: String, _ kind: Tool.Kind, _ picked: [String],
        of method: String? = nil, requires: [String]? = nil, output: JSON? = nil, hints: Tool.Hints = .init()
    ) -> Tool {
        let method: String = if case .method(let own) = kind { own } else { method ?? name }
        let params = FlatSchema.object(methods[method]?.params ?? [:])
        let properties = JSONObject(picked.compactMap { key in (params["properties"]?[key]).map { (key, $0) } })
        let required = requires ?? params["required"]?.arrayValue?.compactMap(\.stringValue) ?? []
        return Tool(
            name: name, title: title, description: description, kind: kind, endpoint: nil,
            input: closed(properties, required.filter(picked.contains)), output: output ?? result(method), hints: hints
        )
    }

    /// The schema of a method's result; what it says of its members must not keep out what a later one adds.
    private func result(_ method: String) -> JSON {
        FlatSchema.object(methods[method]?.result ?? [:], keepsNull: true)
    }

    /// The schema of what may not be done when the call is answered.
    private static func unfinished(_ schema: JSON) -> JSON {
        var members = schema.objectValue ?? [:]
        var properties = members["properties"]?.objectValue ?? [:]
        properties["next"] = ["type": "string", "description": "How to go on, where it is not done."]
        members["properties"] = .object(properties)
        members["required"] = nil
        return .object(members)
    }

    private func closed(_ properties: JSONObject, _ required: [String]) -> JSON {
        var schema: JSONObject = ["type": "object", "properties": .object(properties)]
        if !required.isEmpty { schema["required"] = .array(required.map(JSON.string)) }
        schema["additionalProperties"] = false
        return .object(schema)
    }
}
