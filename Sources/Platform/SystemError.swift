import Glibc

/// A system call that failed: what was tried, on which path, and the kernel's reason.
public struct SystemError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The value of `errno`.
    public let code: CInt
    /// What was tried, as a verb phrase: `open`, `rename`.
    public let operation: String
    /// The file concerned, where there is one.
    public let path: String?

    public init(code: CInt, operation: String, path: String? = nil) {
        self.code = code
        self.operation = operation
        self.path = path
    }

    /// The error of the call that has just failed on this thread.
    public static func last(_ operation: String, _ path: String? = nil) -> SystemError {
        SystemError(code: errno, operation: operation, path: path)
    }

    /// The kernel's words for `code`.
    public var reason: String { String(cString: strerror(code)) }

    public var description: String {
        if let path { return "\(operation) \(path): \(reason)" }
        return "\(operation): \(reason)"
    }
}
