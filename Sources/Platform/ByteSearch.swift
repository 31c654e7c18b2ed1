import Glibc

extension UnsafeRawBufferPointer {
    /// Every place of `needle`, one after the other.
    public func ranges(of needle: [UInt8]) -> [Range<Int>] {
        guard let base = baseAddress, let first = needle.first else { return [] }
        var found: [Range<Int>] = []
        needle.withUnsafeBytes { needle in
            guard let wanted = needle.baseAddress else { return }
            var start = 0
            while start + needle.count <= count,
                let place = memchr(base + start, CInt(first), count - needle.count - start + 1)
            {
                let lower = UnsafeRawPointer(place) - base
                if memcmp(place, wanted, needle.count) == 0 {
                    found.append(lower..<(lower + needle.count))
                    start = lower + needle.count
                } else {
                    start = lower + 1
                }
            }
        }
        return found
    }
}
