import JSON

/// One schema, compiled: its assertions, which name other schemas by their index.
final class SchemaNode: Sendable {
    enum Assertion: Sendable {
        case never
        case values(ValueList)
        case minimum(Limit)
        case maximum(Limit)
        case exclusiveMinimum(Limit)
        case exclusiveMaximum(Limit)
        case multipleOf(Limit)
        case minLength(Int)
        case maxLength(Int)
        case pattern(Pattern)
        case format(Format)
        case minItems(Int)
        case maxItems(Int)
        case uniqueItems
        case items(prefix: [Int], rest: Int?)
        case contains(Int, minimum: Int, maximum: Int?)
        case minProperties(Int)
        case maxProperties(Int)
        case required([String])
        case members(MemberRules)
        case propertyNames(Int)
        case dependentRequired([(name: String, others: [String])])
        case dependentSchemas([(name: String, node: Int)])
        case allOf([Int])
        case anyOf([Int])
        case oneOf([Int])
        case not(Int)
        case conditional(condition: Int, then: Int?, otherwise: Int?)
        case reference(Int)
        /// The target where the dynamic scope has no anchor of the name.
        case dynamicReference(name: Int, initial: Int)
    }

    /// A number that others are compared with.
    final class Limit: Sendable {
        let json: JSON
        let number: ExactNumber

        init?(_ json: JSON) {
            guard let number = ExactNumber(json) else { return nil }
            self.json = json
            self.number = number
        }
    }

    /// The values of `enum` or `const`.
    final class ValueList: Sendable {
        let values: [JSON]
        /// For long lists of values that are no containers.
        private let table: Set<ExactValue>?
        /// Steps that a comparison with all of them takes.
        let weight: Int

        private static let tableThreshold = 8

        init(_ values: [JSON]) {
            self.values = values
            let isFlat = values.allSatisfy { $0.arrayValue == nil && $0.objectValue == nil }
            table = isFlat && values.count > Self.tableThreshold ? Set(values.map { ExactValue($0) }) : nil
            weight = table != nil ? 1 : values.reduce(0) { $0 + ExactValue.weight(of: $1) } / 8
        }

        func contains(_ value: JSON) -> Bool {
            guard let table else { return values.contains { ExactValue.same($0, value) } }
            switch value {
            case .array, .object: return false
            default: return table.contains(ExactValue(value))
            }
        }
    }

    /// `properties`, `patternProperties` and `additionalProperties`.
    final class MemberRules: Sendable {
        /// In the schema's order.
        let named: [(name: String, node: Int)]
        let matching: [(pattern: Pattern, node: Int)]
        let others: Int?
        /// Where in `named` each stands.
        private let table: [ExactText: Int]

        init(named: [(name: String, node: Int)], matching: [(pattern: Pattern, node: Int)], others: Int?) {
            self.named = named
            self.matching = matching
            self.others = others
            table = Dictionary(named.enumerated().map { (ExactText($1.name), $0) }) { first, _ in first }
        }

        /// - Parameter place: where it is likely to stand, since members mostly come in the schema's order; afterwards,
        ///   where the next one is.
        func node(of name: String, near place: inout Int) -> Int? {
            if place < named.count, ExactText.same(named[place].name, name) {
                place += 1
                return named[place - 1].node
            }
            guard let found = table[ExactText(name)] else { return nil }
            place = found + 1
            return named[found].node
        }
    }

    let assertions: [Assertion]
    /// The value's types; nil for all.
    let types: TypeSet?
    /// The schema's resource, for the dynamic scope.
    let resource: Int
    let unevaluatedItems: Int?
    let unevaluatedProperties: Int?
    /// The schema's `default`, if it has one.
    let defaultValue: JSON?

    init(
        assertions: [Assertion],
        types: TypeSet?,
        resource: Int,
        unevaluatedItems: Int?,
        unevaluatedProperties: Int?,
        defaultValue: JSON?
    ) {
        self.assertions = assertions
        self.types = types
        self.resource = resource
        self.unevaluatedItems = unevaluatedItems
        self.unevaluatedProperties = unevaluatedProperties
        self.defaultValue = defaultValue
    }

    var hasUnevaluated: Bool { unevaluatedItems != nil || unevaluatedProperties != nil }

    /// The schema `false`.
    var isNever: Bool {
        if case .never? = assertions.first { return true }
        return false
    }
}

/// The types of `type`, in the order in which they were written and as bits.
struct TypeSet: Sendable {
    let list: [SchemaFault.ValueType]
    private let bits: UInt8

    init(_ list: [SchemaFault.ValueType]) {
        self.list = list
        bits = list.reduce(0) { $0 | $1.bit }
    }

    func contains(_ value: JSON) -> Bool {
        let wanted: UInt8
        switch value {
        case .null: wanted = SchemaFault.ValueType.null.bit
        case .bool: wanted = SchemaFault.ValueType.boolean.bit
        case .string: wanted = SchemaFault.ValueType.string.bit
        case .array: wanted = SchemaFault.ValueType.array.bit
        case .object: wanted = SchemaFault.ValueType.object.bit
        case .int: wanted = SchemaFault.ValueType.integer.bit | SchemaFault.ValueType.number.bit
        case .decimal(let text):
            if bits & SchemaFault.ValueType.number.bit != 0 { return true }
            // An integer is any number without a fraction: 3.0 and 1e400 are.
            return bits & SchemaFault.ValueType.integer.bit != 0 && ExactNumber(text).isInteger
        }
        return bits & wanted != 0
    }
}

extension SchemaFault.ValueType {
    var bit: UInt8 {
        switch self {
        case .null: 1
        case .boolean: 2
        case .integer: 4
        case .number: 8
        case .string: 16
        case .array: 32
        case .object: 64
        }
    }
}

/// All that a schema was compiled to.
final class SchemaProgram: Sendable {
    let nodes: [SchemaNode]
    let root: Int
    /// For each name that a `$dynamicRef` uses, the node that each resource has under it.
    let dynamicAnchors: [[Int: Int]]
    let maxSteps: Int
    let maxFaults: Int

    init(nodes: [SchemaNode], root: Int, dynamicAnchors: [[Int: Int]], options: SchemaOptions) {
        self.nodes = nodes
        self.root = root
        self.dynamicAnchors = dynamicAnchors
        maxSteps = options.maxSteps
        maxFaults = options.maxFaults
    }
}
