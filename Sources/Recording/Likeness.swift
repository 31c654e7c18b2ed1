import JSON
import Platform

/// Whether what was said now is what was recorded.
///
/// Byte by byte, but for what no two runs have in common: an id that a run made up (a UUID and its like)
/// may be another one, as long as it is the same one wherever the recorded one stands; a time may be another time; and
/// members that were named may hold anything.
public struct Likeness: Sendable {
    private let isExact: Bool
    private let ignored: [String]
    /// Ids of the recording, and those of this run in their place; and back.
    private var ids: [[UInt8]: [UInt8]] = [:]
    private var recordedIDs: [[UInt8]: [UInt8]] = [:]

    /// Times that were other times.
    public private(set) var times = 0

    /// - Parameters:
    ///   - isExact: whether every byte counts.
    ///   - ignored: members, and methods of notifications, that may differ.
    public init(isExact: Bool, ignored: [String]) {
        self.isExact = isExact
        self.ignored = ignored
    }

    /// Ids that another one stands for.
    public var substituted: Int { ids.filter { $0.key != $0.value }.count }

    /// Whether a message is a notification that may differ, or be missing.
    public func isIgnored(_ bytes: [UInt8]) -> Bool {
        ignored.contains { name in
            name.contains("/")
                && !bytes.withUnsafeBytes { $0.ranges(of: Array("\"method\":\(JSON.string(name).text)".utf8)) }.isEmpty
        }
    }

    /// Whether `now` is what was recorded; ids are learned where it is.
    public mutating func matches(_ recorded: [UInt8], _ now: [UInt8]) -> Bool {
        guard !isExact else { return recorded == now }
        let (then, today) = (Skeleton(recorded, ignored), Skeleton(now, ignored))
        guard then.bytes == today.bytes, learn(then.ids, today.ids) else { return false }
        times += zip(then.times, today.times).filter { $0 != $1 }.count
        return true
    }

    /// What is sent in place of what was sent: ids that have become others in it.
    public func translated(_ bytes: [UInt8]) -> [UInt8] {
        guard !isExact, substituted > 0 else { return bytes }
        var result = bytes
        for (range, id) in Skeleton(bytes, []).places {
            if let other = ids[id], other.count == range.count { result.replaceSubrange(range, with: other) }
        }
        return result
    }

    private mutating func learn(_ recorded: [[UInt8]], _ now: [[UInt8]]) -> Bool {
        guard recorded.count == now.count else { return false }
        var (forth, back) = (ids, recordedIDs)
        for (then, today) in zip(recorded, now) {
            guard forth[then, default: today] == today, back[today, default: then] == then else { return false }
            forth[then] = today
            back[today] = then
        }
        (ids, recordedIDs) = (forth, back)
        return true
    }
}

/// A message with what differs between runs taken out.
private struct Skeleton {
    private(set) var bytes: [UInt8] = []
    private(set) var ids: [[UInt8]] = []
    private(set) var times: [[UInt8]] = []
    /// Where the ids stood.
    private(set) var places: [(Range<Int>, [UInt8])] = []

    init(_ message: [UInt8], _ ignored: [String]) {
        let names = ignored.map { Array("\(JSON.string($0).text):".utf8) }
        var index = 0
        // A length that is right says nothing that the message does not.
        if let end = Self.lengthEnd(message) {
            bytes += "\0length".utf8
            index = end
        }
        while index < message.count {
            let byte = message[index]
            let isFirst = index == 0 || !Self.isHex(message[index - 1])
            if isFirst, let end = Self.id(message, at: index) {
                let id = Array(message[index..<end])
                ids.append(id)
                places.append((index..<end, id))
                bytes += "\0id".utf8
                index = end
            } else if isFirst, let end = Self.time(message, at: index) {
                times.append(Array(message[index..<end]))
                bytes += "\0time".utf8
                index = end
            } else if byte == UInt8(ascii: "\""),
                let name = names.first(where: { message[index...].starts(with: $0) })
            {
                bytes += name
                bytes += "\0".utf8
                index = Self.valueEnd(message, from: index + name.count)
            } else {
                bytes.append(byte)
                index += 1
            }
        }
    }

    private static func lengthEnd(_ message: [UInt8]) -> Int? {
        let name = Array("Content-Length: ".utf8)
        guard message.starts(with: name) else { return nil }
        let digits = message[name.count...].prefix { $0 >= 0x30 && $0 <= 0x39 }
        let rest = message[(name.count + digits.count)...]
        let blank = Array("\r\n\r\n".utf8)
        guard rest.starts(with: blank), Int(String(decoding: digits, as: UTF8.self)) == rest.count - blank.count else {
            return nil
        }
        return rest.startIndex + blank.count
    }

    /// The end of a UUID, of 32 hexadecimal digits, or of a file's name in a URL that a storage made: 8 digits,
    /// a slash and 24.
    private static func id(_ message: [UInt8], at start: Int) -> Int? {
        func isRun(_ from: Int, _ count: Int) -> Bool {
            from + count <= message.count && message[from..<(from + count)].allSatisfy(isHex)
        }
        func endsThere(_ end: Int) -> Bool { end >= message.count || !isHex(message[end]) }
        if isRun(start, 32), endsThere(start + 32) { return start + 32 }
        if isRun(start, 8), start + 8 < message.count, message[start + 8] == UInt8(ascii: "/"), isRun(start + 9, 24),
            endsThere(start + 33)
        {
            return start + 33
        }
        var index = start
        for (part, count) in [8, 4, 4, 4, 12].enumerated() {
            if part > 0 {
                guard index < message.count, message[index] == UInt8(ascii: "-") else { return nil }
                index += 1
            }
            guard isRun(index, count) else { return nil }
            index += count
        }
        return endsThere(index) ? index : nil
    }

    /// The end of a time as ISO 8601 has it.
    private static func time(_ message: [UInt8], at start: Int) -> Int? {
        let form = Array("0000-00-00T00:00:00".utf8)
        guard start + form.count <= message.count else { return nil }
        for (offset, wanted) in form.enumerated() {
            let byte = message[start + offset]
            guard wanted == UInt8(ascii: "0") ? byte >= 0x30 && byte <= 0x39 : byte == wanted else { return nil }
        }
        var end = start + form.count
        if end < message.count, message[end] == UInt8(ascii: ".") {
            end += 1
            while end < message.count, message[end] >= 0x30, message[end] <= 0x39 { end += 1 }
        }
        return end
    }

    /// The end of a JSON value.
    private static func valueEnd(_ message: [UInt8], from start: Int) -> Int {
        var index = start
        var depth = 0
        while index < message.count {
            switch message[index] {
            case UInt8(ascii: "\""):
                index += 1
                while index < message.count, message[index] != UInt8(ascii: "\"") {
                    index += message[index] == UInt8(ascii: "\\") ? 2 : 1
                }
                index = min(index + 1, message.count)
                if depth == 0 { return index }
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                index += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return index }
                depth -= 1
                index += 1
                if depth == 0 { return index }
            case UInt8(ascii: ",") where depth == 0: return index
            default: index += 1
            }
        }
        return index
    }

    private static func isHex(_ byte: UInt8) -> Bool {
        byte >= 0x30 && byte <= 0x39 || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x66
    }
}
