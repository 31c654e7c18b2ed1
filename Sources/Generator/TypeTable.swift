import JSON
import Models

/// The types of all models: each object with members of its own gets one name, under which every target has it.
///
/// Input and output are named after the endpoint. A definition that several models share keeps fal's name for it,
/// as long as they mean the same by it; the first one to differ is named after its endpoint too. Bundled models come
/// first, so that a further folder never changes the names that programs use.
struct TypeTable {
    private(set) var records: [Record] = []
    private(set) var models: [TypedModel] = []

    /// Which record a definition became, by what it says.
    private var known: [Key: String] = [:]
    private var taken = Names.reserved

    private struct Key: Hashable {
        let name: String
        let meaning: JSON
        let isInput: Bool
    }

    /// Where a schema stands.
    private struct Place {
        let endpoint: String
        let root: JSON
        let isInput: Bool
        /// The record that it is a part of, and the member's name: what a type without a name is called after.
        var hint: String
        var depth = 0

        func inner(_ name: String) -> Place {
            Place(endpoint: endpoint, root: root, isInput: isInput, hint: hint + Names.pascal(name), depth: depth + 1)
        }
    }

    /// References and branches within one another.
    private static let maxDepth = 48

    init(_ models: [Model]) {
        for model in models {
            let name = Names.ofEndpoint(model.endpoint.description)
            taken.formUnion([name + "Input", name + "Output"])
        }
        for model in models {
            let id = model.endpoint.description
            let name = Names.ofEndpoint(id)
            let input = Place(endpoint: id, root: model.input, isInput: true, hint: name + "Input")
            let output = Place(endpoint: id, root: model.output, isInput: false, hint: name + "Output")
            self.models.append(TypedModel(
                endpoint: id, title: model.title, input: root(model.input, input), output: root(model.output, output)
            ))
        }
    }

    subscript(name: String) -> Record? { records.first { $0.name == name } }

    /// The input or output as a whole, under its own name.
    private mutating func root(_ schema: JSON, _ place: Place) -> Shape {
        guard let members = Self.members(of: schema, in: place.root) else { return shape(schema, place) }
        let side = place.isInput ? "Input of" : "Output of"
        add(place.hint, "\(side) \(place.endpoint).", members, place)
        return .record(place.hint)
    }

    private mutating func add(_ name: String, _ doc: String, _ members: JSONObject, _ place: Place) {
        var place = place
        place.hint = name
        let required = members["required"]?.arrayValue ?? []
        var fields: [Field] = []
        for member in members["properties"]?.objectValue ?? [:] {
            let schema = member.value.resolved(in: place.root)
            fields.append(Field(
                name: member.key, shape: shape(member.value, place.inner(member.key)),
                isRequired: required.contains(.string(member.key)),
                isFile: place.isInput && holdsFile(schema, member.key, place.root),
                doc: SchemaText.sentences(.object(schema))
            ))
        }
        records.append(Record(name: name, doc: doc, fields: fields, isInput: place.isInput))
    }

    private mutating func shape(_ schema: JSON, _ place: Place) -> Shape {
        guard let object = schema.objectValue, place.depth < Self.maxDepth else { return .any }
        var deeper = place
        deeper.depth += 1
        if let pointer = object["$ref"]?.stringValue, pointer.hasPrefix("#") {
            guard let target = place.root.value(at: String(pointer.dropFirst())) else { return .any }
            guard let members = Self.members(of: target, in: place.root) else { return shape(target, deeper) }
            return .record(named(String(pointer.split(separator: "/").last ?? "Value"), target, members, deeper))
        }
        if let value = object["const"] { return .literals([value]) }
        if let values = object["enum"]?.arrayValue {
            // Null is no literal of most languages.
            let others = values.filter { !$0.isNull }
            return .of((others.isEmpty ? [] : [.literals(others)]) + (others.count < values.count ? [.null] : []))
        }
        for key in ["anyOf", "oneOf"] {
            guard let branches = object[key]?.arrayValue else { continue }
            return .of(branches.map { shape($0, deeper) })
        }
        if let branches = object["allOf"]?.arrayValue, object["properties"] == nil {
            if branches.count == 1 { return shape(branches[0], deeper) }
            if let members = Self.members(of: schema, in: place.root) { return .record(nameless(members, place)) }
            return branches.map { shape($0, deeper) }.first { $0 != .any } ?? .any
        }
        if let types = object["type"]?.arrayValue {
            return .of(types.map { type in
                var one = object
                one["type"] = type
                return shape(.object(one), deeper)
            })
        }
        switch object["type"]?.stringValue {
        case "null": return .null
        case "boolean": return .bool
        case "integer": return .int
        case "number": return .number
        case "string": return .string
        case "array": return .array(object["items"].map { shape($0, place.inner("Item")) } ?? .any)
        case let type where type == "object" || object["properties"] != nil:
            if let members = Self.members(of: schema, in: place.root) { return .record(nameless(members, place)) }
            guard let values = object["additionalProperties"], values.objectValue != nil else { return .map(.any) }
            return .map(shape(values, place.inner("Value")))
        default: return .any
        }
    }

