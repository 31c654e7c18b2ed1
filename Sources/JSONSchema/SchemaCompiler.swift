import JSON

/// Turns a schema into nodes. A place that is met twice is compiled once, so that schemas may refer to themselves;
/// what is met is put off, so that a long chain of references takes no stack.
struct SchemaCompiler {
    private var resources: SchemaResources
    private let options: SchemaOptions
    private var nodes: [SchemaNode?] = []
    private var nodeOfPlace: [Int: Int] = [:]
    private var pending: [(place: Int, node: Int)] = []
    /// Resources in which something is compiled: the dynamic scope holds no others.
    private var entered: Set<Int> = []
    private var dynamicNames: [ExactText: Int] = [:]
    private var dynamicAnchors: [[Int: Int]] = []

    /// Schemas at most.
    private static let maxNodes = 100_000

    init(_ document: JSON, options: SchemaOptions) throws(SchemaError) {
        resources = try SchemaResources(document, options: options)
        self.options = options
    }

    mutating func compile(at pointer: String) throws(SchemaError) -> SchemaProgram {
        guard let place = try resources.walk(0, pointer) else {
            throw SchemaError(pointer: pointer, message: "nothing stands there")
        }
        try resources.scan(place)
        let root = try node(at: place)
        repeat {
            while let next = pending.popLast() {
                let made = try build(next.place)
                nodes[next.node] = made
                entered.insert(made.resource)
            }
            try addDynamicTargets()
        } while !pending.isEmpty
        return SchemaProgram(
            nodes: nodes.compactMap { $0 }, root: root, dynamicAnchors: dynamicAnchors, options: options
        )
    }

    /// The node of a place, which may still have to be built.
    private mutating func node(at place: Int) throws(SchemaError) -> Int {
        if let known = nodeOfPlace[place] { return known }
        guard nodes.count < Self.maxNodes else {
            throw resources.error(place, "more than \(Self.maxNodes) schemas")
        }
        let index = nodes.count
        nodes.append(nil)
        nodeOfPlace[place] = index
        pending.append((place, index))
        return index
    }

    private mutating func node(_ place: Int, _ keyword: String) throws(SchemaError) -> Int? {
        guard let inner = try resources.step(place, keyword) else { return nil }
        return try node(at: inner)
    }

    /// Whatever a dynamic reference may lead to.
    private mutating func addDynamicTargets() throws(SchemaError) {
        for (name, index) in dynamicNames {
            for resource in entered where dynamicAnchors[index][resource] == nil {
                guard let place = resources.resources[resource].dynamicAnchors[name] else { continue }
                dynamicAnchors[index][resource] = try node(at: place)
            }
        }
    }

    private mutating func build(_ place: Int) throws(SchemaError) -> SchemaNode {
        let resource = resources.places[place].resource
        var assertions: [SchemaNode.Assertion] = []
        var types: TypeSet?
        var unevaluated: (items: Int?, properties: Int?)
        var defaultValue: JSON?
        switch resources.places[place].value {
        case .bool(true): break
        case .bool(false): assertions = [.never]
        case .object(let object):
            let vocabulary = try resources.vocabulary(of: resource)
            defaultValue = object["default"]
            try references(object, place, &assertions)
            if vocabulary.contains(.validation), let value = object["type"] { types = try self.types(value, place) }
            for member in object {
                if vocabulary.contains(.validation) {
                    try validation(member.key, member.value, place, &assertions)
                }
                if vocabulary.contains(.applicator) { try applicator(member.key, object, place, &assertions) }
            }
            let isAsserted = options.assertsFormats && vocabulary.contains(.format)
            if isAsserted || vocabulary.contains(.formatAssertion) {
                if let name = object["format"]?.stringValue, let format = Format(rawValue: name) {
                    assertions.append(.format(format))
                }
            }
            if vocabulary.contains(.unevaluated) {
                unevaluated.items = try node(place, "unevaluatedItems")
                unevaluated.properties = try node(place, "unevaluatedProperties")
            }
        default: throw resources.error(place, "a schema is an object or a boolean")
        }
        return SchemaNode(
            assertions: assertions, types: types, resource: resource, unevaluatedItems: unevaluated.items,
            unevaluatedProperties: unevaluated.properties, defaultValue: defaultValue
        )
    }

