import JSON

/// What the bridge offers, as data: its methods, its notifications and its errors, from `schemas/rpc/`.
///
/// The texts are compiled in, and parsed when they are asked for: a start pays for none of them.
public enum Surface {
    private static let tables = ["errors", "notifications"]

    /// The method's document, as text, by the method's name.
    public static var methodTexts: [(name: String, text: StaticString)] {
        Documents.documents.filter { !tables.contains($0.name) }
    }

    /// Every method, by name.
    /// - Throws: where a document is no JSON.
    public static func methods() throws(JSONParseError) -> [MethodDocument] {
        var methods: [MethodDocument] = []
        for (name, text) in methodTexts { methods.append(MethodDocument(name: name, try parse(text))) }
        return methods
    }

    /// Every notification, of either side.
    /// - Throws: where the document is no JSON.
    public static func notifications() throws(JSONParseError) -> [NotificationDocument] {
        (try table("notifications")["notifications"]?.arrayValue ?? []).map(NotificationDocument.init)
    }

    /// Every error, by code.
    /// - Throws: where the document is no JSON.
    public static func errors() throws(JSONParseError) -> ErrorTable { ErrorTable(try table("errors")) }

    private static func table(_ name: String) throws(JSONParseError) -> JSON {
        guard let text = Documents.documents.first(where: { $0.name == name })?.text else { return [:] }
        return try parse(text)
    }

    /// The document's value.
    /// - Throws: where it is no JSON.
    public static func parse(_ text: StaticString) throws(JSONParseError) -> JSON {
        try JSON.parse(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}

/// A method: what it takes, gives and tells, and how it fails.
public struct MethodDocument: Sendable {
    public let name: String
    public let summary: String
    /// JSON Schemas.
    public let params: JSON
    public let result: JSON
    /// The kinds of its errors; those that any call may have are not among them.
    public let errors: [String]
    /// The notifications that belong to a call.
    public let notifications: [String]
    public let examples: [Example]

    /// A call, and its answer: a result or an error.
    public struct Example: Sendable {
        public let name: String
        public let params: JSONObject
        public let result: JSON?
        public let error: JSON?
    }

    init(name: String, _ document: JSON) {
        self.name = name
        summary = document["summary"]?.stringValue ?? ""
        params = document["params"] ?? [:]
        result = document["result"] ?? [:]
        errors = document["errors"]?.arrayValue?.compactMap(\.stringValue) ?? []
        notifications = document["notifications"]?.arrayValue?.compactMap(\.stringValue) ?? []
        examples = (document["examples"]?.arrayValue ?? []).map { example in
            Example(
                name: example["name"]?.stringValue ?? "", params: example["params"]?.objectValue ?? [:],
                result: example["result"], error: example["error"]
            )
        }
    }
}

/// A notification: what it says, with an example.
public struct NotificationDocument: Sendable {
    public let name: String
    public let summary: String
    /// Whether the bridge sends it; else its client does.
    public let isFromBridge: Bool
    /// JSON Schema.
    public let params: JSON
    public let example: JSON

    init(_ document: JSON) {
        name = document["method"]?.stringValue ?? ""
        summary = document["summary"]?.stringValue ?? ""
        isFromBridge = document["from"] == "bridge"
        params = document["params"] ?? [:]
        example = document["example"] ?? [:]
    }
}

/// The errors, and the members that the `data` of each has.
public struct ErrorTable: Sendable {
    public struct Entry: Sendable {
        public let code: Int64
        public let kind: String
        public let when: String
        /// Whether every method may fail so.
        public let isCommon: Bool
        /// JSON Schemas of members of `data` that only this error has.
        public let data: JSONObject
    }

    public let entries: [Entry]
    /// JSON Schema of the members of `data` that any error may have.
    public let data: JSON

    /// - Parameter document: the value of `schemas/rpc/errors.json`.
    public init(_ document: JSON) {
        data = document["data"] ?? [:]
        entries = (document["errors"]?.arrayValue ?? []).map { entry in
            Entry(
                code: entry["code"]?.intValue ?? 0, kind: entry["kind"]?.stringValue ?? "",
                when: entry["when"]?.stringValue ?? "", isCommon: entry["any_call"] == true,
                data: entry["data"]?.objectValue ?? [:]
            )
        }
    }

    /// The errors that a call of the method may have.
    public func entries(of method: MethodDocument) -> [Entry] {
        entries.filter { $0.isCommon || method.errors.contains($0.kind) }
    }
}
