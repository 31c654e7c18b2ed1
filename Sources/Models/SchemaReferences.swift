import JSON
import JSONSchema

extension JSON {
    /// What a reference within `root` leads to; nil where there is none, or it leads nowhere.
    public func referent(in root: JSON) -> JSON? {
        guard let pointer = self["$ref"]?.stringValue, pointer.hasPrefix("#") else { return nil }
        return root.value(at: String(pointer.dropFirst()))
    }

    /// The members of a schema, and under them those of what it refers to within `root`.
    public func resolved(in root: JSON) -> JSONObject {
        var object = objectValue ?? [:]
        guard let target = referent(in: root) else { return object }
        object["$ref"] = nil
        for member in target.objectValue ?? [:] where object[member.key] == nil { object[member.key] = member.value }
        return object
    }
}