    private mutating func references(
        _ object: JSONObject, _ place: Int, _ result: inout [SchemaNode.Assertion]
    ) throws(SchemaError) {
        if let value = object["$ref"] {
            guard let text = value.stringValue else { throw malformed(place, "$ref", "a string") }
            result.append(.reference(try node(at: resources.resolve(text, from: place).place)))
        }
        if let value = object["$dynamicRef"] {
            guard let text = value.stringValue else { throw malformed(place, "$dynamicRef", "a string") }
            let target = try resources.resolve(text, from: place)
            let initial = try node(at: target.place)
            if let name = target.dynamicName {
                result.append(.dynamicReference(name: index(of: name), initial: initial))
            } else {
                result.append(.reference(initial))
            }
        }
    }

    private mutating func index(of name: ExactText) -> Int {
        if let known = dynamicNames[name] { return known }
        dynamicNames[name] = dynamicAnchors.count
        dynamicAnchors.append([:])
        return dynamicAnchors.count - 1
    }

    // MARK: - The validation vocabulary

    private func validation(
        _ keyword: String, _ value: JSON, _ place: Int, _ result: inout [SchemaNode.Assertion]
    ) throws(SchemaError) {
        func limit() throws(SchemaError) -> SchemaNode.Limit {
            guard let limit = SchemaNode.Limit(value) else { throw malformed(place, keyword, "a number") }
            return limit
        }
        func count() throws(SchemaError) -> Int { try self.count(value, place, keyword) }
        switch keyword {
        case "enum":
            guard let values = value.arrayValue else { throw malformed(place, keyword, "an array") }
            result.append(.values(SchemaNode.ValueList(values)))
        case "const": result.append(.values(SchemaNode.ValueList([value])))
        case "minimum": result.append(.minimum(try limit()))
        case "maximum": result.append(.maximum(try limit()))
        case "exclusiveMinimum": result.append(.exclusiveMinimum(try limit()))
        case "exclusiveMaximum": result.append(.exclusiveMaximum(try limit()))
        case "multipleOf":
            guard let divisor = SchemaNode.Limit(value), divisor.number.isPositive else {
                throw malformed(place, keyword, "a number over 0")
            }
            result.append(.multipleOf(divisor))
        case "minLength": result.append(.minLength(try count()))
        case "maxLength": result.append(.maxLength(try count()))
        case "pattern":
            guard let source = value.stringValue else { throw malformed(place, keyword, "a string") }
            result.append(.pattern(try pattern(source, place, keyword)))
        case "minItems": result.append(.minItems(try count()))
        case "maxItems": result.append(.maxItems(try count()))
        case "uniqueItems":
            guard let isUnique = value.boolValue else { throw malformed(place, keyword, "a boolean") }
            if isUnique { result.append(.uniqueItems) }
        case "minProperties": result.append(.minProperties(try count()))
        case "maxProperties": result.append(.maxProperties(try count()))
        case "required": result.append(.required(try names(value, place, keyword)))
        case "dependentRequired":
            var table: [(name: String, others: [String])] = []
            for entry in try members(value, place, keyword) {
                table.append((entry.key, try names(entry.value, place, keyword)))
            }
            result.append(.dependentRequired(table))
        default: break
        }
    }

    // MARK: - The applicator vocabulary

    private mutating func applicator(
        _ keyword: String, _ object: JSONObject, _ place: Int, _ result: inout [SchemaNode.Assertion]
    ) throws(SchemaError) {
        switch keyword {
        case "allOf": result.append(.allOf(try list(place, keyword)))
        case "anyOf": result.append(.anyOf(try list(place, keyword)))
        case "oneOf": result.append(.oneOf(try list(place, keyword)))
        case "not": if let inner = try node(place, keyword) { result.append(.not(inner)) }
        case "if":
            guard let condition = try node(place, keyword) else { return }
            result.append(.conditional(
                condition: condition, then: try node(place, "then"), otherwise: try node(place, "else")
            ))
        case "propertyNames": if let inner = try node(place, keyword) { result.append(.propertyNames(inner)) }
        case "dependentSchemas": result.append(.dependentSchemas(try map(place, keyword)))
        case "dependencies": try dependencies(place, keyword, &result)
        case "prefixItems": result.append(.items(prefix: try list(place, keyword), rest: try node(place, "items")))
        case "items" where object["prefixItems"] == nil:
            result.append(.items(prefix: [], rest: try node(place, keyword)))
        case "contains":
            guard let inner = try node(place, keyword) else { return }
            var minimum = 1
            var maximum: Int?
            if let value = object["minContains"] { minimum = try count(value, place, "minContains") }
            if let value = object["maxContains"] { maximum = try count(value, place, "maxContains") }
            result.append(.contains(inner, minimum: minimum, maximum: maximum))
        case "properties": result.append(.members(try memberRules(object, place)))
        case "patternProperties" where object["properties"] == nil:
            result.append(.members(try memberRules(object, place)))
        case "additionalProperties" where object["properties"] == nil && object["patternProperties"] == nil:
            result.append(.members(try memberRules(object, place)))
        default: break
        }
    }

