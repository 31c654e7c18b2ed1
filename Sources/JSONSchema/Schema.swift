import JSON

/// A compiled JSON Schema (draft 2020-12; see the README for the keywords that are known so far).
public struct Schema: Sendable {
    let nodes: [SchemaNode]
    let root: Int

    /// Compiles the schema that stands at `pointer` in `document`; references reach the whole document.
    public init(_ document: JSON, at pointer: String = "") throws(SchemaError) {
        guard let schema = document.value(at: pointer) else {
            throw SchemaError(pointer: pointer, message: "nothing stands there")
        }
        var compiler = SchemaCompiler(document)
        root = try compiler.compile(schema, at: pointer)
        nodes = compiler.nodes
    }

    /// Every way in which `value` breaks the schema, in the order of the schema's keywords; empty when it fits.
    public func faults(in value: JSON) -> [SchemaFault] {
        var checker = SchemaChecker(nodes: nodes)
        return checker.faults(value, root, [])
    }

    /// `value` with the defaults of the schema's members where it has none, to any depth.
    public func fillingDefaults(in value: JSON) -> JSON { filling(value, root, depth: 0) }

    private func filling(_ value: JSON, _ index: Int, depth: Int) -> JSON {
        // A schema that refers to itself without taking a step into the value would go on for ever.
        guard depth < 64 else { return value }
        var value = value
        for assertion in nodes[index].assertions {
            switch (assertion, value) {
            case (.reference(let node), _): value = filling(value, node, depth: depth + 1)
            case (.allOf(let branches), _):
                for node in branches { value = filling(value, node, depth: depth + 1) }
            case (.members(let named, _, _), .object(var object)):
                for (name, node) in named.sorted(by: { $0.value < $1.value }) {
                    if let member = object[name] {
                        object[name] = filling(member, node, depth: depth + 1)
                    } else if let defaultValue = nodes[node].defaultValue {
                        object[name] = defaultValue
                    }
                }
                value = .object(object)
            case (.items(let prefix, let rest), .array(let elements)):
                value = .array(elements.enumerated().map { position, element in
                    let node = position < prefix.count ? prefix[position] : rest
                    return node.map { filling(element, $0, depth: depth + 1) } ?? element
                })
            default: break
            }
        }
        return value
    }
}
