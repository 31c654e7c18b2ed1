import JSON

/// One check of one value, with a budget of steps that bounds what schema and value together can cost.
struct SchemaChecker {
    let nodes: [SchemaNode]
    private var stepsLeft = 1_000_000
    private var depth = 0

    /// Schemas inside schemas; a document is at most 512 deep, and each level may pass a few references.
    private static let maxDepth = 2_000

    init(nodes: [SchemaNode]) { self.nodes = nodes }

    mutating func faults(_ value: JSON, _ index: Int, _ path: [PathStep]) -> [SchemaFault] {
        stepsLeft -= 1
        guard stepsLeft > 0, depth < Self.maxDepth else {
            return [SchemaFault(path: path, cause: .tooComplex, value: .null)]
        }
        depth += 1
        defer { depth -= 1 }
        var found: [SchemaFault] = []
        for assertion in nodes[index].assertions {
            check(assertion, value, path, &found)
            // Of a value of the wrong type nothing else that could be said is of use.
            if case .type = assertion, !found.isEmpty { return found }
        }
        return found
    }

    private mutating func check(
        _ assertion: SchemaNode.Assertion, _ value: JSON, _ path: [PathStep], _ found: inout [SchemaFault]
    ) {
        func fault(_ cause: SchemaFault.Cause) { found.append(SchemaFault(path: path, cause: cause, value: value)) }
        switch assertion {
        case .never: fault(.forbidden)
        case .type(let types): if !types.contains(where: { value.isA($0) }) { fault(.type(types)) }
        case .oneOfValues(let values):
            if !values.contains(where: { value.isEqualAsNumber(to: $0) }) { fault(.notOneOf(values)) }
        case .minimum(let limit): if value.isLess(than: limit) { fault(.lessThanMinimum(limit)) }
        case .maximum(let limit): if limit.isLess(than: value) { fault(.greaterThanMaximum(limit)) }
        case .exclusiveMinimum(let limit):
            if value.doubleValue != nil, !limit.isLess(than: value) { fault(.notGreaterThan(limit)) }
        case .exclusiveMaximum(let limit):
            if value.doubleValue != nil, !value.isLess(than: limit) { fault(.notLessThan(limit)) }
        case .multipleOf(let divisor): if !value.isMultiple(of: divisor) { fault(.notMultipleOf(divisor)) }
        case .minLength, .maxLength, .pattern: checkString(assertion, value, fault)
        case .minItems, .maxItems, .uniqueItems, .items, .contains: checkArray(assertion, value, path, &found)
        case .minProperties, .maxProperties, .required, .members, .propertyNames, .dependentRequired,
            .dependentSchemas:
            checkObject(assertion, value, path, &found)
        case .allOf, .anyOf, .oneOf, .not, .conditional, .reference: checkBranches(assertion, value, path, &found)
        }
    }

    private func checkString(_ assertion: SchemaNode.Assertion, _ value: JSON, _ fault: (SchemaFault.Cause) -> Void) {
        guard case .string(let text) = value else { return }
        switch assertion {
        // The length counts characters in the sense of RFC 8259: code points.
        case .minLength(let limit): if text.unicodeScalars.count < limit { fault(.tooFewCharacters(limit)) }
        case .maxLength(let limit): if text.unicodeScalars.count > limit { fault(.tooManyCharacters(limit)) }
        case .pattern(let pattern): if !pattern.matches(text) { fault(.pattern(pattern.source)) }
        default: break
        }
    }

    private mutating func checkArray(
        _ assertion: SchemaNode.Assertion, _ value: JSON, _ path: [PathStep], _ found: inout [SchemaFault]
    ) {
        guard case .array(let elements) = value else { return }
        func fault(_ cause: SchemaFault.Cause) { found.append(SchemaFault(path: path, cause: cause, value: value)) }
        switch assertion {
        case .minItems(let limit): if elements.count < limit { fault(.tooFewItems(limit, actual: elements.count)) }
        case .maxItems(let limit): if elements.count > limit { fault(.tooManyItems(limit, actual: elements.count)) }
        case .uniqueItems:
            var seen: [JSON: Int] = [:]
            for (index, element) in elements.enumerated() {
                if let first = seen.updateValue(index, forKey: element.normalized) {
                    return fault(.duplicateItems(first, index))
                }
            }
        case .items(let prefix, let rest):
            for (index, element) in elements.enumerated() {
                guard let node = index < prefix.count ? prefix[index] : rest else { break }
                found += faults(element, node, path + [.index(index)])
            }
        case .contains(let node, let minimum, let maximum):
            var count = 0
            for element in elements where faults(element, node, path).isEmpty { count += 1 }
            if count < minimum || count > maximum ?? .max {
                fault(.contains(minimum: minimum, maximum: maximum, actual: count))
            }
        default: break
        }
    }