    private mutating func memberRules(
        _ object: JSONObject, _ place: Int
    ) throws(SchemaError) -> SchemaNode.MemberRules {
        var matching: [(pattern: Pattern, node: Int)] = []
        let named = object["properties"] == nil ? [] : try map(place, "properties")
        if object["patternProperties"] != nil {
            for (source, node) in try map(place, "patternProperties") {
                matching.append((try pattern(source, place, "patternProperties"), node))
            }
        }
        return SchemaNode.MemberRules(
            named: named, matching: matching, others: try node(place, "additionalProperties")
        )
    }

    /// The keyword of earlier drafts, which the metaschema still allows.
    private mutating func dependencies(
        _ place: Int, _ keyword: String, _ result: inout [SchemaNode.Assertion]
    ) throws(SchemaError) {
        guard let holder = try resources.step(place, keyword) else { return }
        var required: [(name: String, others: [String])] = []
        var schemas: [(name: String, node: Int)] = []
        for entry in try members(resources.places[holder].value, place, keyword) {
            if entry.value.arrayValue != nil {
                required.append((entry.key, try names(entry.value, place, keyword)))
            } else if let inner = try node(holder, entry.key) {
                schemas.append((entry.key, inner))
            }
        }
        if !required.isEmpty { result.append(.dependentRequired(required)) }
        if !schemas.isEmpty { result.append(.dependentSchemas(schemas)) }
    }

    private mutating func list(_ place: Int, _ keyword: String) throws(SchemaError) -> [Int] {
        guard let holder = try resources.step(place, keyword),
            let elements = resources.places[holder].value.arrayValue, !elements.isEmpty
        else { throw malformed(place, keyword, "a list of schemas") }
        var result: [Int] = []
        for index in elements.indices {
            if let inner = try node(holder, String(index)) { result.append(inner) }
        }
        return result
    }

    private mutating func map(_ place: Int, _ keyword: String) throws(SchemaError) -> [(name: String, node: Int)] {
        guard let holder = try resources.step(place, keyword) else { return [] }
        var result: [(name: String, node: Int)] = []
        for entry in try members(resources.places[holder].value, place, keyword) {
            if let inner = try node(holder, entry.key) { result.append((entry.key, inner)) }
        }
        return result
    }

    // MARK: - Values of keywords

    private func members(_ value: JSON, _ place: Int, _ keyword: String) throws(SchemaError) -> JSONObject {
        guard let object = value.objectValue else { throw malformed(place, keyword, "an object") }
        return object
    }

    private func names(_ value: JSON, _ place: Int, _ keyword: String) throws(SchemaError) -> [String] {
        guard let elements = value.arrayValue else { throw malformed(place, keyword, "an array of strings") }
        var result: [String] = []
        for element in elements {
            guard let name = element.stringValue else { throw malformed(place, keyword, "an array of strings") }
            result.append(name)
        }
        return result
    }

    private func types(_ value: JSON, _ place: Int) throws(SchemaError) -> TypeSet {
        var result: [SchemaFault.ValueType] = []
        for element in value.arrayValue ?? [value] {
            guard let name = element.stringValue, let type = SchemaFault.ValueType(rawValue: name) else {
                throw malformed(place, "type", "one of JSON Schema's seven types")
            }
            result.append(type)
        }
        return TypeSet(result)
    }

    private func count(_ value: JSON, _ place: Int, _ keyword: String) throws(SchemaError) -> Int {
        guard let number = ExactNumber(value), number.isInteger, number >= ExactNumber(0) else {
            throw malformed(place, keyword, "an integer from 0")
        }
        return value.intValue.map { Int(clamping: $0) } ?? .max
    }

    private func pattern(_ source: String, _ place: Int, _ keyword: String) throws(SchemaError) -> Pattern {
        do { return try Pattern(source) } catch {
            throw resources.error(place, "\(keyword) has \(error.message)", at: keyword)
        }
    }

    private func malformed(_ place: Int, _ keyword: String, _ wanted: String) -> SchemaError {
        resources.error(place, "\(keyword) must be \(wanted)", at: keyword)
    }
}
