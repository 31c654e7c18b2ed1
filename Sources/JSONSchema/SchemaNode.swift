import JSON

/// One schema of a document, compiled: its assertions, which name other schemas by their index.
struct SchemaNode: Sendable {
    enum Assertion: Sendable {
        case never
        case type([SchemaFault.ValueType])
        case oneOfValues([JSON])
        case minimum(JSON)
        case maximum(JSON)
        case exclusiveMinimum(JSON)
        case exclusiveMaximum(JSON)
        case multipleOf(JSON)
        case minLength(Int)
        case maxLength(Int)
        case pattern(Pattern)
        case minItems(Int)
        case maxItems(Int)
        case uniqueItems
        case items(prefix: [Int], rest: Int?)
        case contains(Int, minimum: Int, maximum: Int?)
        case minProperties(Int)
        case maxProperties(Int)
        case required([String])
        case members(named: [String: Int], matching: [PatternMember], others: Int?)
        case propertyNames(Int)
        case dependentRequired([String: [String]])
        case dependentSchemas([String: Int])
        case allOf([Int])
        case anyOf([Int])
        case oneOf([Int])
        case not(Int)
        case conditional(condition: Int, then: Int?, otherwise: Int?)
        case reference(Int)
    }

    struct PatternMember: Sendable {
        let pattern: Pattern
        let node: Int
    }

    var assertions: [Assertion] = []
    /// The schema's `default`, if it has one.
    var defaultValue: JSON?
}
