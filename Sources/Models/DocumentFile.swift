import JSON
import Platform

/// A JSON document in a file, which knows where its parts stand.
public struct DocumentFile: Sendable {
    public let path: String
    public let json: JSON
    private let bytes: [UInt8]

    /// Why a file holds no usable document.
    public enum Unusable: Error, Sendable, CustomStringConvertible {
        /// It cannot be read.
        case unreadable(String)
        /// It is not JSON.
        case malformed(path: String, JSONParseError)

        public var description: String {
            switch self {
            case .unreadable(let reason): reason
            case .malformed(let path, let error): "\(path):\(error.line):\(error.column): \(error.reason)"
            }
        }
    }

    /// Bytes of one file at most.
    private static let maxBytes = 8 << 20

    /// Reads and parses a file. A byte order mark is passed over.
    public init(_ path: String) throws(Unusable) {
        self.path = path
        do throws(SystemError) {
            var bytes = try Files.read(path, limit: Self.maxBytes)
            if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
            self.bytes = bytes
        } catch {
            throw .unreadable(error.description)
        }
        do throws(JSONParseError) { json = try JSON.parse(bytes) } catch {
            throw .malformed(path: path, error)
        }
    }

    /// The place of what a JSON Pointer leads to; of the nearest value around it, where nothing stands there.
    public func place(of pointer: String) -> JSONPlace { JSONPlaces(bytes).place(of: pointer) }

    /// The members that are named twice in one object.
    public var duplicates: [(key: String, place: JSONPlace)] { JSONPlaces(bytes).duplicates(limit: 100) }

    /// `file:line:column: message`, as compilers write it.
    public func sentence(_ place: JSONPlace, _ message: String) -> String {
        "\(path):\(place.line):\(place.column): \(message)"
    }
}
