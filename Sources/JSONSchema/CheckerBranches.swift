import JSON

extension SchemaChecker {
    mutating func checkBranches(_ assertion: SchemaNode.Assertion, _ value: JSON, _ marks: inout Marks) -> Bool {
        switch assertion {
        case .anyOf(let branches):
            var fits = false
            for node in branches where fitsQuietly(value, node, &marks) {
                fits = true
                // Branches that fit, too, may have looked at further members.
                if !marks.isKept { break }
            }
            return fits || failNearest(value, branches, &marks)
        case .oneOf(let branches):
            var fitting = 0
            for node in branches where fitsQuietly(value, node, &marks) {
                fitting += 1
                if fitting > 1 { return fail(.ambiguous, value) }
            }
            return fitting == 1 || failNearest(value, branches, &marks)
        case .not(let node): return !fitsQuietly(value, node) || fail(.forbidden, value)
        case .conditional(let condition, let then, let otherwise):
            let branch = fitsQuietly(value, condition, &marks) ? then : otherwise
            return branch.map { check(value, $0, &marks) } ?? true
        default: return true
        }
    }

    mutating func fitsQuietly(_ value: JSON, _ node: Int) -> Bool {
        var none = Marks.none
        return fitsQuietly(value, node, &none)
    }

    /// Whether a value fits, without noting faults. What a schema that does not fit looked at does not count.
    private mutating func fitsQuietly(_ value: JSON, _ node: Int, _ marks: inout Marks) -> Bool {
        let wasCollecting = isCollecting
        isCollecting = false
        defer { isCollecting = wasCollecting }
        guard marks.isKept else { return check(value, node, &marks) }
        var own = Marks(isKept: true)
        guard check(value, node, &own) else { return false }
        marks.add(own)
        return true
    }

    /// Notes why none of the branches fits: the faults of the branch that the value comes nearest to first. Branches of
    /// another type are left out where one has the right type.
    private mutating func failNearest(_ value: JSON, _ branches: [Int], _ marks: inout Marks) -> Bool {
        guard isCollecting, !isExhausted else { return false }
        var tried: [(rank: Int, faults: [SchemaFault], marks: Marks)] = []
        for node in branches {
            let kept = found
            found = []
            var own = Marks(isKept: marks.isKept)
            _ = check(value, node, &own)
            tried.append((rank(found), found, own))
            found = kept
            if isExhausted { return false }
        }
        // Stable: of two that are equally near the first comes first.
        let order = tried.indices.sorted { (tried[$0].rank, $0) < (tried[$1].rank, $1) }
        guard let nearest = order.first else { return false }
        marks.add(tried[nearest].marks)
        let known = found.count
        for index in order where index == nearest || isWorthTelling(tried[index], beside: tried[nearest].rank) {
            for fault in tried[index].faults where found.count < program.maxFaults {
                let isTold = found[known...].contains { $0.path == fault.path && $0.cause == fault.cause }
                if !isTold, spend(1 + (found.count - known) / 8) { found.append(fault) }
            }
        }
        return false
    }

    private static let otherType = 1_000_000
    private static let otherKind = 1_000

    /// How far a value is from a branch: by type before all, then by a member that tells kinds apart, then by the
    /// number of faults.
    private func rank(_ faults: [SchemaFault]) -> Int {
        faults.reduce(0) { rank, fault in
            switch fault.cause {
            case .type where fault.path == path: rank + Self.otherType
            case .notOneOf(let values) where values.count == 1 && fault.path.count == path.count + 1:
                rank + Self.otherKind
            default: rank + 1
            }
        }
    }

    private func isWorthTelling(
        _ branch: (rank: Int, faults: [SchemaFault], marks: Marks), beside nearest: Int
    ) -> Bool {
        if branch.rank >= Self.otherType {
            // That a value might have been null as well helps nobody.
            return nearest >= Self.otherType && branch.faults.allSatisfy { $0.cause != .type([.null]) }
        }
        return branch.rank < Self.otherKind || nearest >= Self.otherKind
    }
}
