import JSON

/// The TypeScript declarations of the models: an interface an object, and the map from endpoint to input and output.
struct TypeScriptTypes {
    private let table: TypeTable

    init(_ table: TypeTable) { self.table = table }

    var text: String {
        var lines = Lines()
        lines.add(Self.head)
        for record in table.records { add(record, to: &lines) }
        lines.add()
        lines.add("/** The input and output of each endpoint. */")
        lines.add("export interface EndpointTypeMap {")
        for model in table.models {
            lines.add(doc(model.title, 2))
            lines.add("  \(Self.quoted(model.endpoint)): {")
            lines.add("    input: \(type(model.input));")
            lines.add("    output: \(type(model.output));")
            lines.add("  };")
        }
        lines.add("}")
        return lines.text
    }

    private static let head = [
        "// What the models take and give.",
        "// Generated from schemas/ by `fal-bridge generate typescript`. Do not edit.",
        "//",
        "// With models of your own: fal-bridge generate typescript --schemas DIR -o models.d.ts, and",
        "// import type { EndpointTypeMap as Mine } from \"./models\";",
        "// declare module \"fal-bridge\" { interface EndpointTypeMap extends Mine {} }",
        "",
        "/**",
        " * A file of an input: a URL, a data URI or the path of a local file as text, or the bytes themselves.",
        " */",
        "export type AnyFile =",
        "  | string",
        "  | Blob",
        "  | ArrayBuffer",
        "  | ArrayBufferView",
        "  | URL",
        "  | ReadableStream",
        "  | { pipe(...destination: any[]): any }",
        "  | { createReadStream(...options: any[]): any };",
    ]

    private func add(_ record: Record, to lines: inout Lines) {
        lines.add()
        lines.add(doc(record.doc, 0))
        lines.add("export interface \(record.name) {")
        for field in record.fields {
            lines.add(doc(field.doc, 2))
            let name = Names.isIdentifier(field.name) ? field.name : Self.quoted(field.name)
            let shape = field.isFile ? withFiles(field.shape) : type(field.shape)
            lines.add(["  \(name)\(field.isRequired ? "" : "?"): \(shape);"])
        }
        lines.add("}")
    }

    private func doc(_ text: String, _ blanks: Int) -> [String] {
        guard !text.isEmpty else { return [] }
        let indentation = String(repeating: " ", count: blanks)
        // A "*/" would end the comment.
        let safe = text.reduce(into: "") { $0 += $1 == "/" && $0.last == "*" ? " /" : String($1) }
        let wrapped = Lines.wrapped(safe, 110)
        if wrapped.count == 1 { return ["\(indentation)/** \(safe) */"] }
        return ["\(indentation)/**"] + wrapped.map { "\(indentation) * \($0)" } + ["\(indentation) */"]
    }

    private func type(_ shape: Shape) -> String {
        switch shape {
        case .any: "any"
        case .null: "null"
        case .bool: "boolean"
        case .int, .number: "number"
        case .string: "string"
        case .literals(let values): literal(values)
        case .array(.union(let parts)): "(\(type(.union(parts))))[]"
        case .array(.literals(let values)): "(\(literal(values)))[]"
        case .array(let element): "\(type(element))[]"
        case .map(let value): "Record<string, \(type(value))>"
        case .record(let name): name
        case .union(let parts): parts.map(type).joined(separator: " | ")
        }
    }

    private func literal(_ values: [JSON]) -> String {
        let isPlain = values.allSatisfy { $0.arrayValue == nil && $0.objectValue == nil }
        return isPlain ? values.map(\.text).joined(separator: " | ") : "any"
    }

    private func withFiles(_ shape: Shape) -> String {
        switch shape {
        case .string: "AnyFile"
        case .array(let element): "(\(withFiles(element)))[]"
        case .union(let parts): parts.map(withFiles).joined(separator: " | ")
        default: type(shape)
        }
    }

    private static func quoted(_ text: String) -> String { JSON.string(text).text }
}