    /// `properties` and `required` of an object that has some, with those of `allOf`; nil for anything else.
    private static func members(of schema: JSON, in root: JSON, depth: Int = 0) -> JSONObject? {
        guard depth < 16, let object = schema.objectValue else { return nil }
        var properties = object["properties"]?.objectValue ?? [:]
        var required = object["required"]?.arrayValue ?? []
        for branch in object["allOf"]?.arrayValue ?? [] {
            let branch = branch.referent(in: root) ?? branch
            guard let inner = members(of: branch, in: root, depth: depth + 1) else { continue }
            for member in inner["properties"]?.objectValue ?? [:] { properties[member.key] = member.value }
            required += inner["required"]?.arrayValue ?? []
        }
        if properties.isEmpty { return nil }
        return ["properties": .object(properties), "required": .array(required)]
    }

    /// The record of a definition, made when it is first met.
    private mutating func named(_ name: String, _ target: JSON, _ members: JSONObject, _ place: Place) -> String {
        let properties = members["properties"]?.objectValue ?? [:]
        // Files can be given in other forms than they come back in, so they are types of their own.
        let takesFile = place.isInput && properties.contains {
            holdsFile($0.value.resolved(in: place.root), $0.key, place.root)
        }
        let key = Key(name: name, meaning: Self.meaning(target, place.root), isInput: takesFile)
        if let known = known[key] { return known }
        let plain = Names.pascal(name) + (takesFile ? "Input" : "")
        let given = free(plain, else: Names.ofEndpoint(place.endpoint) + plain)
        // Known before its members are read, since one of them may refer to it.
        known[key] = given
        add(given, target["description"]?.stringValue ?? "", members, place)
        return given
    }

    private mutating func nameless(_ members: JSONObject, _ place: Place) -> String {
        let key = Key(name: place.hint, meaning: .object(members), isInput: place.isInput)
        if let known = known[key] { return known }
        let given = free(place.hint, else: place.hint)
        known[key] = given
        add(given, "", members, place)
        return given
    }

    private mutating func free(_ name: String, else other: String) -> String {
        var candidate = name
        var number = 1
        while !taken.insert(candidate).inserted {
            candidate = number == 1 && other != name ? other : "\(other)\(number + 1)"
            number += 1
        }
        return candidate
    }

    private func holdsFile(_ schema: JSONObject, _ name: String, _ root: JSON) -> Bool {
        if let items = schema["items"], schema["x-file"] == nil {
            return FileMember.isFile(items.resolved(in: root), name)
        }
        if FileMember.isFile(schema, name) { return true }
        return (schema["anyOf"]?.arrayValue ?? []).contains { FileMember.isFile($0.resolved(in: root), name) }
    }

    /// What a definition says, without the words that say it to people, and with what it refers to.
    private static func meaning(_ schema: JSON, _ root: JSON, depth: Int = 0) -> JSON {
        switch schema {
        case .object(let object):
            if let pointer = object["$ref"]?.stringValue, pointer.hasPrefix("#"), depth < 24 {
                return ["$ref": .string(pointer), "is": meaning(
                    root.value(at: String(pointer.dropFirst())) ?? .null, root, depth: depth + 8
                )]
            }
            var result = JSONObject()
            for member in object.members.sorted(by: { $0.key < $1.key }) {
                let isWord = member.value.objectValue == nil
                    && ["title", "description", "examples"].contains(member.key)
                if !isWord { result[member.key] = meaning(member.value, root, depth: depth) }
            }
            return .object(result)
        case .array(let elements): return .array(elements.map { meaning($0, root, depth: depth) })
        default: return schema
        }
    }
}
