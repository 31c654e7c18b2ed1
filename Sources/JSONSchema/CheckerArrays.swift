import JSON

extension SchemaChecker {
    mutating func checkArray(
        _ assertion: SchemaNode.Assertion, _ elements: [JSON], _ value: JSON, _ marks: inout Marks
    ) -> Bool {
        switch assertion {
        case .minItems(let limit):
            return elements.count >= limit || fail(.tooFewItems(limit, actual: elements.count), value)
        case .maxItems(let limit):
            return elements.count <= limit || fail(.tooManyItems(limit, actual: elements.count), value)
        case .uniqueItems:
            guard let (first, second) = duplicates(in: elements) else { return !isExhausted }
            return fail(.duplicateItems(first, second), value)
        case .items(let prefix, let rest): return checkItems(prefix, rest, elements, &marks)
        case .contains(let node, let minimum, let maximum):
            var count = 0
            for (index, element) in elements.enumerated() {
                guard fitsQuietly(element, node) else {
                    if isExhausted { return false }
                    continue
                }
                count += 1
                marks.add(index)
                // The marks need all that fit; the verdict does not.
                if count >= minimum, maximum == nil, !marks.isKept { return true }
            }
            return count >= minimum && count <= maximum ?? .max
                || fail(.contains(minimum: minimum, maximum: maximum, actual: count), value)
        default: return true
        }
    }

    private mutating func checkItems(_ prefix: [Int], _ rest: Int?, _ elements: [JSON], _ marks: inout Marks) -> Bool {
        var fits = true
        var none = Marks.none
        for (index, element) in elements.enumerated() {
            guard let node = index < prefix.count ? prefix[index] : rest else { break }
            if rest == nil { marks.add(index) }
            if isCollecting { path.append(.index(index)) }
            if !check(element, node, &none) { fits = false }
            if isCollecting { path.removeLast() }
            if !fits, isDone { return false }
        }
        if rest != nil { marks.addAll() }
        return fits
    }

    /// The first two elements that are equal. A table of their hashes keeps it from being quadratic.
    private mutating func duplicates(in elements: [JSON]) -> (Int, Int)? {
        guard elements.count > 1 else { return nil }
        for element in elements where !spend(ExactValue.weight(of: element)) { return nil }
        if elements.count <= 8 {
            for second in 1..<elements.count {
                for first in 0..<second where ExactValue.same(elements[first], elements[second]) {
                    return (first, second)
                }
            }
            return nil
        }
        var seen: [ExactValue: Int] = [:]
        seen.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            if let first = seen.updateValue(index, forKey: ExactValue(element)) { return (first, index) }
        }
        return nil
    }
}
