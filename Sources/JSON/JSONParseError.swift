/// Why bytes are not a JSON document, and where.
public struct JSONParseError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Cause: Sendable, Equatable {
        /// The parser's words: `'}' expected near end of file`.
        case syntax(String)
        /// More open brackets than the limit.
        case tooDeep(limit: Int)
        /// Values that would take more bytes of memory than the limit.
        case tooMuch(limit: Int)
        /// Nothing is known of the document.
        case outOfMemory
    }

    public let cause: Cause
    /// From 1.
    public let line: Int
    /// In characters, from 1.
    public let column: Int
    /// From 0.
    public let byte: Int

    /// Where, in words, and why as far as that can be said without a word of the document's own.
    public var place: String {
        switch cause {
        case .syntax(let text): "\(Self.withoutExcerpt(text)) at line \(line), column \(column)"
        case .tooDeep, .tooMuch, .outOfMemory: description
        }
    }

    /// `invalid token near 'abc'` without what it is near to, which may be anything, a secret too.
    private static func withoutExcerpt(_ text: String) -> String {
        let mark = Array(" near '".utf8)
        let bytes = Array(text.utf8)
        let start = bytes.indices.first { bytes[$0...].starts(with: mark) }
        return start.map { String(decoding: bytes[..<$0], as: UTF8.self) } ?? text
    }

    public var description: String { "\(reason) at line \(line), column \(column)" }

    /// Why, without where.
    public var reason: String {
        switch cause {
        case .syntax(let text): text
        case .tooDeep(let limit): "nested deeper than \(limit)"
        case .tooMuch(let limit): "so many values that they would take more than \(limit >> 20) MiB"
        case .outOfMemory: "out of memory"
        }
    }
}