    private mutating func checkObject(
        _ assertion: SchemaNode.Assertion, _ value: JSON, _ path: [PathStep], _ found: inout [SchemaFault]
    ) {
        guard case .object(let object) = value else { return }
        func fault(_ cause: SchemaFault.Cause, _ member: String? = nil) {
            let place = member.map { path + [.key($0)] } ?? path
            found.append(SchemaFault(path: place, cause: cause, value: value))
        }
        switch assertion {
        case .minProperties(let limit): if object.count < limit { fault(.tooFewMembers(limit, actual: object.count)) }
        case .maxProperties(let limit): if object.count > limit { fault(.tooManyMembers(limit, actual: object.count)) }
        case .required(let names): for name in names where object[name] == nil { fault(.missing, name) }
        case .members(let named, let matching, let others):
            for member in object {
                let place = path + [.key(member.key)]
                var isKnown = false
                if let node = named[member.key] {
                    isKnown = true
                    found += faults(member.value, node, place)
                }
                for entry in matching where entry.pattern.matches(member.key) {
                    isKnown = true
                    found += faults(member.value, entry.node, place)
                }
                guard !isKnown, let others else { continue }
                if case .never? = nodes[others].assertions.first {
                    let nearest = Spelling.nearest(to: member.key, among: named.keys)
                    found.append(SchemaFault(path: place, cause: .unknownMember(nearest: nearest), value: member.value))
                } else {
                    found += faults(member.value, others, place)
                }
            }
        case .propertyNames(let node):
            for member in object { found += faults(.string(member.key), node, path + [.key(member.key)]) }
        case .dependentRequired(let table):
            for (name, others) in table.sorted(by: { $0.key < $1.key }) where object[name] != nil {
                for other in others where object[other] == nil { fault(.dependency(on: name), other) }
            }
        case .dependentSchemas(let table):
            for (name, node) in table.sorted(by: { $0.key < $1.key }) where object[name] != nil {
                found += faults(value, node, path)
            }
        default: break
        }
    }

    private mutating func checkBranches(
        _ assertion: SchemaNode.Assertion, _ value: JSON, _ path: [PathStep], _ found: inout [SchemaFault]
    ) {
        switch assertion {
        case .reference(let node): found += faults(value, node, path)
        case .allOf(let branches): for node in branches { found += faults(value, node, path) }
        case .anyOf(let branches): found += nearestFaults(value, branches, path)
        case .oneOf(let branches):
            let fitting = branches.filter { faults(value, $0, path).isEmpty }.count
            if fitting == 0 { found += nearestFaults(value, branches, path) }
            if fitting > 1 { found.append(SchemaFault(path: path, cause: .ambiguous, value: value)) }
        case .not(let node):
            if faults(value, node, path).isEmpty {
                found.append(SchemaFault(path: path, cause: .forbidden, value: value))
            }
        case .conditional(let condition, let then, let otherwise):
            let branch = faults(value, condition, path).isEmpty ? then : otherwise
            if let branch { found += faults(value, branch, path) }
        default: break
        }
    }

    /// The faults of the branch that the value comes nearest to: one of the right type before any other,
    /// then the one with the fewest faults. Empty when a branch fits.
    private mutating func nearestFaults(_ value: JSON, _ branches: [Int], _ path: [PathStep]) -> [SchemaFault] {
        var nearest: (rank: Int, faults: [SchemaFault])?
        for node in branches {
            let found = faults(value, node, path)
            if found.isEmpty { return [] }
            let isOtherType = found.contains {
                if case .type = $0.cause { return $0.path == path }
                return false
            }
            let rank = found.count + (isOtherType ? 1_000_000 : 0)
            if nearest.map({ rank < $0.rank }) ?? true { nearest = (rank, found) }
        }
        return nearest?.faults ?? []
    }
}

extension JSON {
    func isA(_ type: SchemaFault.ValueType) -> Bool {
        switch (type, self) {
        case (.null, .null), (.boolean, .bool), (.string, .string), (.array, .array), (.object, .object): true
        case (.integer, .int), (.number, .int), (.number, .decimal): true
        // An integer is any number without a fraction: 3.0 and 1e400 are.
        case (.integer, .decimal(let text)): Double(text).map { $0 == $0.rounded() } ?? false
        default: false
        }
    }

    func isLess(than other: JSON) -> Bool {
        if case .int(let left) = self, case .int(let right) = other { return left < right }
        guard let left = doubleValue, let right = other.doubleValue else { return false }
        return left < right
    }

    func isMultiple(of divisor: JSON) -> Bool {
        if case .int(let value) = self, case .int(let divisor) = divisor, divisor != 0 { return value % divisor == 0 }
        guard let value = doubleValue, let divisor = divisor.doubleValue else { return true }
        let quotient = value / divisor
        // 0.3 / 0.1 is 2.9999999999999996: decimals are compared with the precision that they were written in.
        return quotient.isFinite && abs(quotient - quotient.rounded()) <= abs(quotient) * 1e-12 + 1e-12
    }

    /// The value with each number in one form, so that 1, 1.0 and 1e0 are equal and hash alike.
    var normalized: JSON {
        switch self {
        case .decimal(let text): Double(text).map { $0.isFinite ? JSON.number($0) : self } ?? self
        case .array(let elements): .array(elements.map(\.normalized))
        case .object(let object): .object(JSONObject(object.map { ($0.key, $0.value.normalized) }))
        default: self
        }
    }

    func isEqualAsNumber(to other: JSON) -> Bool { self == other || normalized == other.normalized }
}
