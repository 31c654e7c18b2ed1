/// Why bytes are not a JSON document, and where.
public struct JSONParseError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Cause: Sendable, Equatable {
        /// The parser's words: `'}' expected near end of file`.
        case syntax(String)
        /// More open brackets than the limit.
        case tooDeep(limit: Int)
    }

    public let cause: Cause
    /// From 1.
    public let line: Int
    /// In characters, from 1.
    public let column: Int
    /// From 0.
    public let byte: Int

    public var description: String {
        switch cause {
        case .syntax(let text): "\(text) at line \(line), column \(column)"
        case .tooDeep(let limit): "nested deeper than \(limit) at line \(line), column \(column)"
        }
    }
}
