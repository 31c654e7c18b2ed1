import FalProtocol
import JSON
import Models
import Surface

/// An OpenRPC 1.3 document (spec.open-rpc.org) of the whole surface, which is also the answer of `rpc.discover`.
///
/// What OpenRPC has no place for stands under `x-`: the bridge's own notifications, examples that end with an error,
/// and which endpoint has which input and output.
public struct OpenRPC {
    private let subject: Subject

    public init(_ subject: Subject) { self.subject = subject }

    public var document: JSON {
        var schemas: JSONObject = ["ErrorData": errorData]
        var models = JSONObject()
        for model in subject.models {
            let name = model.endpoint.description.map { $0 == "/" ? "." : String($0) }.joined()
            schemas["\(name).input"] = component(model.input, name, &schemas)
            schemas["\(name).output"] = component(model.output, name, &schemas)
            models[model.endpoint.description] = [
                "title": .string(model.title), "description": .string(model.description),
                "input": ["$ref": .string("#/components/schemas/\(name).input")],
                "output": ["$ref": .string("#/components/schemas/\(name).output")],
            ]
        }
        return [
            "openrpc": "1.3.2",
            "info": [
                "title": .string(Product.name), "version": .string(Product.version),
                "description": "Generative-video jobs over JSON-RPC 2.0 on stdin and stdout. Params are by name.",
                "license": ["name": "Apache-2.0"],
            ],
            "methods": .array(
                subject.methods.map(method) + subject.notifications.filter { !$0.isFromBridge }.map(sent)
            ),
            "components": ["schemas": .object(schemas), "errors": .object(errors)],
            "x-notifications": .array(subject.notifications.filter(\.isFromBridge).map { notification in
                [
                    "name": .string(notification.name), "summary": .string(notification.summary),
                    "params": notification.params, "example": notification.example,
                ]
            }),
            "x-endpoints": .object(models),
        ]
    }

    private func method(_ method: MethodDocument) -> JSON {
        let failures = method.examples.filter { $0.error != nil }
        var object: JSONObject = [
            "name": .string(method.name), "summary": .string(method.summary), "paramStructure": "by-name",
            "params": descriptors(of: method.params),
            "result": ["name": "result", "schema": method.result],
            "errors": .array(subject.errors.entries(of: method).map { entry in
                ["$ref": .string("#/components/errors/\(entry.kind)")]
            }),
            "examples": .array(method.examples.filter { $0.error == nil }.map { example in
                [
                    "name": .string(example.name), "params": values(example.params),
                    "result": ["name": "result", "value": example.result ?? .null],
                ]
            }),
        ]
        if !failures.isEmpty {
            object["x-error-examples"] = .array(failures.map { example in
                [
                    "name": .string(example.name), "params": values(example.params), "error": example.error ?? .null,
                ]
            })
        }
        if !method.notifications.isEmpty {
            object["x-notifications"] = .array(method.notifications.map(JSON.string))
        }
        return .object(object)
    }

    /// A notification of the client's: a method without a result.
    private func sent(_ notification: NotificationDocument) -> JSON {
        [
            "name": .string(notification.name), "summary": .string(notification.summary), "paramStructure": "by-name",
            "params": descriptors(of: notification.params),
            "examples": [["name": "example", "params": values(notification.example.objectValue ?? [:])]],
        ]
    }

    private func descriptors(of params: JSON) -> JSON {
        let required = params["required"]?.arrayValue ?? []
        return .array((params["properties"]?.objectValue ?? [:]).map { member in
            var descriptor: JSONObject = ["name": .string(member.key)]
            descriptor["summary"] = member.value["description"]
            descriptor["required"] = .bool(required.contains(.string(member.key)))
            descriptor["schema"] = member.value
            return .object(descriptor)
        })
    }

    private func values(_ params: JSONObject) -> JSON {
        .array(params.map { ["name": .string($0.key), "value": $0.value] })
    }

    /// By kind: an error object's `data` is a value, not a schema, so it says what all errors of the kind share.
    private var errors: JSONObject {
        JSONObject(subject.errors.entries.map { entry in
            (entry.kind, [
                "code": .int(entry.code), "message": .string(entry.when), "data": ["kind": .string(entry.kind)],
            ])
        })
    }

    /// The members of `data` that an error may have, each kind's own among them.
    private var errorData: JSON {
        var data = subject.errors.data.objectValue ?? [:]
        var properties = data["properties"]?.objectValue ?? [:]
        properties["kind"] = ["enum": .array(subject.errors.entries.map { .string($0.kind) })]
        for entry in subject.errors.entries {
            for member in entry.data { properties[member.key] = member.value }
        }
        data["properties"] = .object(properties)
        return .object(data)
    }

    // MARK: Schemas

    /// A model's schema as a component: its definitions become components beside it.
    private func component(_ schema: JSON, _ name: String, _ schemas: inout JSONObject) -> JSON {
        var object = schema.objectValue ?? [:]
        for definition in object["$defs"]?.objectValue ?? [:] {
            schemas["\(name).\(definition.key)"] = Self.moved(definition.value, name)
        }
        object["$defs"] = nil
        object["$schema"] = nil
        return Self.moved(.object(object), name)
    }

    private static func moved(_ schema: JSON, _ name: String) -> JSON {
        let prefix = "#/$defs/"
        switch schema {
        case .object(let object):
            return .object(JSONObject(object.map { member in
                guard member.key == "$ref", let pointer = member.value.stringValue, pointer.hasPrefix(prefix) else {
                    return (member.key, moved(member.value, name))
                }
                return ("$ref", .string("#/components/schemas/\(name).\(pointer.dropFirst(prefix.count))"))
            }))
        case .array(let elements): return .array(elements.map { moved($0, name) })
        default: return schema
        }
    }
}
