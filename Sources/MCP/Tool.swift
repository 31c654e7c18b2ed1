import JSON
import JSONSchema

/// A tool as a model sees it.
struct Tool: Sendable {
    /// What a call of it does.
    enum Kind: Sendable {
        /// Runs this model with the arguments as its input.
        case model
        /// Runs the model that the arguments name.
        case runModel
        case submit
        case result
        case cancel
        case upload
        case download
        /// The bridge's method of that name, with the arguments as its params.
        case method(String)
    }

    let name: String
    let title: String
    let description: String
    let kind: Kind
    /// Of a model's tool.
    let endpoint: String?
    let input: JSON
    let output: JSON
    let hints: Hints

    /// What a host may tell its user before it calls the tool.
    struct Hints: Sendable {
        var isReadOnly = false
        var isDestructive = false
        var isIdempotent = false
        var isOpenWorld = true
    }

    var isModel: Bool { endpoint != nil }

    /// The definition as a revision has it.
    func definition(_ revision: Revision) -> JSON {
        var members: JSONObject = ["name": .string(name)]
        if revision.hasStructuredContent { members["title"] = .string(title) }
        members["description"] = .string(description)
        members["inputSchema"] = input
        if revision.hasStructuredContent { members["outputSchema"] = output }
        if revision.hasAnnotations {
            members["annotations"] = [
                "title": .string(title), "readOnlyHint": .bool(hints.isReadOnly),
                "destructiveHint": .bool(hints.isDestructive), "idempotentHint": .bool(hints.isIdempotent),
                "openWorldHint": .bool(hints.isOpenWorld),
            ]
        }
        return .object(members)
    }
}
