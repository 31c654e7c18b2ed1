/// What a `Range` header asks for of a file (RFC 9110 section 14).
public enum ByteRange: Sendable, Equatable {
    case whole
    case part(Range<Int64>)
    case unsatisfiable

    /// Several ranges, other units and what is no range are answered with the whole file, as the RFC allows.
    public init(_ header: String?, size: Int64) {
        guard let header, header.hasPrefix("bytes="), !header.contains(",") else {
            self = .whole
            return
        }
        let ends = header.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2 else {
            self = .whole
            return
        }
        switch (ends[0].isEmpty ? nil : Int64(ends[0]), ends[1].isEmpty ? nil : Int64(ends[1])) {
        case (let start?, let last) where start >= 0:
            guard last.map({ $0 >= start }) ?? ends[1].isEmpty else {
                self = .whole
                return
            }
            self =
                start < size
                ? .part(start..<min(last.map { $0 == .max ? size : $0 + 1 } ?? size, size)) : .unsatisfiable
        case (nil, let count?) where ends[0].isEmpty && count >= 0:
            self = count == 0 || size == 0 ? .unsatisfiable : .part(max(0, size - count)..<size)
        default: self = .whole
        }
    }
}
