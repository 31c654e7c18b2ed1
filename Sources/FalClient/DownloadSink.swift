import FalProtocol
import HTTP
import Platform
import Synchronization

/// Takes the pieces of one download, over as many exchanges as it needs, on the HTTP client's thread.
final class DownloadSink: Sendable {
    /// What ended an exchange from this side.
    enum Verdict: Sendable {
        case refused(HTTPResponse)
        case disk(SystemError)
        case wrongType(String)
        /// The file is another one by now, or the answer is no continuation: from the start, then.
        case another
    }

    private struct State {
        var received: Int64 = 0
        /// Of the whole file, by the server's word.
        var announced: Int64?
        var contentType: String?
        /// What tells this version of the file from others; without it nothing is continued.
        var validator: String?
        var start: [UInt8] = []
        var verdict: Verdict?
    }

    private struct Stop: Error {}

    private let file: NewFile
    private let expectedType: String?
    private let state = Mutex(State())
    private let onProgress: (@Sendable (Int64, Int64?) -> Void)?

    /// Bytes that are looked at to tell what came.
    private static let startBytes = 512

    init(_ file: NewFile, expectedType: String?, onProgress: (@Sendable (Int64, Int64?) -> Void)?) {
        self.file = file
        self.expectedType = expectedType
        self.onProgress = onProgress
    }

    var expected: String { expectedType ?? MediaType.unknown }
    var received: Int64 { state.withLock { $0.received } }
    var announced: Int64? { state.withLock { $0.announced } }
    var contentType: String? { state.withLock { $0.contentType } }
    var verdict: Verdict? { state.withLock { $0.verdict } }
    /// Whether all that was announced is there.
    var isWhole: Bool { state.withLock { $0.announced == $0.received } }

    /// What is still to be asked for: nothing special, or the rest of the very same file.
    func resumption() throws(SystemError) -> [(name: String, value: String)] {
        let (received, validator) = state.withLock { state in
            state.verdict = nil
            return (state.received, state.validator)
        }
        guard received > 0 else { return [] }
        guard let validator else {
            try restart()
            return []
        }
        return [("Range", "bytes=\(received)-"), ("If-Range", validator)]
    }

    /// Forgets what has come.
    func restart() throws(SystemError) {
        try file.empty()
        state.withLock { $0 = State() }
    }

    func begin(_ head: HTTPHead) throws {
        try state.withLock { state in
            guard (200..<300).contains(head.status) else {
                // What is asked for lies beyond the end: the file is whole, or it has become shorter.
                state.verdict = head.status == 416 && state.received > 0
                    ? .another : .refused(HTTPResponse(head: head, body: []))
                throw Stop()
            }
            let length = head.headers["content-length"].flatMap { Int64($0) }
            let type = head.headers["content-type"]
            if state.received > 0, head.status == 206 {
                let range = head.headers["content-range"].flatMap(ContentRange.init)
                // Where the validator is a date, the tag is a weak one and says nothing.
                let tag = state.validator?.hasPrefix("\"") == true ? head.headers["etag"] : nil
                guard let range, range.first == state.received, range.total == nil || range.total == state.announced,
                    tag == nil || tag == state.validator
                else {
                    state.verdict = .another
                    throw Stop()
                }
                return
            }
            if state.received > 0 {
                // The server sends all of it again, or another file by now.
                do throws(SystemError) { try file.empty() } catch {
                    state.verdict = .disk(error)
                    throw Stop()
                }
                state = State()
            }
            state.contentType = type
            state.announced = length.flatMap { $0 >= 0 ? $0 : nil }
            // A weak tag stands for files that may differ in their bytes.
            let tag = head.headers["etag"]
            state.validator = tag?.hasPrefix("\"") == true ? tag : head.headers["last-modified"]
            if let type, isWrong(type) {
                state.verdict = .wrongType(type)
                throw Stop()
            }
        }
    }

    func append(_ bytes: UnsafeRawBufferPointer) throws {
        let (received, announced) = try state.withLock { state in
            if state.start.count < Self.startBytes {
                state.start += bytes.prefix(Self.startBytes - state.start.count)
                if let type = MediaType.text(in: state.start), isWrong(type) {
                    state.verdict = .wrongType(type)
                    throw Stop()
                }
            }
            do throws(SystemError) { try file.write(bytes) } catch {
                state.verdict = .disk(error)
                throw Stop()
            }
            state.received += Int64(bytes.count)
            return (state.received, state.announced)
        }
        onProgress?(received, announced)
    }

    /// A page or a message in place of a picture, a sound or a film.
    private func isWrong(_ type: String) -> Bool {
        guard let expectedType, MediaType.isMedia(expectedType) else { return false }
        return MediaType.isText(type)
    }
}

/// `Content-Range` of a part that was sent (RFC 9110 section 14.4).
struct ContentRange: Equatable {
    let first: Int64
    let last: Int64
    /// nil for `*`.
    let total: Int64?

    init?(_ text: String) {
        let unit = "bytes "
        guard text.lowercased().hasPrefix(unit) else { return nil }
        let halves = text.dropFirst(unit.count).split(separator: "/", omittingEmptySubsequences: false)
        guard halves.count == 2 else { return nil }
        let ends = halves[0].split(separator: "-", omittingEmptySubsequences: false).map { Int64($0.trimmingBlanks()) }
        guard ends.count == 2, let first = ends[0], let last = ends[1], first >= 0, last >= first else { return nil }
        let total = halves[1].trimmingBlanks()
        if total == "*" { self.total = nil } else {
            guard let number = Int64(total), number > last else { return nil }
            self.total = number
        }
        self.first = first
        self.last = last
    }
}
