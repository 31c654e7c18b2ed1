import Glibc

/// A regular file that was opened once and is read through that descriptor alone, wherever its name leads later.
public final class OpenFile: Sendable {
    /// For messages: the name by which it was asked for.
    public let path: String
    /// As it was when it was opened.
    public let status: FileStatus
    private let descriptor: Descriptor

    /// Seconds after a change in which a further one may leave the same time behind: the kernel's clock for
    /// files ticks at least every 10 ms.
    private static let clockTick = 0.02

    /// - Throws: `SystemError`, `EISDIR` or `EINVAL` for what is no regular file.
    public init(_ descriptor: consuming Descriptor, path: String) throws(SystemError) {
        let status = try Files.status(of: descriptor.raw)
        guard status.isRegular else {
            throw SystemError(code: status.isDirectory ? EISDIR : EINVAL, operation: "open", path: path)
        }
        self.path = path
        self.status = status
        self.descriptor = descriptor
    }

    public var size: Int64 { status.size }

    /// Seconds until every change from now on can be told by `hasChanged`; 0 as a rule.
    public var secondsToSettle: Double {
        let age = Timestamp.now.seconds - max(status.modified, status.changed).seconds
        return age < 0 ? Self.clockTick : max(0, Self.clockTick - age)
    }

    /// Whether its bytes may be others than when it was opened.
    public var hasChanged: Bool {
        guard let now = try? Files.status(of: descriptor.raw) else { return true }
        return now.size != status.size || now.modified != status.modified
    }

    /// Whether nothing at all was done to it, its times included.
    public var isUntouched: Bool {
        guard let now = try? Files.status(of: descriptor.raw) else { return false }
        return !hasChanged && now.changed == status.changed
    }

    /// Reads at most `buffer.count` bytes from `offset`; 0 at the end.
    public func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
        while true {
            let count = pread(descriptor.raw, buffer.baseAddress, buffer.count, off_t(offset))
            if count >= 0 { return count }
            if errno != EINTR { throw SystemError.last("read", path) }
        }
    }

    /// The first bytes, at most `count`.
    public func start(_ count: Int) throws(SystemError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let got = try bytes.withUnsafeMutableBytes { buffer in
            Result { () throws(SystemError) in try read(at: 0, into: buffer) }
        }.get()
        return Array(bytes[..<got])
    }
}
