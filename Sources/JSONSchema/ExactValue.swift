import JSON

/// A JSON value that is equal to another one as JSON Schema has it: numbers by their value, texts by their code
/// points, objects whatever the order of their members.
struct ExactValue: Sendable, Hashable {
    let json: JSON

    init(_ json: JSON) { self.json = json }

    static func == (left: Self, right: Self) -> Bool { same(left.json, right.json) }

    static func same(_ left: JSON, _ right: JSON) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.int(let left), .int(let right)): left == right
        case (.int, .decimal), (.decimal, .int), (.decimal, .decimal): ExactNumber(left) == ExactNumber(right)
        case (.string(let left), .string(let right)): ExactText.same(left, right)
        case (.array(let left), .array(let right)):
            left.count == right.count && zip(left, right).allSatisfy { same($0, $1) }
        case (.object(let left), .object(let right)):
            left.count == right.count && left.members.allSatisfy { member in
                right[member.key].map { same(member.value, $0) } ?? false
            }
        default: false
        }
    }

    func hash(into hasher: inout Hasher) {
        switch json {
        case .null: hasher.combine(0)
        case .bool(let value): hasher.combine(value)
        case .int, .decimal: hasher.combine(ExactNumber(json))
        case .string(let text): ExactText(text).hash(into: &hasher)
        case .array(let elements):
            hasher.combine(elements.count)
            for element in elements { ExactValue(element).hash(into: &hasher) }
        case .object(let object):
            hasher.combine(object.count)
            // Summed, since members in another order must hash alike.
            var sum = 0
            for member in object {
                var inner = Hasher()
                ExactText(member.key).hash(into: &inner)
                ExactValue(member.value).hash(into: &inner)
                sum &+= inner.finalize()
            }
            hasher.combine(sum)
        }
    }

    /// How much there is to compare: values in it, and a share of its texts' lengths.
    static func weight(of json: JSON) -> Int {
        switch json {
        case .array(let elements): elements.reduce(1) { $0 + weight(of: $1) }
        case .object(let object): object.members.reduce(1) { $0 + 1 + weight(of: $1.value) }
        case .string(let text), .decimal(let text): 1 + text.utf8.count / 64
        default: 1
        }
    }
}
