import Glibc

/// A shared library that is opened when it is first needed, and never closed.
///
/// `@unchecked Sendable`: the handle is only ever passed to `dlsym`, which is thread-safe.
public struct DynamicLibrary: @unchecked Sendable {
    private let handle: UnsafeMutableRawPointer

    public struct NotFound: Error, Sendable, CustomStringConvertible {
        public let description: String

        public init(description: String) { self.description = description }
    }

    /// Opens the first of `names` that the loader finds.
    public init(_ names: String...) throws(NotFound) {
        var reason = "no name given"
        for name in names {
            if let handle = dlopen(name, RTLD_NOW | RTLD_LOCAL) {
                self.handle = handle
                return
            }
            if let text = dlerror() { reason = String(cString: text) }
        }
        throw NotFound(description: reason)
    }

    /// The address of `name` as a C function of type `F`.
    public func function<F>(_ name: String, as type: F.Type = F.self) throws(NotFound) -> F {
        guard let symbol = dlsym(handle, name) else { throw NotFound(description: "no symbol \(name)") }
        return unsafeBitCast(symbol, to: type)
    }
}
