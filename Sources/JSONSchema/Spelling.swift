/// Finds what somebody meant.
public enum Spelling {
    /// Bytes of a word that count.
    private static let maxLetters = 64

    /// The candidate that takes the fewest single-letter edits to reach, if they are few for its length: half of a
    /// short one at most.
    public static func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 3 * maxLetters + 1) { room in
            let letters = UnsafeMutableBufferPointer(rebasing: room[..<maxLetters])
            let others = UnsafeMutableBufferPointer(rebasing: room[maxLetters..<2 * maxLetters])
            let row = UnsafeMutableBufferPointer(rebasing: room[(2 * maxLetters)...])
            let count = fold(word, into: letters)
            var best: (distance: Int, name: String)?
            for candidate in candidates {
                // Each edit changes the length by one at most.
                let length = min(candidate.utf8.count, maxLetters)
                guard abs(length - count) <= limit(length, best) else { continue }
                let size = fold(candidate, into: others)
                let distance = distance(letters[..<count], others[..<size], row)
                guard distance <= limit(size, best) else { continue }
                if best.map({ (distance, candidate) < ($0.distance, $0.name) }) ?? true { best = (distance, candidate) }
            }
            return best?.name
        }
    }

    /// Edits that make up a candidate of so many letters, and no more than the best so far.
    private static func limit(_ letters: Int, _ best: (distance: Int, name: String)?) -> Int {
        min(max(2, letters / 3), letters / 2, best?.distance ?? .max)
    }

    /// Its bytes in small letters, as many as there is room for.
    private static func fold(_ word: String, into letters: UnsafeMutableBufferPointer<UInt8>) -> Int {
        var count = 0
        for letter in word.utf8 {
            if letter >= 0x80 { return letters.update(fromContentsOf: word.lowercased().utf8.prefix(letters.count)) }
            if count == letters.count { break }
            letters[count] = letter &- 0x41 < 26 ? letter | 0x20 : letter
            count += 1
        }
        return count
    }

    /// Levenshtein's distance.
    /// - Parameter row: room for one more than `right` has.
    private static func distance(
        _ left: Slice<UnsafeMutableBufferPointer<UInt8>>, _ right: Slice<UnsafeMutableBufferPointer<UInt8>>,
        _ row: UnsafeMutableBufferPointer<UInt8>
    ) -> Int {
        for j in 0...right.count { row[j] = UInt8(j) }
        for (i, a) in left.enumerated() {
            var diagonal = row[0]
            row[0] = UInt8(i + 1)
            for (j, b) in right.enumerated() {
                let above = row[j + 1]
                row[j + 1] = min(above + 1, row[j] + 1, diagonal + (a == b ? 0 : 1))
                diagonal = above
            }
        }
        return Int(row[right.count])
    }
}
