import JSON
import JSONSchema

/// Turns schemas of an OpenAPI 3.0 or 3.1 document into JSON Schema 2020-12, each type that they refer to once.
struct OpenAPISchemas {
    private let document: JSON
    /// The types, in the order in which they are met.
    private(set) var definitions = JSONObject()
    /// Where each came from.
    private(set) var origins: [String: String] = [:]
    /// What was left out.
    private(set) var notes: [DocumentFault] = []
    private var names: [String: String] = [:]
    private var waiting: [(pointer: String, name: String)] = []
    /// Whether what is met belongs to an input, whose files are marked.
    private var isInput = false

    init(_ document: JSON) { self.document = document }

    /// Adds the schema at `pointer` with all that it refers to.
    /// - Parameter name: for one that stands there itself; one that is referred to keeps its own.
    /// - Returns: the name of its definition.
    mutating func add(_ pointer: String, name: String, isInput: Bool) throws(DocumentFault) -> String {
        self.isInput = isInput
        var pointer = pointer
        var name = name
        if let object = document.value(at: pointer)?.objectValue, let reference = object["$ref"], object.count == 1 {
            pointer = try target(of: reference, at: pointer + "/$ref")
            name = JSONPointer.tokens(pointer).last ?? name
        }
        let root = try definition(of: pointer, name: name)
        while let next = waiting.popLast() {
            guard let schema = document.value(at: next.pointer) else { continue }
            let hints = FileHints(name: "", field: nil, typeName: next.name)
            definitions[next.name] = try convert(schema, next.pointer, hints)
        }
        return root
    }

    /// Makes the input's own type refuse members that it does not name, unless it says otherwise.
    mutating func close(_ name: String) {
        guard var object = definitions[name]?.objectValue, object["additionalProperties"] == nil else { return }
        object["additionalProperties"] = false
        definitions[name] = .object(Self.sorted(object))
    }

    private func target(of reference: JSON, at place: String) throws(DocumentFault) -> String {
        let pointer = try OpenAPIDocument.target(of: reference, at: place, in: document)
        if SchemaLint.leadsToItself(pointer, in: document) {
            throw DocumentFault(place, "the reference leads only to references, and back to itself")
        }
        return pointer
    }

