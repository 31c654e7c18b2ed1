import JSON
import Models
import Surface

/// Tool definitions for agents: a tool a model, and the methods that an agent has use for.
///
/// Schemas are flat, see `FlatSchema`. A call of a model's tool is `subscribe` with its endpoint and the arguments as `input`.
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
    private static let maxNameLength = 64

    public init(_ subject: Subject) {
        tools = subject.models.map { model in
            let about = model.description.isEmpty ? model.title : model.description
            return Tool(
                name: Self.name(of: model.endpoint.description), description: "\(about) (\(model.endpoint))",
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

    /// `fal-ai/fast-animatediff/video-to-video` → `fal-ai__fast-animatediff__video-to-video`.
    ///
    /// A name that would be too long is cut, and ends in a number made from the whole.
    public static func name(of endpoint: String) -> String {
        var name = ""
        for byte in endpoint.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"):
                name.unicodeScalars.append(Unicode.Scalar(byte))
            case UInt8(ascii: "/"): name += "__"
            default: name += "_"
            }
        }
        guard name.utf8.count > maxNameLength else { return name }
        // FNV-1a: the same id gives the same name on every machine.
        let hash = endpoint.utf8.reduce(0x811C_9DC5 as UInt32) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
        let digits = String(hash, radix: 16)
        return name.prefix(maxNameLength - digits.utf8.count - 1) + "_" + digits
    }
}
