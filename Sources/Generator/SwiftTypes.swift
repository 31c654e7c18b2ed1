import JSON

/// The Swift types of the models, for callers with Foundation: a `Codable` struct an object, an enum a choice, and a
/// typed id an endpoint. What they build on (`Endpoint`, `JSONValue`) is written by hand beside them.
struct SwiftTypes {
    private let table: TypeTable

    init(_ table: TypeTable) { self.table = table }

    private static let keywords: Set<String> = [
        "as", "associatedtype", "break", "case", "catch", "class", "continue", "default", "defer", "deinit", "do",
        "else", "enum", "extension", "fallthrough", "false", "fileprivate", "for", "func", "guard", "if", "import",
        "in", "init", "inout", "internal", "is", "let", "nil", "operator", "private", "protocol", "public", "repeat",
        "rethrows", "return", "self", "Self", "static", "struct", "subscript", "super", "switch", "throw", "throws",
        "true", "try", "typealias", "var", "where", "while",
    ]

    var text: String {
        var lines = Lines()
        lines.add("// What the models take and give.")
        lines.add("// Generated from schemas/ by `fal-bridge generate swift`. Do not edit.")
        for record in table.records { add(record, to: &lines) }
        for model in table.models {
            lines.add()
            lines.add("extension Endpoint where Input == \(type(model.input)), Output == \(type(model.output)) {")
            lines.add("/// \(model.title).", 1)
            let name = Self.safe(Names.camel(Names.ofEndpoint(model.endpoint)))
            lines.add("public static var \(name): Self { Self(\(Self.quoted(model.endpoint))) }", 1)
            lines.add("}")
        }
        return lines.text
    }

    // MARK: Structs

    private struct Property {
        let field: Field
        let name: String
        let type: String
        let isOptional: Bool
    }

