import JSON
import Models

/// One typed tool a model: its input as the arguments, its output in the answer.
enum ModelTools {
    /// - Parameter taken: names that tools have already.
    static func all(_ models: [Model], taken: Set<String>) -> [Tool] {
        var taken = taken
        var names: [String: String] = [:]
        for model in models {
            let id = model.endpoint.description
            let short = ToolName.short(id)
            let name = taken.insert(short).inserted ? short : ToolName.whole(id)
            taken.insert(name)
            names[id] = name
        }
        return models.compactMap { model in
            let id = model.endpoint.description
            guard let name = names[id] else { return nil }
            return Tool(
                name: name, title: model.title, description: description(model, names), kind: .model, endpoint: id,
                input: FlatSchema.object(model.input),
                output: JobSchema.output(of: FlatSchema.object(model.output, keepsNull: true)), hints: .init()
            )
        }
    }

    /// What it does, what it needs, how long it takes and what it costs, and what may fit better.
    private static func description(_ model: Model, _ names: [String: String]) -> String {
        var parts = [sentence(model.description.isEmpty ? model.title : model.description)]
        if !files(model).isEmpty {
            parts.append(
                "Files (\(files(model).joined(separator: ", "))) are paths of local files inside the allowed folders, "
                    + "which are uploaded, or public URLs."
            )
        }
        parts.append(
            "Takes seconds to minutes; the result is saved to disk and linked. If it takes longer, the answer has a "
                + "request_id: call result with it."
        )
        if let price = model.price { parts.append("Price: \(price.text).") }
        let near = model.related.compactMap { names[$0] }
        if !near.isEmpty { parts.append("See also: \(near.joined(separator: ", ")).") }
        parts.append("Model: \(model.endpoint).")
        return parts.joined(separator: " ")
    }

    private static func files(_ model: Model) -> [String] {
        (model.input["properties"]?.objectValue ?? [:]).compactMap { member in
            FileMember.isFile(member.value.resolved(in: model.input), member.key) ? member.key : nil
        }
    }

    private static func sentence(_ text: String) -> String {
        text.last.map { ".!?".contains($0) } == true ? text : text + "."
    }
}

/// What the tools that run a model answer with.
enum JobSchema {
    /// The schema of the structured content.
    /// - Parameter output: of the model's own output, flat; an empty one for that of any model.
    static func output(of output: JSON) -> JSON {
        [
            "type": "object",
            "properties": [
                "request_id": ["type": "string", "description": "The job, for status, result and cancel."],
                "endpoint": ["type": "string", "description": "The model."],
                "status": ["type": "string", "enum": ["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]],
                "queue_position": ["type": "integer", "description": "Jobs before this one."],
                "output": described(output, "What the model answered."),
                "files": [
                    "type": "array", "description": "The files of the output, saved on this machine.", "items": file,
                ],
                "preview": ["type": "string", "description": "The path of a picture with frames of the result."],
                "metrics": ["type": "object", "description": "inference_time in seconds, and more."],
                "cost": ["type": "string"],
                "next": ["type": "string", "description": "How to go on, where the job is not done."],
            ],
            "required": ["request_id", "endpoint", "status"],
        ]
    }

    private static let file: JSON = [
        "type": "object",
        "properties": [
            "path": ["type": "string"], "uri": ["type": "string"], "url": ["type": "string"],
            "content_type": ["type": "string"], "file_size": ["type": "integer", "description": "Bytes."],
            "duration": ["type": "number", "description": "Seconds."], "width": ["type": "integer"],
            "height": ["type": "integer"],
        ],
        "required": ["url"],
    ]

    private static func described(_ schema: JSON, _ text: String) -> JSON {
        var members = schema.objectValue ?? [:]
        members["description"] = .string(text)
        return .object(members)
    }
}
