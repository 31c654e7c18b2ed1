import JSON

/// Numbers and texts.
extension SchemaChecker {
    mutating func checkNumber(_ assertion: SchemaNode.Assertion, _ value: JSON) -> Bool {
        switch assertion {
        case .minimum(let limit):
            return !isLess(value, limit.json, limit.number, or: false) || fail(.lessThanMinimum(limit.json), value)
        case .exclusiveMinimum(let limit):
            return !isLess(value, limit.json, limit.number, or: true) || fail(.notGreaterThan(limit.json), value)
        case .maximum(let limit):
            return isLess(value, limit.json, limit.number, or: true) || fail(.greaterThanMaximum(limit.json), value)
        case .exclusiveMaximum(let limit):
            return isLess(value, limit.json, limit.number, or: false) || fail(.notLessThan(limit.json), value)
        case .multipleOf(let divisor): return checkMultiple(of: divisor, value)
        default: return true
        }
    }

    /// Whether a number is less than a limit, or equal to it where `orEqual` says so.
    private mutating func isLess(_ value: JSON, _ limit: JSON, _ number: ExactNumber, or orEqual: Bool) -> Bool {
        if case .int(let value) = value, case .int(let limit) = limit {
            return orEqual ? value <= limit : value < limit
        }
        guard let exact = exact(value) else { return false }
        return orEqual ? exact <= number : exact < number
    }

    private mutating func checkMultiple(of divisor: SchemaNode.Limit, _ value: JSON) -> Bool {
        if case .int(let value) = value, case .int(let divisor) = divisor.json, divisor > 0 {
            return value % divisor == 0 || fail(.notMultipleOf(.int(divisor)), .int(value))
        }
        guard let exact = exact(value), spend(exact.costOfDivision(by: divisor.number)) else { return false }
        guard let isMultiple = exact.isMultiple(of: divisor.number) else {
            exhaust()
            return false
        }
        return isMultiple || fail(.notMultipleOf(divisor.json), value)
    }

    private mutating func exact(_ value: JSON) -> ExactNumber? {
        if case .decimal(let text) = value, !spend(text.utf8.count / 16) { return nil }
        return ExactNumber(value)
    }

    mutating func checkText(_ assertion: SchemaNode.Assertion, _ text: String, _ value: JSON) -> Bool {
        switch assertion {
        case .minLength(let limit):
            return isLength(of: text, atLeast: limit) || fail(.tooFewCharacters(limit), value)
        case .maxLength(let limit):
            return limit == .max || !isLength(of: text, atLeast: limit + 1) || fail(.tooManyCharacters(limit), value)
        case .pattern(let pattern):
            return matches(pattern, text) || fail(.pattern(pattern.source), value)
        case .format(let format):
            guard spend(text.utf8.count / 8) else { return false }
            return format.accepts(text) || fail(.format(format.rawValue), value)
        default: return true
        }
    }

    /// The length counts characters in the sense of RFC 8259: code points, of 1 to 4 bytes.
    private mutating func isLength(of text: String, atLeast limit: Int) -> Bool {
        let bytes = text.utf8.count
        if bytes < limit { return false }
        if (bytes + 3) / 4 >= limit { return true }
        guard spend(bytes / 16) else { return false }
        return text.unicodeScalars.count >= limit
    }

    mutating func matches(_ pattern: Pattern, _ text: String) -> Bool {
        guard let isMatch = pattern.matches(text, steps: &stepsLeft), spend(0) else {
            exhaust()
            return false
        }
        return isMatch
    }
}