    private func add(_ record: Record, to lines: inout Lines) {
        var choices = Lines()
        var taken: Set<String> = []
        let properties = record.fields.map { field in
            let (shape, isNullable) = field.shape.withoutNull
            var name = Self.safe(Names.camel(field.name))
            while !taken.insert(name).inserted { name += "_" }
            let isOptional = isNullable || !field.isRequired
            let hint = Names.pascal(field.name)
            let type = type(shape, Hint(record: record, name: hint), &choices)
            return Property(field: field, name: name, type: type, isOptional: isOptional)
        }
        lines.add()
        for line in Lines.wrapped(record.doc, 110) { lines.add("/// \(line)") }
        lines.add("public struct \(record.name): Codable, Hashable, Sendable {")
        for property in properties {
            for line in Lines.wrapped(property.field.doc, 108) { lines.add("/// \(line)", 1) }
            lines.add("public var \(property.name): \(property.type)\(property.isOptional ? "?" : "")", 1)
        }
        lines.add()
        lines.add("enum CodingKeys: String, CodingKey {", 1)
        for property in properties { lines.add("case \(property.name) = \(Self.quoted(property.field.name))", 2) }
        lines.add("}", 1)
        lines.add()
        lines.add("public init(", 1)
        let ordered = properties.filter { !$0.isOptional } + properties.filter(\.isOptional)
        for (index, property) in ordered.enumerated() {
            let end = index == ordered.count - 1 ? "" : ","
            let type = property.type + (property.isOptional ? "? = nil" : "")
            lines.add("\(property.name): \(type)\(end)", 2)
        }
        lines.add(") {", 1)
        for property in properties { lines.add("self.\(property.name) = \(property.name)", 2) }
        lines.add("}", 1)
        lines.add(choices.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init))
        lines.add("}")
    }

    // MARK: Types

    private struct Hint {
        let record: Record
        let name: String
    }

    private func type(_ shape: Shape) -> String {
        var none = Lines()
        return type(shape, nil, &none)
    }

    /// - Parameter choices: where enums go that the type needs.
    private func type(_ shape: Shape, _ hint: Hint?, _ choices: inout Lines) -> String {
        switch shape {
        case .any, .null: return "JSONValue"
        case .bool: return "Bool"
        case .int: return "Int"
        case .number: return "Double"
        case .string: return "String"
        case .literals(let values): return literals(values, hint, &choices)
        case .array(.record(let name)): return "[\(name)]"
        case .map(.record(let name)): return "[String: \(name)]"
        case .array(let element):
            let (inner, isNullable) = element.withoutNull
            return "[\(type(inner, hint, &choices))\(isNullable ? "?" : "")]"
        case .map(let value): return "[String: \(type(value.withoutNull.shape, hint, &choices))]"
        case .record(let name): return hint.map { reaches(name, $0.record.name, []) } == true ? "JSONValue" : name
        case .union(let parts): return union(parts, hint, &choices)
        }
    }

    /// A struct cannot hold itself, but in a list.
    private func reaches(_ name: String, _ target: String, _ seen: Set<String>) -> Bool {
        if name == target { return true }
        guard !seen.contains(name), let record = table[name] else { return false }
        return record.fields.contains { field in
            Self.names(in: field.shape).contains { reaches($0, target, seen.union([name])) }
        }
    }

    private static func names(in shape: Shape) -> [String] {
        switch shape {
        case .record(let name): [name]
        case .union(let parts): parts.flatMap(names)
        default: []
        }
    }

    /// An enum of words in what is sent. What comes back may hold words that are newer than the program.
    private func literals(_ values: [JSON], _ hint: Hint?, _ choices: inout Lines) -> String {
        let words = values.compactMap(\.stringValue)
        guard words.count == values.count else {
            if values.allSatisfy({ if case .int = $0 { true } else { false } }) { return "Int" }
            if values.allSatisfy({ $0.doubleValue != nil }) { return "Double" }
            return "JSONValue"
        }
        guard let hint, hint.record.isInput else { return "String" }
        choices.add()
        choices.add("public enum \(hint.name): String, Codable, Hashable, Sendable {", 1)
        var taken: Set<String> = []
        for word in words {
            var name = Names.camel(word)
            if name.isEmpty || name.first?.isNumber == true { name = "_" + name }
            name = Self.safe(name)
            while !taken.insert(name).inserted { name += "_" }
            choices.add("case \(name) = \(Self.quoted(word))", 2)
        }
        choices.add("}", 1)
        return hint.name
    }

    /// A choice, tried in turn when it is read.
    private func union(_ parts: [Shape], _ hint: Hint?, _ choices: inout Lines) -> String {
        let parts = parts.filter { $0 != .null }
        guard let hint, parts.count > 1 else { return parts.count == 1 ? type(parts[0], hint, &choices) : "JSONValue" }
        var cases: [(name: String, type: String)] = []
        for part in parts {
            let inner = Hint(record: hint.record, name: hint.name + Self.suffix(part))
            let type = type(part, inner, &choices)
            if !cases.contains(where: { $0.type == type }) { cases.append((Self.safe(Self.label(part)), type)) }
        }
        guard Set(cases.map(\.name)).count == cases.count else { return "JSONValue" }
        let name = cases.contains { $0.type == hint.name } || table[hint.name] != nil ? hint.name + "Choice" : hint.name
        choices.add()
        choices.add("public enum \(name): Codable, Hashable, Sendable {", 1)
        for item in cases { choices.add("case \(item.name)(\(item.type))", 2) }
        choices.add()
        choices.add("public init(from decoder: any Decoder) throws {", 2)
        choices.add("let container = try decoder.singleValueContainer()", 3)
        for item in cases.dropLast() {
            choices.add("if let value = try? container.decode(\(item.type).self) {", 3)
            choices.add("self = .\(item.name)(value)", 4)
            choices.add("return", 4)
            choices.add("}", 3)
        }
        if let last = cases.last { choices.add("self = .\(last.name)(try container.decode(\(last.type).self))", 3) }
        choices.add("}", 2)
        choices.add()
        choices.add("public func encode(to encoder: any Encoder) throws {", 2)
        choices.add("var container = encoder.singleValueContainer()", 3)
        choices.add("switch self {", 3)
        for item in cases { choices.add("case .\(item.name)(let value): try container.encode(value)", 3) }
        choices.add("}", 3)
        choices.add("}", 2)
        choices.add("}", 1)
        return name
    }

    private static func label(_ shape: Shape) -> String {
        switch shape {
        case .any, .null: "other"
        case .bool: "bool"
        case .int: "int"
        case .number: "number"
        case .string: "text"
        case .literals: "preset"
        case .array: "list"
        case .map: "object"
        case .record(let name): Names.camel(name)
        case .union: "choice"
        }
    }

    private static func suffix(_ shape: Shape) -> String {
        if case .record = shape { return "" }
        return Names.pascal(label(shape))
    }

    private static func safe(_ name: String) -> String {
        // These mean something even between backticks.
        if ["self", "Self", "init", "Type", "Protocol"].contains(name) { return name + "_" }
        if keywords.contains(name) { return "`\(name)`" }
        return name.isEmpty || name.first?.isNumber == true ? "_" + name : name
    }

    /// A literal of Swift's; what JSON escapes otherwise is escaped by Swift's rules.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case _ where scalar.value < 0x20: result += "\\u{\(String(scalar.value, radix: 16))}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
