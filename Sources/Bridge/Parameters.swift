import JSON
import JSONRPC
import JSONSchema
import Surface
import Synchronization

/// Checks a method's params against its document in `schemas/rpc/`, so that what is documented is what is taken.
final class Parameters: Sendable {
    private let name: String
    private let text: StaticString
    /// Compiled at the first call.
    private let schema = Mutex<Result<Schema, RPCError>?>(nil)

    private init(_ name: String, _ text: StaticString) {
        self.name = name
        self.text = text
    }

    /// The check of each method, by its name.
    static func all() -> [String: Parameters] {
        Dictionary(uniqueKeysWithValues: Surface.methodTexts.map { ($0.name, Parameters($0.name, $0.text)) })
    }

    func check(_ params: JSONObject) throws(RPCError) {
        let schema = try compiled().get()
        let faults = schema.faults(in: .object(params))
        guard !faults.isEmpty else { return }
        let detail = faults.map { FieldWords($0) }
        throw .invalidParams(detail.map(\.sentence).joined(separator: "; "), data: [
            "detail": .array(detail.map(\.json)),
        ])
    }

    private func compiled() -> Result<Schema, RPCError> {
        schema.withLock { schema in
            if let schema { return schema }
            let made = Result { () throws(RPCError) -> Schema in
                do {
                    return try Schema(Surface.parse(text), at: "/params")
                } catch {
                    throw RPCError.internalError("the schema of \(name): \(error)")
                }
            }
            schema = made
            return made
        }
    }
}
