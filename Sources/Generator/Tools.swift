import JSON
import Models
import Surface

/// Tool definitions for agents: a tool a model, and the methods that an agent has use for.
///
/// Schemas are flat, see `FlatSchema`. A call of a model's tool is `subscribe` with its endpoint and the arguments as
/// `input`.
public struct Tools {
    public enum Form: String, CaseIterable, Sendable {
        case openai
        case anthropic
    }

    private struct Tool {
        let name: String
        let description: String
        let parameters: JSON
    }

    private let tools: [Tool]

    /// Methods that are about the connection or another program, and none that an agent would call.
    private static let left: Set<String> = [
        "configure", "initialize", "ping", "rpc.discover", "shutdown", "verify_webhook",
    ]

    public init(_ subject: Subject) {
        tools = subject.models.map { model in
            let about = model.description.isEmpty ? model.title : model.description
            return Tool(
                name: ToolName.whole(model.endpoint.description), description: "\(about) (\(model.endpoint))",
                parameters: FlatSchema.object(model.input)
            )
        } + subject.methods.filter { !Self.left.contains($0.name) }.map { method in
            Tool(name: method.name, description: method.summary, parameters: FlatSchema.object(method.params))
        }
    }

    /// The definitions as an API takes them.
    public func document(_ form: Form) -> JSON {
        .array(tools.map { tool in
            switch form {
            case .openai:
                ["type": "function", "function": [
                    "name": .string(tool.name), "description": .string(tool.description), "parameters": tool.parameters,
                ]]
            case .anthropic:
                [
                    "name": .string(tool.name), "description": .string(tool.description),
                    "input_schema": tool.parameters,
                ]
            }
        })
    }
}