    private mutating func definition(of pointer: String, name: String) throws(DocumentFault) -> String {
        if let known = names[pointer] { return known }
        guard names.count < Model.maxDefinitions else {
            throw DocumentFault(pointer, "more than \(Model.maxDefinitions) types")
        }
        let plain = String(String.UnicodeScalarView(name.unicodeScalars.map { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil) ? scalar : "_"
        }))
        var unique = plain.isEmpty ? "Type" : plain
        var number = 2
        while origins[unique] != nil {
            unique = "\(plain)\(number)"
            number += 1
        }
        names[pointer] = unique
        origins[unique] = pointer
        definitions[unique] = true
        waiting.append((pointer, unique))
        return unique
    }

    // MARK: One schema

    private mutating func convert(
        _ schema: JSON, _ pointer: String, _ hints: FileHints
    ) throws(DocumentFault) -> JSON {
        if schema.boolValue != nil { return schema }
        guard let object = schema.objectValue else {
            throw DocumentFault(pointer, "a schema is an object, true or false")
        }
        let field = object["_fal_ui_field"]?.stringValue ?? object["ui"]?["field"]?.stringValue ?? hints.field
        let inner = FileHints(name: hints.name, field: field, typeName: hints.typeName)
        var result = JSONObject()
        for member in object {
            let place = JSONPointer.appending(member.key, to: pointer)
            result[member.key] = try convert(member, of: object, place, inner)
        }
        if let example = object["example"], result["examples"] == nil { result["examples"] = [example] }
        result = Self.withOpenLimits(result, of: object)
        if case .array(let tuple)? = result["items"] {
            result["items"] = nil
            result["prefixItems"] = .array(tuple)
        }
        result = Self.simplified(result)
        if object["nullable"] == true { result = Self.nullable(result) }
        if isInput, Self.isText(result), let kind = inner.kind(result) { result["x-file"] = .string(kind) }
        return .object(Self.sorted(result))
    }

    /// Keywords that say nothing of a value, or that are turned into others.
    private static let passedOver: Set<String> = [
        "$id", "$schema", "discriminator", "example", "externalDocs", "nullable", "ui", "x-fal-order-properties", "xml",
    ]

    private mutating func convert(
        _ member: JSONObject.Member, of object: JSONObject, _ place: String, _ hints: FileHints
    ) throws(DocumentFault) -> JSON? {
        let (key, value) = (member.key, member.value)
        if Self.passedOver.contains(key) || key.hasPrefix("x-") || key.hasPrefix("_") { return nil }
        guard let form = Keywords.ofSchemas[key] else {
            notes.append(DocumentFault(place, "the unknown keyword '\(key)' is left out"))
            return nil
        }
        switch form {
        case .reference:
            let pointer = try target(of: value, at: place)
            let name = try definition(of: pointer, name: JSONPointer.tokens(pointer).last ?? "")
            return .string("#/$defs/\(name)")
        case .schema where key == "items" && value.arrayValue != nil: return try list(value, place, hints)
        case .schema: return try convert(value, place, hints)
        case .schemas: return try list(value, place, hints)
        case .namedSchemas:
            guard let schemas = value.objectValue else { throw DocumentFault(place, "'\(key)' must be an object") }
            let order = key == "properties" ? order(of: schemas, object, place) : schemas.keys
            var result = JSONObject()
            for name in order {
                guard let schema = schemas[name] else { continue }
                let inner = FileHints(name: name, field: nil, typeName: hints.typeName)
                result[name] = try convert(schema, JSONPointer.appending(name, to: place), inner)
            }
            return .object(result)
        // OpenAPI 3.1 has lists, what came before objects and single values.
        case .ownValues: return value.arrayValue == nil ? [value] : value
        case .type where value == "file": return "string"
        default: return value
        }
    }

    private mutating func list(_ value: JSON, _ place: String, _ hints: FileHints) throws(DocumentFault) -> JSON {
        guard let elements = value.arrayValue else { throw DocumentFault(place, "a list of schemas must stand here") }
        var result: [JSON] = []
        for (index, element) in elements.enumerated() {
            result.append(try convert(element, "\(place)/\(index)", hints))
        }
        return .array(result)
    }

    /// The members in the order in which fal shows them, then those that it does not name.
    private mutating func order(of schemas: JSONObject, _ object: JSONObject, _ place: String) -> [String] {
        let owner = place.dropLast("/properties".count)
        let key = "x-fal-order-properties"
        guard let given = object[key] else { return schemas.keys }
        let names = given.arrayValue?.compactMap(\.stringValue) ?? []
        if let unknown = names.first(where: { schemas[$0] == nil }) {
            notes.append(DocumentFault("\(owner)/\(key)", "the order names '\(unknown)', which is no member"))
        }
        let ordered = names.filter { schemas[$0] != nil }
        let rest = Set(ordered)
        return ordered + schemas.keys.filter { !rest.contains($0) }
    }

    // MARK: What OpenAPI 3.0 says in another way

    /// `exclusiveMinimum: true` beside a minimum.
    private static func withOpenLimits(_ converted: JSONObject, of object: JSONObject) -> JSONObject {
        var result = converted
        for (open, closed) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
            guard let flag = object[open]?.boolValue else { continue }
            result[open] = flag ? object[closed] : nil
            if flag { result[closed] = nil }
        }
        return result
    }

    /// A reference wrapped into `allOf`, which had to be where a reference could have nothing beside it; and a choice
    /// between one type and null.
    private static func simplified(_ schema: JSONObject) -> JSONObject {
        var result = schema
        if let only = schema["allOf"]?.arrayValue, only.count == 1, let object = only[0].objectValue,
            object.count == 1, let reference = object["$ref"], schema["$ref"] == nil
        {
            result["allOf"] = nil
            result["$ref"] = reference
        }
        guard let choices = schema["anyOf"]?.arrayValue, choices.count == 2, schema["type"] == nil,
            let null = choices.firstIndex(of: ["type": "null"]), let other = choices[1 - null].objectValue,
            let type = other["type"]?.stringValue, type != "null",
            ["enum", "const", "not", "anyOf", "allOf", "oneOf", "$ref", "if"].allSatisfy({ other[$0] == nil }),
            other.allSatisfy({ schema[$0.key] == nil })
        else { return result }
        result["anyOf"] = nil
        for member in other { result[member.key] = member.value }
        result["type"] = [.string(type), "null"]
        return result
    }

    private static func nullable(_ schema: JSONObject) -> JSONObject {
        var result = schema
        let null: JSON = ["type": "null"]
        if let type = schema["type"] {
            let types = type.arrayValue ?? [type]
            result["type"] = .array(types.contains("null") ? types : types + ["null"])
            if let values = schema["enum"]?.arrayValue, !values.contains(.null) {
                result["enum"] = .array(values + [nil])
            }
            return result
        }
        for key in ["anyOf", "oneOf"] {
            guard let choices = schema[key]?.arrayValue else { continue }
            if !choices.contains(null) { result[key] = .array(choices + [null]) }
            return result
        }
        for key in ["$ref", "allOf"] {
            guard let value = schema[key] else { continue }
            result[key] = nil
            result["anyOf"] = [.object([key: value]), null]
            return result
        }
        return result
    }

    private static func isText(_ schema: JSONObject) -> Bool {
        schema["type"] == "string" || schema["type"]?.arrayValue?.contains("string") == true
    }

    // MARK: Order

    /// What comes first for a reader; what is not named comes after it, in the order of the alphabet.
    private static let firstKeys = [
        "title", "description", "$ref", "type", "x-file", "format", "enum", "const", "anyOf", "oneOf", "allOf",
        "prefixItems", "items", "required", "additionalProperties", "properties", "default", "minimum",
        "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern",
        "minItems", "maxItems", "uniqueItems",
    ]

    private static func sorted(_ schema: JSONObject) -> JSONObject {
        let others = schema.keys.filter { !firstKeys.contains($0) }.sorted()
        return JSONObject((firstKeys + others).compactMap { key in schema[key].map { (key, $0) } })
    }
}
