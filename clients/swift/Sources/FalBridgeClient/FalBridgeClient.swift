import Foundation

/// An error answer of the bridge.
public struct BridgeError: Error, Codable, Hashable, Sendable, CustomStringConvertible {
    public let code: Int
    public let message: String
    /// `kind`, `retryable`, and what else is known: `request_id`, `endpoint`, `detail`.
    public let data: JSONValue

    public var kind: String { data["kind"]?.stringValue ?? "" }
    public var description: String { "\(kind): \(message)" }
}

/// The program could not be started, or has ended while it was needed.
public struct BridgeProcessError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String
}

/// How a request goes.
public struct QueueUpdate: Codable, Hashable, Sendable {
    public struct LogLine: Codable, Hashable, Sendable {
        public let timestamp: String
        public let level: String
        public let message: String
    }

    public let requestID: String
    /// `IN_QUEUE`, `IN_PROGRESS` or `COMPLETED`.
    public let status: String
    public let queuePosition: Int?
    /// Only lines not told before.
    public let logs: [LogLine]?

    enum CodingKeys: String, CodingKey {
        case requestID = "request_id"
        case status
        case queuePosition = "queue_position"
        case logs
    }
}

/// A client with a process of `fal-bridge` of its own. A cancelled task cancels its request at the queue.
///
/// Inputs may name local files, which are uploaded, and are checked before anything is sent.
public final class FalBridgeClient: Sendable {
    private let connection: Connection

    /// - Parameters:
    ///   - program: the path of `fal-bridge`; nil for `FAL_BRIDGE_BIN`, else the one on `PATH`.
    ///   - arguments: flags for it.
    ///   - environment: variables for it, over those of this process.
    public init(program: String? = nil, arguments: [String] = [], environment: [String: String] = [:]) throws {
        connection = try Connection(program: program, arguments: arguments, environment: environment)
    }

    deinit { connection.close() }

    /// Runs a model and waits for its output.
    /// - Parameters:
    ///   - downloadTo: a file or folder that the output's files are fetched to.
    ///   - onUpdate: called when the request's state changes.
    public func subscribe<Input, Output>(
        _ endpoint: Endpoint<Input, Output>, _ input: Input, downloadTo: String? = nil,
        onUpdate: (@Sendable (QueueUpdate) -> Void)? = nil
    ) async throws -> Output {
        let params = Params(
            endpoint: endpoint.id, input: input, logs: onUpdate.map { _ in true }, download_to: downloadTo
        )
        let answer: Answer<Output> = try await call("subscribe", params) { method, params in
            guard method == "queue/update", let update = try? Self.convert(params, to: QueueUpdate.self) else { return }
            onUpdate?(update)
        }
        return answer.data
    }

    /// Runs a quick model without the queue.
    public func run<Input, Output>(_ endpoint: Endpoint<Input, Output>, _ input: Input) async throws -> Output {
        let params = Params(endpoint: endpoint.id, input: input, logs: nil, download_to: nil)
        let answer: Answer<Output> = try await call("run", params)
        return answer.data
    }

    /// Makes any call of the bridge's.
    /// - Throws: `BridgeError`, `BridgeProcessError`.
    public func call<Params: Encodable, Result: Decodable>(
        _ method: String, _ params: Params, onNotification: (@Sendable (String, JSONValue) -> Void)? = nil
    ) async throws -> Result {
        let params = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(params))
        return try Self.convert(await connection.call(method, params, onNotification), to: Result.self)
    }

    private struct Params<Input: Encodable>: Encodable {
        let endpoint: String
        let input: Input
        let logs: Bool?
        let download_to: String?
    }

    private struct Answer<Output: Decodable>: Decodable {
        let data: Output
    }

    private static func convert<Value: Decodable>(_ json: JSONValue, to type: Value.Type) throws -> Value {
        try JSONDecoder().decode(type, from: JSONEncoder().encode(json))
    }
}
