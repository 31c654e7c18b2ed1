/// The members of a JSON object, in the order in which they were written.
///
/// A key stands once: setting it again replaces the value and keeps the place.
public struct JSONObject: Sendable {
    public struct Member: Sendable, Hashable {
        public let key: String
        public var value: JSON
    }

    public private(set) var members: [Member] = []

    /// Where each key stands, kept only from `indexThreshold` members on: below it a scan is quicker than a
    /// hash, and most objects of a protocol are small.
    private var positions: [ExactText: Int]?

    private static let indexThreshold = 16

    public init() {}

    public init(_ elements: some Sequence<(String, JSON)>) {
        for (key, value) in elements { self[key] = value }
    }

    public var count: Int { members.count }
    public var isEmpty: Bool { members.isEmpty }
    public var keys: [String] { members.map(\.key) }

    public mutating func reserveCapacity(_ count: Int) { members.reserveCapacity(count) }

    /// Appends a member that is known not to be there yet.
    mutating func appendNew(_ key: String, _ value: JSON) {
        members.append(Member(key: key, value: value))
        if positions != nil {
            positions?[ExactText(key)] = members.count - 1
        } else if members.count == Self.indexThreshold {
            index()
        }
    }

    private mutating func index() {
        positions = Dictionary(members.enumerated().map { (ExactText($1.key), $0) }) { first, _ in first }
    }

    private func position(of key: String) -> Int? {
        if let positions { return positions[ExactText(key)] }
        return members.firstIndex { ExactText.same($0.key, key) }
    }

    /// Reading gives nil where there is no such member; writing nil takes it out.
    public subscript(key: String) -> JSON? {
        get { position(of: key).map { members[$0].value } }
        set {
            switch (position(of: key), newValue) {
            case (let position?, let value?):
                members[position].value = value
            case (let position?, nil):
                members.remove(at: position)
                positions = nil
                if members.count >= Self.indexThreshold { index() }
            case (nil, let value?):
                appendNew(key, value)
            case (nil, nil):
                break
            }
        }
    }
}

/// Order does not count: RFC 8259 calls an object an unordered collection.
extension JSONObject: Hashable {
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.count == right.count && left.members.allSatisfy { right[$0.key] == $0.value }
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(count)
        // Summed, since members in another order must hash alike.
        hasher.combine(members.reduce(0) { $0 &+ $1.hashValue })
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, JSON)...) { self.init(elements) }
}

extension JSONObject: Sequence {
    public func makeIterator() -> Array<Member>.Iterator { members.makeIterator() }
}
