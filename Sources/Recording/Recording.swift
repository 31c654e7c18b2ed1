import JSON
import JSONRPC
import Platform

/// A recording, read: a first line, and what went over the wire in either direction.
public struct Recording: Sendable {
    /// Why a file is no recording.
    public struct Unusable: Error, Sendable, CustomStringConvertible {
        public let description: String

        init(_ description: String) { self.description = description }
    }

    public struct Entry: Sendable {
        public enum What: Sendable {
            case piece(WireTap.Direction, WireSplitter.Piece)
            case end(WireTap.Direction)
            case lost(WireTap.Direction, Int)
            case exit(Int32)
        }

        /// Where it stands in the file.
        public let line: Int
        /// Seconds since the start.
        public let time: Double
        public let what: What
    }

    public let head: RecordingHead
    public let entries: [Entry]
    /// Whether the last line was cut off, as by a kill.
    public let isCut: Bool

    /// Bytes of a file.
    public static let maxBytes = 1 << 30

    public init(path: String) throws(Unusable) {
        let bytes: [UInt8]
        do { bytes = try Files.read(path, limit: Self.maxBytes) } catch { throw Unusable(error.description) }
        try self.init(bytes)
    }

    public init(_ bytes: [UInt8]) throws(Unusable) {
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        // The last newline ends the last line; what comes after it was being written.
        let rest = lines.popLast() ?? []
        guard let first = lines.first else { throw Unusable("line 1: no recording") }
        do { head = try RecordingHead(JSON.parse(Array(first))) } catch let error as Unusable { throw error } catch {
            throw Unusable("line 1: \(error)")
        }
        var entries: [Entry] = []
        for (index, line) in lines.enumerated().dropFirst() where line.contains(where: { $0 > 0x20 }) {
            entries.append(try RecordingLine.read(line, number: index + 1))
        }
        self.entries = entries
        isCut = !rest.isEmpty
    }
}
