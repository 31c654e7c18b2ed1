import JSON

/// What is wrong with a schema itself.
public struct SchemaError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A JSON Pointer to the place in the schema document.
    public let pointer: String
    public let message: String

    public var description: String { "\(message) at \(pointer.isEmpty ? "the root" : pointer)" }
}

/// Turns a schema document into nodes. References are followed by JSON Pointer within the document, and
/// a place that is met twice is compiled once, so that schemas may refer to themselves.
struct SchemaCompiler {
    private let document: JSON
    private(set) var nodes: [SchemaNode] = []
    private var indexOfPointer: [String: Int] = [:]

    /// Schemas in one document at most.
    private static let maxNodes = 100_000

    init(_ document: JSON) { self.document = document }

    /// Compiles the schema at `pointer`.
    /// - Returns: its index in `nodes`.
    mutating func compile(_ schema: JSON, at pointer: String) throws(SchemaError) -> Int {
        if let known = indexOfPointer[pointer] { return known }
        guard nodes.count < Self.maxNodes else {
            throw SchemaError(pointer: pointer, message: "more than \(Self.maxNodes) schemas")
        }
        let index = nodes.count
        nodes.append(SchemaNode())
        indexOfPointer[pointer] = index
        switch schema {
        case .bool(true): break
        case .bool(false): nodes[index].assertions = [.never]
        case .object(let object):
            let assertions = try assertions(object, pointer)
            nodes[index].assertions = assertions
            nodes[index].defaultValue = object["default"]
        default: throw SchemaError(pointer: pointer, message: "a schema is an object or a boolean")
        }
        return index
    }

    private mutating func assertions(_ object: JSONObject, _ pointer: String) throws(SchemaError)
        -> [SchemaNode.Assertion]
    {
        var result: [SchemaNode.Assertion] = []
        for member in object {
            let place = pointer + "/" + Self.escape(member.key)
            let value = member.value
            switch member.key {
            case "$ref":
                guard let target = value.stringValue else { throw malformed(place, "a string") }
                result.append(.reference(try reference(target, place)))
            case "type": result.append(.type(try types(value, place)))
            case "enum":
                guard let values = value.arrayValue else { throw malformed(place, "an array") }
                result.append(.oneOfValues(values))
            case "const": result.append(.oneOfValues([value]))
            case "minimum": result.append(.minimum(try number(value, place)))
            case "maximum": result.append(.maximum(try number(value, place)))
            case "exclusiveMinimum": result.append(.exclusiveMinimum(try number(value, place)))
            case "exclusiveMaximum": result.append(.exclusiveMaximum(try number(value, place)))
            case "multipleOf":
                guard let divisor = value.doubleValue, divisor > 0 else { throw malformed(place, "a number over 0") }
                result.append(.multipleOf(value))
            case "minLength": result.append(.minLength(try count(value, place)))
            case "maxLength": result.append(.maxLength(try count(value, place)))
            case "pattern":
                guard let source = value.stringValue else { throw malformed(place, "a string") }
                result.append(.pattern(try pattern(source, place)))
            case "minItems": result.append(.minItems(try count(value, place)))
            case "maxItems": result.append(.maxItems(try count(value, place)))
            case "uniqueItems": if value == true { result.append(.uniqueItems) }
            case "minProperties": result.append(.minProperties(try count(value, place)))
            case "maxProperties": result.append(.maxProperties(try count(value, place)))
            case "required": result.append(.required(try names(value, place)))
            case "propertyNames": result.append(.propertyNames(try compile(value, at: place)))
            case "dependentRequired":
                var table: [String: [String]] = [:]
                for entry in try members(value, place) { table[entry.key] = try names(entry.value, place) }
                result.append(.dependentRequired(table))
            case "dependentSchemas": result.append(.dependentSchemas(try schemas(value, place)))
            case "allOf": result.append(.allOf(try list(value, place)))
            case "anyOf": result.append(.anyOf(try list(value, place)))
            case "oneOf": result.append(.oneOf(try list(value, place)))
            case "not": result.append(.not(try compile(value, at: place)))
            default: break
            }
        }
        try appendItems(object, pointer, &result)
        try appendMembers(object, pointer, &result)
        try appendConditional(object, pointer, &result)
        return result
    }

    private mutating func appendItems(
        _ object: JSONObject, _ pointer: String, _ result: inout [SchemaNode.Assertion]
    ) throws(SchemaError) {
        if object["items"] != nil || object["prefixItems"] != nil {
            var prefix: [Int] = []
            if let value = object["prefixItems"] { prefix = try list(value, pointer + "/prefixItems") }
            var rest: Int?
            if let value = object["items"] { rest = try compile(value, at: pointer + "/items") }
            result.append(.items(prefix: prefix, rest: rest))
        }
        if let value = object["contains"] {
            let node = try compile(value, at: pointer + "/contains")
            var minimum = 1
            var maximum: Int?
            if let value = object["minContains"] { minimum = try count(value, pointer + "/minContains") }
            if let value = object["maxContains"] { maximum = try count(value, pointer + "/maxContains") }
            result.append(.contains(node, minimum: minimum, maximum: maximum))
        }
    }

