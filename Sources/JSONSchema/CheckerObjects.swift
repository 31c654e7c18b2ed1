import JSON

extension SchemaChecker {
    mutating func checkMembers(_ rules: SchemaNode.MemberRules, _ object: JSONObject, _ marks: inout Marks) -> Bool {
        guard spend(object.count / 8) else { return false }
        var fits = true
        var place = 0
        for (index, member) in object.members.enumerated() {
            if !checkMember(rules, member, index, &place, &marks) { fits = false }
            if !fits, isDone { return false }
        }
        return fits
    }

    private mutating func checkMember(
        _ rules: SchemaNode.MemberRules, _ member: JSONObject.Member, _ index: Int, _ place: inout Int,
        _ marks: inout Marks
    ) -> Bool {
        var fits = true
        var isKnown = false
        if let node = rules.node(of: member.key, near: &place) {
            isKnown = true
            fits = checkPart(member.value, node, at: member.key)
        }
        for rule in rules.matching where matches(rule.pattern, member.key) {
            isKnown = true
            fits = checkPart(member.value, rule.node, at: member.key) && fits
        }
        if isKnown {
            marks.add(index)
        } else if let others = rules.others {
            marks.add(index)
            if program.nodes[others].isNever {
                fits = fail(
                    .unknownMember(nearest: Spelling.nearest(to: member.key, among: rules.named.lazy.map(\.name))),
                    at: member.key, member.value
                )
            } else {
                fits = checkPart(member.value, others, at: member.key)
            }
        }
        return fits
    }

    private mutating func checkPart(_ value: JSON, _ node: Int, at key: String) -> Bool {
        var none = Marks.none
        guard isCollecting else { return check(value, node, &none) }
        path.append(.key(key))
        defer { path.removeLast() }
        return check(value, node, &none)
    }

    mutating func checkObject(
        _ assertion: SchemaNode.Assertion, _ object: JSONObject, _ value: JSON, _ marks: inout Marks
    ) -> Bool {
        var fits = true
        switch assertion {
        case .minProperties(let limit):
            fits = object.count >= limit || fail(.tooFewMembers(limit, actual: object.count), value)
        case .maxProperties(let limit):
            fits = object.count <= limit || fail(.tooManyMembers(limit, actual: object.count), value)
        case .required(let names):
            guard spend(names.count / 8) else { return false }
            for name in names where object[name] == nil {
                fits = fail(.missing, at: name, value)
                if isDone { return false }
            }
        case .propertyNames(let node):
            for member in object where !checkPart(.string(member.key), node, at: member.key) {
                fits = false
                if isDone { return false }
            }
        case .dependentRequired(let table):
            for (name, others) in table where object[name] != nil {
                guard spend(1 + others.count / 8) else { return false }
                for other in others where object[other] == nil {
                    fits = fail(.dependency(on: name), at: other, value)
                    if isDone { return false }
                }
            }
        case .dependentSchemas(let table):
            guard spend(table.count / 8) else { return false }
            for (name, node) in table where object[name] != nil {
                if !check(value, node, &marks) { fits = false }
                if !fits, isDone { return false }
            }
        default: break
        }
        return fits
    }

    /// `unevaluatedItems` and `unevaluatedProperties`, after all that stands beside them.
    mutating func checkUnevaluated(of node: SchemaNode, _ index: Int, _ value: JSON, _ marks: inout Marks) -> Bool {
        var fits = true
        switch value {
        case .array(let elements):
            guard let inner = node.unevaluatedItems, spend(elements.count / 64) else { return !isExhausted }
            var none = Marks.none
            for (position, element) in elements.enumerated() where !marks.contains(position) {
                if isCollecting { path.append(.index(position)) }
                if !check(element, inner, &none) { fits = false }
                if isCollecting { path.removeLast() }
                if !fits, isDone { return false }
            }
            marks.addAll()
        case .object(let object):
            guard let inner = node.unevaluatedProperties, spend(object.count / 64) else { return !isExhausted }
            let isNever = program.nodes[inner].isNever
            for (position, member) in object.members.enumerated() where !marks.contains(position) {
                if isNever {
                    let nearest = isCollecting ? nearest(to: member.key, in: index) : nil
                    fits = fail(.unknownMember(nearest: nearest), at: member.key, member.value)
                } else if !checkPart(member.value, inner, at: member.key) {
                    fits = false
                }
                if !fits, isDone { return false }
            }
            marks.addAll()
        default: break
        }
        return fits
    }

    /// The name that a member may have been meant to have, among those of a schema and of the schemas that it applies
    /// to the same value.
    private func nearest(to key: String, in index: Int) -> String? {
        var names: [String] = []
        var pending = [index]
        var seen: Set<Int> = [index]
        func add(_ nodes: [Int]) {
            for node in nodes where seen.insert(node).inserted { pending.append(node) }
        }
        while let node = pending.popLast(), seen.count < 1_000 {
            for assertion in program.nodes[node].assertions {
                switch assertion {
                case .members(let rules): names += rules.named.map(\.name)
                case .reference(let node), .dynamicReference(_, let node): add([node])
                case .allOf(let nodes), .anyOf(let nodes), .oneOf(let nodes): add(nodes)
                case .dependentSchemas(let table): add(table.map(\.node))
                case .conditional(let condition, let then, let otherwise):
                    add([condition] + [then, otherwise].compactMap { $0 })
                default: break
                }
            }
        }
        return Spelling.nearest(to: key, among: names)
    }
}
