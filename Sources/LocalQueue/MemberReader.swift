import JSON

/// Reads the members of an object one by one, and knows at the end which nobody asked for.
public struct MemberReader {
    private let object: JSONObject
    private let place: String
    private var known: Set<String> = []

    /// What is wrong with a file, in words for people.
    public struct Malformed: Error, Sendable, CustomStringConvertible {
        /// Which member, and what it must be.
        public let description: String

        /// A message.
        public init(_ description: String) { self.description = description }
    }

    /// - Parameter place: what it is called in a message.
    public init(_ json: JSON, in place: String) throws(Malformed) {
        guard let object = json.objectValue else { throw Malformed("\(place) is an object") }
        self.object = object
        self.place = place
    }

    /// A member of any kind.
    public mutating func value(_ name: String) -> JSON? {
        known.insert(name)
        return object[name]
    }

    private mutating func read<Value>(
        _ name: String, _ kind: String, _ read: (JSON) -> Value?
    ) throws(Malformed) -> Value? {
        guard let json = value(name) else { return nil }
        guard let value = read(json) else { throw Malformed("\"\(name)\" of \(place) is \(kind)") }
        return value
    }

    /// A number within these limits.
    public mutating func number(_ name: String, _ range: ClosedRange<Double>) throws(Malformed) -> Double? {
        try read(name, "a number of \(range.lowerBound) to \(range.upperBound)") { json in
            json.doubleValue.flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// A number without a fraction within these limits.
    public mutating func whole(_ name: String, _ range: ClosedRange<Int64>) throws(Malformed) -> Int? {
        try read(name, "a whole number of \(range.lowerBound) to \(range.upperBound)") { json in
            json.intValue.flatMap { range.contains($0) ? Int($0) : nil }
        }
    }

    /// A text.
    public mutating func text(_ name: String) throws(Malformed) -> String? {
        try read(name, "a text") { $0.stringValue }
    }

    /// False where nothing is said.
    public mutating func bool(_ name: String) throws(Malformed) -> Bool {
        try read(name, "true or false") { $0.boolValue } ?? false
    }

    /// Empty where nothing is said.
    public mutating func array(_ name: String) throws(Malformed) -> [JSON] {
        try read(name, "a list") { $0.arrayValue } ?? []
    }

    /// Empty where nothing is said.
    public mutating func object(_ name: String) throws(Malformed) -> JSONObject {
        try read(name, "an object") { $0.objectValue } ?? [:]
    }

    /// An object that holds texts; empty where nothing is said.
    public mutating func texts(_ name: String) throws(Malformed) -> JSONObject {
        try read(name, "an object of texts") { json in
            json.objectValue.flatMap { $0.allSatisfy { $0.value.stringValue != nil } ? $0 : nil }
        } ?? [:]
    }

    /// - Throws: where a member is left that nobody asked for.
    public func end() throws(Malformed) {
        if let unknown = object.keys.first(where: { !known.contains($0) }) {
            throw Malformed("\"\(unknown)\" of \(place) is not known")
        }
    }
}
