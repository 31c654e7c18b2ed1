import Glibc
import JSON
import JSONRPC
import Platform
import Synchronization

/// Writes a recording as it happens: each line is with the kernel as soon as it is made, so a killed process leaves
/// all that it had written, and `finish` sees it to the disk.
public final class RecordingWriter: Sendable {
    private let file: Descriptor
    private let path: String
    private let started: Instant
    /// Set when the disk takes no more: a recording ends, the program goes on.
    private let failure = Mutex<SystemError?>(nil)

    /// - Parameter path: `{pid}` in it stands for the process's number, for several that have one setting.
    public init(path: String, head: RecordingHead, started: Instant) throws(SystemError) {
        self.path = Self.named(path)
        self.started = started
        // What was said may be nobody else's business.
        file = try Descriptor.open(self.path, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o600)
        write(head.json.bytes + [UInt8(ascii: "\n")])
    }

    private static func named(_ path: String) -> String {
        var bytes = Array(path.utf8)
        for range in bytes.withUnsafeBytes({ $0.ranges(of: Array("{pid}".utf8)) }).reversed() {
            bytes.replaceSubrange(range, with: "\(getpid())".utf8)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    public func write(_ events: [WireTap.Event]) {
        var lines: [UInt8] = []
        for event in events {
            let time = Self.time(event.time.seconds(since: started))
            let name = event.direction.rawValue
            switch event.content {
            case .piece(let piece): RecordingLine.write(piece, event.direction, at: time, to: &lines)
            case .end: lines += "{\"t\":\(time),\"\(name)_end\":true}\n".utf8
            case .lost(let count): lines += "{\"t\":\(time),\"\(name)_lost\":\(count)}\n".utf8
            }
        }
        write(lines)
    }

    /// Writes the last line.
    public func finish(exit code: Int32) {
        write(Array("{\"t\":\(Self.time(Instant.now.seconds(since: started))),\"exit\":\(code)}\n".utf8))
        try? file.synchronize()
    }

    private func write(_ bytes: [UInt8]) {
        failure.withLock { failure in
            guard failure == nil else { return }
            do throws(SystemError) {
                try bytes.withUnsafeBytes { buffer in
                    Result { () throws(SystemError) in try file.write(buffer) }
                }.get()
            } catch {
                failure = error
                Log.error("the recording \(path) ends here: \(error.reason)")
            }
        }
    }

    /// Seconds with six digits.
    private static func time(_ seconds: Double) -> String {
        let micros = Int64(max(0, seconds) * 1_000_000)
        let rest = String(micros % 1_000_000)
        return "\(micros / 1_000_000)." + String(repeating: "0", count: 6 - rest.count) + rest
    }
}
