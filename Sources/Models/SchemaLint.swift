import FalProtocol
import JSON
import JSONSchema

/// Looks through every schema of a document and says all that is wrong, where a compiler stops at the first.
struct SchemaLint {
    private let document: JSON
    private(set) var faults: [DocumentFault] = []
    private var anchors: Set<String> = []
    private var checkedValues = 0

    /// Faults that are told of one document, and defaults and examples that are held against their schemas.
    static let maxFaults = 100
    private static let maxCheckedValues = 2_000

    /// Looks through the schema that the whole document is.
    init(_ document: JSON) {
        self.document = document
        collectAnchors(document)
        check(document, at: "")
    }

    private mutating func collectAnchors(_ value: JSON) {
        switch value {
        case .object(let object):
            for key in ["$anchor", "$dynamicAnchor"] { object[key]?.stringValue.map { _ = anchors.insert($0) } }
            for member in object { collectAnchors(member.value) }
        case .array(let elements): for element in elements { collectAnchors(element) }
        default: break
        }
    }

    private mutating func report(_ pointer: String, _ message: String, _ kind: DocumentFault.Kind = .broken) {
        if faults.count < Self.maxFaults { faults.append(DocumentFault(pointer, message, kind)) }
    }

    private mutating func check(_ schema: JSON, at pointer: String) {
        switch schema {
        case .bool: return
        case .object(let object):
            let known = pointer.isEmpty ? Keywords.ofSchemas.merging(Keywords.ofDocuments) { $1 } : Keywords.ofSchemas
            for member in object {
                let place = JSONPointer.appending(member.key, to: pointer)
                if let form = known[member.key] {
                    check(member.value, as: form, member.key, place, of: object, pointer)
                } else {
                    unknown(member.key, place, known)
                }
            }
            checkTogether(object, pointer)
        default: report(pointer, "a schema is an object, true or false")
        }
    }

    private mutating func unknown(_ key: String, _ place: String, _ known: [String: Keywords.Form]) {
        if let now = Keywords.former[key] {
            return report(place, "'\(key)' is no keyword of JSON Schema 2020-12; it is \(now)", .superfluous)
        }
        let nearest = Spelling.nearest(to: key, among: known.keys.sorted())
        // Anybody may have keywords of their own.
        if nearest == nil, key.hasPrefix("x-") { return }
        report(place, "unknown keyword '\(key)'" + (nearest.map { "; did you mean '\($0)'?" } ?? ""), .superfluous)
    }

    private mutating func check(
        _ value: JSON, as form: Keywords.Form, _ key: String, _ place: String, of schema: JSONObject, _ pointer: String
    ) {
        func wants(_ isRight: Bool, _ what: String) -> String? { isRight ? nil : "'\(key)' must be \(what)" }
        var wrong: String?
        switch form {
        case .schema: check(value, at: place)
        case .schemas:
            let elements = value.arrayValue ?? []
            wrong = wants(!elements.isEmpty, "a list of schemas, not empty")
            for (index, element) in elements.enumerated() { check(element, at: "\(place)/\(index)") }
        case .namedSchemas:
            wrong = wants(value.objectValue != nil, "an object of schemas")
            for member in value.objectValue ?? [:] {
                check(member.value, at: JSONPointer.appending(member.key, to: place))
            }
        case .number: wrong = wants(value.doubleValue != nil, "a number")
        case .positiveNumber: wrong = wants((value.doubleValue ?? 0) > 0, "a number over 0")
        case .count: wrong = wants((value.intValue ?? -1) >= 0, "an integer from 0")
        case .bool: wrong = wants(value.boolValue != nil, "true or false")
        case .text: wrong = wants(value.stringValue != nil, "a string")
        case .name: wrong = wants(value.stringValue?.isEmpty == false, "a string, not empty")
        case .names: wrong = wants(Self.areNames(value), "a list of different strings")
        case .order: checkOrder(value, place, of: schema)
        case .value: break
        case .values: wrong = wants(value.arrayValue?.isEmpty == false, "a list of values, not empty")
        case .ownValue: check([(value, place)], of: schema, pointer, "the default")
        case .ownValues:
            wrong = wants(value.arrayValue != nil, "a list of values")
            let examples = (value.arrayValue ?? []).enumerated().map { ($1, "\(place)/\($0)") }
            check(examples, of: schema, pointer, "the example")
        case .type: wrong = wants(Self.areTypes(value), "one or more of \(Self.typeNames.joined(separator: ", "))")
        case .reference: checkReference(value, place)
        case .pattern: checkPattern(value, place)
        case .dependencies:
            let entries = value.objectValue
            wrong = wants(entries?.allSatisfy { Self.areNames($0.value) } ?? false, "an object of lists of strings")
        case .file:
            let isKind = value.stringValue.map(Keywords.fileKinds.contains) ?? (value.boolValue != nil)
            wrong = wants(isKind, "true or one of \(Keywords.fileKinds.joined(separator: ", "))")
        }
        if let wrong { report(place, wrong) }
    }

