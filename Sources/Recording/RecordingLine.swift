import JSON
import JSONRPC
import Platform

/// One line of a recording after the first: when, and what.
///
/// `{"t":0.000123,"in":MESSAGE}`: the message stands there byte for byte, so that a line reads well and is JSON itself.
/// `before` and `after` are what stood around it, where that is not nothing and a newline. What cannot stand in a line
/// (no JSON, no UTF-8, a line break in it, too long to be read by anybody) is `in_base64`, with all around it.
enum RecordingLine {
    /// - Parameter piece: its message, if it has one, is JSON, as `Redaction` leaves it.
    static func write(
        _ piece: WireSplitter.Piece, _ direction: WireTap.Direction, at time: String, to line: inout [UInt8]
    ) {
        line += "{\"t\":\(time),".utf8
        if let message = piece.message, let (before, after) = surroundings(piece, message) {
            if !before.isEmpty { line += "\"before\":\(JSON.string(before).text),".utf8 }
            if after != "\n" { line += "\"after\":\(JSON.string(after).text),".utf8 }
            line += "\"\(direction.rawValue)\":".utf8
            line += piece.bytes[message]
            line += "}\n".utf8
        } else {
            line += "\"\(direction.rawValue)_base64\":\"".utf8
            Base64.append(piece.bytes, to: &line)
            line += "\"}\n".utf8
        }
    }

    /// What stands around a message that may stand in a line; nil where it may not.
    private static func surroundings(_ piece: WireSplitter.Piece, _ message: Range<Int>) -> (String, String)? {
        let bytes = piece.bytes[message]
        guard let first = bytes.first, "{[".utf8.contains(first), let last = bytes.last, "}]".utf8.contains(last),
            !bytes.contains(where: { $0 == 0x0A || $0 == 0x0D }),
            let before = String(validating: piece.bytes[..<message.lowerBound], as: UTF8.self),
            let after = String(validating: piece.bytes[message.upperBound...], as: UTF8.self)
        else { return nil }
        return (before, after)
    }

    /// What a line says.
    /// - Throws: where it says nothing that is known.
    static func read(_ line: ArraySlice<UInt8>, number: Int) throws(Recording.Unusable) -> Recording.Entry {
        let json: JSON
        // A message in it may itself be as deep as messages are.
        do { json = try JSON.parse(Array(line), maxDepth: JSON.defaultMaxDepth + 1) } catch {
            throw .init("line \(number): \(error)")
        }
        let time = Double(json["t"]?.text ?? "") ?? 0
        func entry(_ what: Recording.Entry.What) -> Recording.Entry { .init(line: number, time: time, what: what) }
        for direction in WireTap.Direction.allCases {
            let name = direction.rawValue
            if json[name] != nil {
                guard let message = verbatim(line, name) else {
                    throw .init("line \(number): '\(name)' is not its last member")
                }
                let before = Array((json["before"]?.stringValue ?? "").utf8)
                let after = Array((json["after"]?.stringValue ?? "\n").utf8)
                let range = before.count..<(before.count + message.count)
                return entry(.piece(direction, .init(before + message + after, message: range)))
            }
            if let text = json["\(name)_base64"]?.stringValue {
                guard let bytes = Base64.decode(text.utf8) else { throw .init("line \(number): no base64") }
                return entry(.piece(direction, .init(bytes, message: nil)))
            }
            if json["\(name)_end"] == true { return entry(.end(direction)) }
            if let count = json["\(name)_lost"]?.intValue { return entry(.lost(direction, Int(count))) }
        }
        if let code = json["exit"]?.intValue { return entry(.exit(Int32(truncatingIfNeeded: code))) }
        throw .init("line \(number): neither a message nor anything else that is known")
    }

    /// The bytes of the last member. Before it only strings stand, in which a quotation mark has a backslash before it.
    private static func verbatim(_ line: ArraySlice<UInt8>, _ name: String) -> [UInt8]? {
        let mark = Array(",\"\(name)\":".utf8)
        guard let start = line.indices.first(where: { line[$0...].starts(with: mark) }),
            let end = line.lastIndex(of: UInt8(ascii: "}")), start + mark.count < end
        else { return nil }
        let value = Array(line[(start + mark.count)..<end])
        return (try? JSON.parse(value)) == nil ? nil : value
    }
}
