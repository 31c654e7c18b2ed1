import Glibc

// The standard library's module of this name, as ThreadSanitizer can understand it: its locks are futexes, of which the
// sanitizer knows nothing. `make tsan` puts this one before it.

public struct Mutex<Value: ~Copyable>: ~Copyable, @unchecked Sendable {
    fileprivate let box: Box<Value>

    public init(_ value: consuming sending Value) { box = Box(value) }

    public borrowing func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        pthread_mutex_lock(box.mutex)
        defer { pthread_mutex_unlock(box.mutex) }
        return try body(&box.value)
    }
}

fileprivate final class Box<Value: ~Copyable> {
    let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    var value: Value

    init(_ value: consuming Value) {
        self.value = value
        pthread_mutex_init(mutex, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }
}

public enum Ordering {
    case relaxed
    case acquiringAndReleasing
}

public struct Atomic<Value>: ~Copyable, @unchecked Sendable {
    private let box: Mutex<Value>

    public init(_ value: consuming sending Value) { box = Mutex(value) }

    public func load(ordering: Ordering) -> Value { box.unchecked { $0 } }

    public func store(_ value: Value, ordering: Ordering) { box.unchecked { $0 = value } }

    public func exchange(_ value: Value, ordering: Ordering) -> Value {
        box.unchecked { current in
            defer { current = value }
            return current
        }
    }
}

extension Atomic where Value: FixedWidthInteger {
    @discardableResult
    public func add(_ value: Value, ordering: Ordering) -> (oldValue: Value, newValue: Value) {
        box.unchecked { current in
            defer { current += value }
            return (current, current + value)
        }
    }
}

extension Mutex where Value: Copyable {
    fileprivate borrowing func unchecked<Result>(_ body: (inout Value) -> Result) -> Result {
        pthread_mutex_lock(box.mutex)
        defer { pthread_mutex_unlock(box.mutex) }
        return body(&box.value)
    }
}
