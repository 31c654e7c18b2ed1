import JSON

/// Reads the members of an object one by one, and knows at the end which nobody asked for.
struct MemberReader {
    private let object: JSONObject
    private let place: String
    private var known: Set<String> = []

    init(_ json: JSON, in place: String) throws(FaultPlan.Malformed) {
        guard let object = json.objectValue else { throw FaultPlan.Malformed("\(place) is an object") }
        self.object = object
        self.place = place
    }

    mutating func value(_ name: String) -> JSON? {
        known.insert(name)
        return object[name]
    }

    mutating func number(_ name: String, _ range: ClosedRange<Double>) throws(FaultPlan.Malformed) -> Double? {
        guard let value = value(name) else { return nil }
        guard let number = value.doubleValue, range.contains(number) else {
            let limits = "\(range.lowerBound) to \(range.upperBound)"
            throw FaultPlan.Malformed("\"\(name)\" of \(place) is a number of \(limits)")
        }
        return number
    }

    mutating func text(_ name: String, or standard: String) throws(FaultPlan.Malformed) -> String {
        guard let value = value(name) else { return standard }
        guard let text = value.stringValue else { throw FaultPlan.Malformed("\"\(name)\" of \(place) is a text") }
        return text
    }

    /// An object that holds texts.
    mutating func texts(_ name: String) throws(FaultPlan.Malformed) -> JSONObject {
        guard let value = value(name) else { return [:] }
        guard let object = value.objectValue, object.allSatisfy({ $0.value.stringValue != nil }) else {
            throw FaultPlan.Malformed("\"\(name)\" of \(place) is an object of texts")
        }
        return object
    }

    mutating func patterns(_ name: String) throws(FaultPlan.Malformed) -> [Glob] {
        guard let value = value(name) else { return [] }
        guard let texts = value.arrayValue?.map(\.stringValue) else {
            throw FaultPlan.Malformed("\"\(name)\" of \(place) is a list of patterns")
        }
        return try texts.map { text throws(FaultPlan.Malformed) in
            guard let glob = text.flatMap({ Glob($0, isWhole: true) }) else {
                throw FaultPlan.Malformed("\"\(name)\" of \(place) is a list of patterns")
            }
            return glob
        }
    }

    /// - Throws: where a member is left that nobody asked for.
    func end() throws(FaultPlan.Malformed) {
        if let unknown = object.keys.first(where: { !known.contains($0) }) {
            throw FaultPlan.Malformed("\"\(unknown)\" of \(place) is not known")
        }
    }
}
