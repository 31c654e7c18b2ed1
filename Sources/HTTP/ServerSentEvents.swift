/// Takes a stream of server-sent events apart (the HTML Standard, section 9.2.6), however it was cut.
///
/// Lines end with LF, CR or CRLF; comments are passed over; a field that is no `data` plays no part, but for
/// `event`. An event that the end of the stream cuts off is none.
public struct ServerSentEvents: Sendable {
    /// The data of one event, its lines joined by LF.
    public struct Event: Sendable, Equatable {
        /// The value of `event`; `message` where there was none.
        public let name: String
        public let data: [UInt8]
    }

    /// An event is larger than it may be.
    public struct TooLarge: Error, Sendable {
        public let limit: Int
    }

    private let maxEventBytes: Int
    private var line: [UInt8] = []
    private var data: [UInt8] = []
    private var hasData = false
    private var name = ""
    /// The last byte was a CR: an LF that follows belongs to it.
    private var endedWithCR = false
    /// A byte order mark is passed over at the very start.
    private var isAtStart = true

    /// - Parameter maxEventBytes: of one event's data, and of one line.
    public init(maxEventBytes: Int) { self.maxEventBytes = maxEventBytes }

    /// - Returns: the events that are whole now.
    public mutating func push(_ bytes: UnsafeRawBufferPointer) throws(TooLarge) -> [Event] {
        var events: [Event] = []
        for byte in bytes {
            switch byte {
            case 0x0A where endedWithCR: endedWithCR = false
            case 0x0A, 0x0D:
                endedWithCR = byte == 0x0D
                if let event = try endLine() { events.append(event) }
            default:
                endedWithCR = false
                guard line.count < maxEventBytes else { throw TooLarge(limit: maxEventBytes) }
                line.append(byte)
            }
        }
        return events
    }

    private mutating func endLine() throws(TooLarge) -> Event? {
        defer { line.removeAll(keepingCapacity: line.capacity <= 65_536) }
        if isAtStart {
            isAtStart = false
            if line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
        }
        guard !line.isEmpty else { return dispatch() }
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        var value = line[colon...].dropFirst()
        if value.first == 0x20 { value = value.dropFirst() }
        switch line[..<colon] {
        case let field where field.elementsEqual("data".utf8):
            guard data.count + value.count < maxEventBytes else { throw TooLarge(limit: maxEventBytes) }
            if hasData { data.append(0x0A) }
            data += value
            hasData = true
        case let field where field.elementsEqual("event".utf8): name = String(decoding: value, as: UTF8.self)
        // A comment (no field before the colon), `id`, `retry`, or what nobody knows.
        default: break
        }
        return nil
    }

    private mutating func dispatch() -> Event? {
        defer {
            data = []
            hasData = false
            name = ""
        }
        return hasData ? Event(name: name.isEmpty ? "message" : name, data: data) : nil
    }
}