    private static let typeNames = SchemaFault.ValueType.allCases.map(\.rawValue)

    private static func areTypes(_ value: JSON) -> Bool {
        guard let types = value.arrayValue else { return value.stringValue.map(typeNames.contains) ?? false }
        return !types.isEmpty && Set(types).count == types.count
            && types.allSatisfy { $0.stringValue.map(typeNames.contains) ?? false }
    }

    private static func areNames(_ value: JSON) -> Bool {
        guard let names = value.arrayValue else { return false }
        return Set(names).count == names.count && names.allSatisfy { $0.stringValue != nil }
    }

    /// What keywords of one schema say about one another.
    private mutating func checkTogether(_ object: JSONObject, _ pointer: String) {
        for (low, high) in Keywords.limits {
            if let least = object[low]?.doubleValue, let most = object[high]?.doubleValue, least > most {
                report("\(pointer)/\(low)", "'\(low)' is above '\(high)': nothing fits")
            }
        }
        // Members may come from another schema that holds for the same value.
        let isWhole = ["$ref", "$dynamicRef", "allOf", "anyOf", "oneOf", "patternProperties"]
            .allSatisfy { object[$0] == nil }
        guard isWhole, let properties = object["properties"]?.objectValue else { return }
        for (index, name) in (object["required"]?.arrayValue ?? []).enumerated() {
            guard let name = name.stringValue, properties[name] == nil else { continue }
            let nearest = Spelling.nearest(to: name, among: properties.keys)
            report(
                "\(pointer)/required/\(index)",
                "'\(name)' is required, and is not among the properties"
                    + (nearest.map { "; did you mean '\($0)'?" } ?? ""),
                .superfluous
            )
        }
    }

    private mutating func checkOrder(_ value: JSON, _ place: String, of schema: JSONObject) {
        guard Self.areNames(value), let names = value.arrayValue else {
            return report(place, "'x-fal-order-properties' must be a list of different strings", .superfluous)
        }
        let properties = schema["properties"]?.objectValue ?? [:]
        for (index, name) in names.enumerated() {
            guard let name = name.stringValue, properties[name] == nil else { continue }
            let nearest = Spelling.nearest(to: name, among: properties.keys)
            report(
                "\(place)/\(index)",
                "the order names '\(name)', which is not among the properties"
                    + (nearest.map { "; did you mean '\($0)'?" } ?? ""),
                .superfluous
            )
        }
    }

    private mutating func checkReference(_ value: JSON, _ place: String) {
        guard let target = value.stringValue else { return report(place, "'$ref' must be a string") }
        guard target.hasPrefix("#") else {
            return report(place, "only references within the document are followed, not '\(target)'")
        }
        let fragment = String(target.dropFirst())
        if !fragment.isEmpty, !fragment.hasPrefix("/") {
            if !anchors.contains(fragment) { report(place, "the reference '\(target)' leads nowhere") }
            return
        }
        guard document.value(at: fragment) != nil else {
            return report(place, "the reference '\(target)' leads nowhere")
        }
        if Self.leadsToItself(fragment, in: document) {
            report(place, "the reference '\(target)' leads only to references, and back to itself")
        }
    }

    /// Whether one goes from reference to reference without end.
    static func leadsToItself(_ pointer: String, in document: JSON) -> Bool {
        var seen: Set<String> = []
        var pointer = pointer
        while seen.insert(pointer).inserted {
            guard let next = document.value(at: pointer)?["$ref"]?.stringValue else { return false }
            pointer = String(next.drop { $0 == "#" })
        }
        return true
    }

    private mutating func checkPattern(_ value: JSON, _ place: String) {
        guard value.stringValue != nil else { return report(place, "'pattern' must be a string") }
        do { _ = try Schema(["pattern": value]) } catch { report(place, "\(error.message)") }
    }

    /// Holds values that a schema gives against the schema itself.
    private mutating func check(
        _ values: [(value: JSON, place: String)], of schema: JSONObject, _ pointer: String, _ what: String
    ) {
        guard !values.isEmpty, checkedValues < Self.maxCheckedValues else { return }
        // A schema that cannot be used is told of elsewhere.
        guard let compiled = try? Schema(document, at: pointer) else { return }
        for (value, place) in values {
            checkedValues += 1
            // A default is often null for "nothing", whatever the type.
            guard let fault = compiled.faults(in: value).first.map(FieldFault.init) else { continue }
            let field = fault.field.isEmpty ? "" : "\(fault.field): "
            report(place, "\(what) does not fit its own schema: \(field)\(fault.msg)", .superfluous)
        }
    }
}
