import Hummingbird
import JSON

extension Request {
    /// Bytes of a body that is a small JSON object.
    private static let maxObject = 64 << 10

    /// The body, where it is a JSON object of at most so many bytes.
    func object(upTo limit: Int = maxObject) async -> JSON? {
        guard let buffer = try? await body.collect(upTo: limit),
            let json = try? JSON.parse(Array(buffer.readableBytesView)), json.objectValue != nil
        else { return nil }
        return json
    }
}
