import JSON

/// Puts the defaults of a schema's members into one value.
struct DefaultFiller {
    private let program: SchemaProgram
    /// A schema that refers to itself without a step into the value would go on for ever.
    private var stepsLeft: Int

    private static let maxDepth = 64

    init(_ program: SchemaProgram) {
        self.program = program
        stepsLeft = program.maxSteps / 10
    }

    mutating func fill(_ value: JSON) -> JSON { fill(value, program.root, depth: 0) }

    private mutating func fill(_ value: JSON, _ index: Int, depth: Int) -> JSON {
        guard depth < Self.maxDepth, stepsLeft > 0 else { return value }
        stepsLeft -= 1
        var value = value
        for assertion in program.nodes[index].assertions {
            switch (assertion, value) {
            case (.reference(let node), _), (.dynamicReference(_, let node), _):
                value = fill(value, node, depth: depth + 1)
            case (.allOf(let branches), _): for node in branches { value = fill(value, node, depth: depth + 1) }
            case (.members(let rules), .object(var object)):
                for (name, node) in rules.named {
                    if let member = object[name] {
                        object[name] = fill(member, node, depth: depth + 1)
                    } else if let defaultValue = program.nodes[node].defaultValue {
                        object[name] = defaultValue
                    }
                }
                value = .object(object)
            case (.items(let prefix, let rest), .array(let elements)):
                var filled: [JSON] = []
                filled.reserveCapacity(elements.count)
                for (position, element) in elements.enumerated() {
                    let node = position < prefix.count ? prefix[position] : rest
                    filled.append(node.map { fill(element, $0, depth: depth + 1) } ?? element)
                }
                value = .array(filled)
            default: break
            }
        }
        return value
    }
}
