import JSON
import Platform

/// One check of one value, with a budget of steps that bounds what schema and value together can cost.
///
/// A check that does not collect ends at the first fault and keeps no places: with it branches are tried.
struct SchemaChecker {
    let program: SchemaProgram
    var isCollecting: Bool
    var stepsLeft: Int
    /// From the root of the value, where faults are collected.
    var path: [PathStep] = []
    var found: [SchemaFault] = []
    /// Whether the steps or the depth ran out: then no verdict means anything.
    private(set) var isExhausted = false
    private var depth = 0
    /// The resources that were entered on the way to this schema, outermost first.
    private var scope: [Int] = []

    /// Schemas inside schemas: a document is at most 512 deep, and each level may pass a few references.
    private static let maxDepth = 2_000
    /// From here on the stack is watched as well: threads have 2 MiB or more, and a level takes up to 2 KiB.
    private static let watchedDepth = 200
    private let stackStart = Stack.position

    init(_ program: SchemaProgram, isCollecting: Bool) {
        self.program = program
        self.isCollecting = isCollecting
        stepsLeft = program.maxSteps
    }

    /// - Returns: whether the value fits.
    mutating func run(_ value: JSON) -> Bool {
        var marks = Marks.none
        return check(value, program.root, &marks) && !isExhausted
    }

    /// Takes steps off the budget.
    /// - Returns: whether it held.
    mutating func spend(_ steps: Int) -> Bool {
        stepsLeft -= steps
        if stepsLeft < 0 { isExhausted = true }
        return !isExhausted
    }

    mutating func exhaust() { isExhausted = true }

    /// Notes a fault at the current place.
    /// - Returns: false, for callers to hand on.
    mutating func fail(_ cause: @autoclosure () -> SchemaFault.Cause, _ value: JSON) -> Bool {
        if isCollecting, found.count < program.maxFaults {
            found.append(SchemaFault(path: path, cause: cause(), value: value))
        }
        return false
    }

    /// The same at a member of the current place.
    mutating func fail(_ cause: @autoclosure () -> SchemaFault.Cause, at key: String, _ value: JSON) -> Bool {
        guard isCollecting else { return false }
        path.append(.key(key))
        defer { path.removeLast() }
        return fail(cause(), value)
    }

    /// Whether nothing more can be learnt after a fault.
    var isDone: Bool { !isCollecting || isExhausted || found.count >= program.maxFaults }

    /// - Parameter marks: what this schema looks at is added to them, where the schema that asks for it needs them.
    mutating func check(_ value: JSON, _ index: Int, _ marks: inout Marks) -> Bool {
        guard spend(1) else { return false }
        if depth >= Self.watchedDepth, isTooDeep() { return false }
        let node = program.nodes[index]
        // Of a value of the wrong type nothing else that could be said is of use.
        if let types = node.types, !types.contains(value) { return fail(.type(types.list), value) }
        if node.assertions.isEmpty, !node.hasUnevaluated { return true }
        depth += 1
        let entersResource = !program.dynamicAnchors.isEmpty && scope.last != node.resource
        if entersResource { scope.append(node.resource) }
        defer {
            depth -= 1
            if entersResource { scope.removeLast() }
        }
        guard node.hasUnevaluated else { return checkAssertions(of: node, value, &marks) }
        var own = Marks(isKept: true)
        var fits = checkAssertions(of: node, value, &own)
        if fits || !isDone { fits = checkUnevaluated(of: node, index, value, &own) && fits }
        marks.add(own)
        return fits
    }

    private mutating func isTooDeep() -> Bool {
        let position = Stack.position
        if depth >= Self.maxDepth || stackStart > position && stackStart - position > Stack.share { exhaust() }
        return isExhausted
    }

    private mutating func checkAssertions(of node: SchemaNode, _ value: JSON, _ marks: inout Marks) -> Bool {
        var fits = true
        for assertion in node.assertions where !check(assertion, value, &marks) {
            fits = false
            if isDone { return false }
        }
        return fits
    }

    private mutating func check(_ assertion: SchemaNode.Assertion, _ value: JSON, _ marks: inout Marks) -> Bool {
        switch assertion {
        case .never: return fail(.forbidden, value)
        case .values(let list):
            guard spend(list.weight) else { return false }
            return list.contains(value) || fail(.notOneOf(list.values), value)
        case .minimum, .maximum, .exclusiveMinimum, .exclusiveMaximum, .multipleOf:
            switch value {
            case .int, .decimal: return checkNumber(assertion, value)
            default: return true
            }
        case .minLength, .maxLength, .pattern, .format:
            guard case .string(let text) = value else { return true }
            return checkText(assertion, text, value)
        case .minItems, .maxItems, .uniqueItems, .items, .contains:
            guard case .array(let elements) = value else { return true }
            return checkArray(assertion, elements, value, &marks)
        case .members(let rules):
            guard case .object(let object) = value else { return true }
            return checkMembers(rules, object, &marks)
        case .minProperties, .maxProperties, .required, .propertyNames, .dependentRequired, .dependentSchemas:
            guard case .object(let object) = value else { return true }
            return checkObject(assertion, object, value, &marks)
        case .reference(let node): return check(value, node, &marks)
        case .dynamicReference(let name, let initial): return check(value, dynamicTarget(name) ?? initial, &marks)
        case .allOf(let branches):
            var fits = true
            for node in branches where !check(value, node, &marks) {
                fits = false
                if isDone { return false }
            }
            return fits
        case .anyOf, .oneOf, .not, .conditional: return checkBranches(assertion, value, &marks)
        }
    }

    /// What the outermost resource of the dynamic scope has under a name.
    private mutating func dynamicTarget(_ name: Int) -> Int? {
        let targets = program.dynamicAnchors[name]
        guard spend(scope.count / 8) else { return nil }
        for resource in scope {
            if let target = targets[resource] { return target }
        }
        return nil
    }
}