    private mutating func appendMembers(
        _ object: JSONObject, _ pointer: String, _ result: inout [SchemaNode.Assertion]
    ) throws(SchemaError) {
        guard object["properties"] != nil || object["patternProperties"] != nil
            || object["additionalProperties"] != nil
        else { return }
        var named: [String: Int] = [:]
        var matching: [SchemaNode.PatternMember] = []
        var others: Int?
        if let value = object["properties"] { named = try schemas(value, pointer + "/properties") }
        if let value = object["patternProperties"] {
            let place = pointer + "/patternProperties"
            for entry in try members(value, place) {
                let inner = place + "/" + Self.escape(entry.key)
                let node = try compile(entry.value, at: inner)
                matching.append(.init(pattern: try pattern(entry.key, inner), node: node))
            }
        }
        if let value = object["additionalProperties"] {
            others = try compile(value, at: pointer + "/additionalProperties")
        }
        result.append(.members(named: named, matching: matching, others: others))
    }

    private mutating func appendConditional(
        _ object: JSONObject, _ pointer: String, _ result: inout [SchemaNode.Assertion]
    ) throws(SchemaError) {
        guard let condition = object["if"] else { return }
        var then: Int?
        var otherwise: Int?
        if let value = object["then"] { then = try compile(value, at: pointer + "/then") }
        if let value = object["else"] { otherwise = try compile(value, at: pointer + "/else") }
        let node = try compile(condition, at: pointer + "/if")
        result.append(.conditional(condition: node, then: then, otherwise: otherwise))
    }

    private mutating func reference(_ target: String, _ place: String) throws(SchemaError) -> Int {
        guard target.hasPrefix("#") else {
            throw SchemaError(pointer: place, message: "only references within the document are followed: \(target)")
        }
        let pointer = String(target.dropFirst())
        guard let schema = document.value(at: pointer) else {
            throw SchemaError(pointer: place, message: "nothing stands at \(target)")
        }
        return try compile(schema, at: pointer)
    }

    private mutating func list(_ value: JSON, _ place: String) throws(SchemaError) -> [Int] {
        guard let elements = value.arrayValue, !elements.isEmpty else { throw malformed(place, "a list of schemas") }
        var result: [Int] = []
        for (index, element) in elements.enumerated() { result.append(try compile(element, at: "\(place)/\(index)")) }
        return result
    }

    private mutating func schemas(_ value: JSON, _ place: String) throws(SchemaError) -> [String: Int] {
        var result: [String: Int] = [:]
        for entry in try members(value, place) {
            result[entry.key] = try compile(entry.value, at: place + "/" + Self.escape(entry.key))
        }
        return result
    }

    private func members(_ value: JSON, _ place: String) throws(SchemaError) -> JSONObject {
        guard let object = value.objectValue else { throw malformed(place, "an object") }
        return object
    }

    private func names(_ value: JSON, _ place: String) throws(SchemaError) -> [String] {
        guard let elements = value.arrayValue else { throw malformed(place, "an array of strings") }
        var result: [String] = []
        for element in elements {
            guard let name = element.stringValue else { throw malformed(place, "an array of strings") }
            result.append(name)
        }
        return result
    }

    private func types(_ value: JSON, _ place: String) throws(SchemaError) -> [SchemaFault.ValueType] {
        var result: [SchemaFault.ValueType] = []
        for element in value.arrayValue ?? [value] {
            guard let name = element.stringValue, let type = SchemaFault.ValueType(rawValue: name) else {
                throw malformed(place, "one of JSON Schema's seven types")
            }
            result.append(type)
        }
        return result
    }

    private func number(_ value: JSON, _ place: String) throws(SchemaError) -> JSON {
        guard value.doubleValue != nil else { throw malformed(place, "a number") }
        return value
    }

    private func count(_ value: JSON, _ place: String) throws(SchemaError) -> Int {
        guard let count = value.intValue, count >= 0 else { throw malformed(place, "an integer from 0") }
        return Int(clamping: count)
    }

    private func pattern(_ source: String, _ place: String) throws(SchemaError) -> Pattern {
        do { return try Pattern(source) } catch {
            throw SchemaError(pointer: place, message: "\(error.message) at character \(error.offset)")
        }
    }

    private func malformed(_ place: String, _ wanted: String) -> SchemaError {
        SchemaError(pointer: place, message: "\(place.split(separator: "/").last ?? "schema") must be \(wanted)")
    }

    /// A key as a token of a JSON Pointer (RFC 6901 section 3).
    private static func escape(_ key: String) -> String {
        guard key.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else { return key }
        return key.reduce(into: "") { $0 += $1 == "~" ? "~0" : $1 == "/" ? "~1" : String($1) }
    }
}

extension JSON {
    /// The value at a JSON Pointer (RFC 6901), nil where there is none.
    public func value(at pointer: String) -> JSON? {
        if pointer.isEmpty { return self }
        guard pointer.hasPrefix("/") else { return nil }
        var value = self
        for token in pointer.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            switch value {
            case .object(let object):
                guard let next = object[Self.unescape(token)] else { return nil }
                value = next
            case .array(let elements):
                guard let index = Int(token), elements.indices.contains(index) else { return nil }
                value = elements[index]
            default: return nil
            }
        }
        return value
    }

    private static func unescape(_ token: Substring) -> String {
        var result = ""
        var rest = token[...]
        while let character = rest.popFirst() {
            if character == "~", let next = rest.first, next == "0" || next == "1" {
                result.append(next == "0" ? "~" : "/")
                rest = rest.dropFirst()
            } else {
                result.append(character)
            }
        }
        return result
    }
}
