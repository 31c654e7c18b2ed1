/// Which members or items of one value some keyword has looked at, for `unevaluatedProperties` and `unevaluatedItems`.
/// Kept only where such a keyword will ask.
struct Marks {
    let isKept: Bool
    private var hasAll = false
    /// The first 64, without an allocation.
    private var low: UInt64 = 0
    private var high: [UInt64] = []

    static let none = Marks(isKept: false)

    init(isKept: Bool) { self.isKept = isKept }

    mutating func add(_ index: Int) {
        guard isKept else { return }
        if index < 64 {
            low |= 1 << UInt64(index)
            return
        }
        let word = index / 64 - 1
        while high.count <= word { high.append(0) }
        high[word] |= 1 << UInt64(index % 64)
    }

    mutating func addAll() { hasAll = true }

    mutating func add(_ other: Marks) {
        guard isKept else { return }
        if other.hasAll { hasAll = true }
        low |= other.low
        while high.count < other.high.count { high.append(0) }
        for (word, bits) in other.high.enumerated() { high[word] |= bits }
    }

    func contains(_ index: Int) -> Bool {
        if hasAll { return true }
        if index < 64 { return low >> UInt64(index) & 1 == 1 }
        let word = index / 64 - 1
        return word < high.count && high[word] >> UInt64(index % 64) & 1 == 1
    }
}
