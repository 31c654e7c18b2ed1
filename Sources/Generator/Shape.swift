import JSON

/// What a value may be, in terms that every target has words for.
indirect enum Shape: Hashable {
    case any
    case null
    case bool
    case int
    case number
    case string
    /// One of these values.
    case literals([JSON])
    case array(Shape)
    /// An object with any member names.
    case map(Shape)
    /// An object with members of its own, by the name of its `Record`.
    case record(String)
    /// Two or more, none of them a union or alike.
    case union([Shape])

    /// One of several shapes; what is said twice counts once, and what may be anything is anything.
    static func of(_ shapes: [Shape]) -> Shape {
        var found: [Shape] = []
        for shape in shapes {
            let parts = if case .union(let inner) = shape { inner } else { [shape] }
            for part in parts where !found.contains(part) { found.append(part) }
        }
        if found.contains(.any) || found.isEmpty { return .any }
        return found.count == 1 ? found[0] : .union(found)
    }

    /// Whether null is among what it may be, and the shape without it.
    var withoutNull: (shape: Shape, isNullable: Bool) {
        switch self {
        case .null: (.null, true)
        case .union(let parts) where parts.contains(.null): (.of(parts.filter { $0 != .null }), true)
        default: (self, false)
        }
    }
}

/// A member of an object.
struct Field: Hashable {
    let name: String
    let shape: Shape
    let isRequired: Bool
    /// Whether the URL of a file belongs there, for which callers may give a file.
    let isFile: Bool
    /// What it is for, its default and its limits, each a sentence; empty where nothing is said.
    let doc: String
}

/// An object with members of its own: a type with a name, in most languages.
struct Record: Hashable {
    let name: String
    let doc: String
    let fields: [Field]
    /// Whether it stands in what is sent; else in what comes back.
    let isInput: Bool
}

/// A model's types.
struct TypedModel {
    let endpoint: String
    let title: String
    let input: Shape
    let output: Shape
}
