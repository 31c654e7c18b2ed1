import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The process, and the calls that wait for its answers.
final class Connection: Sendable {
    private struct Waiter {
        let continuation: CheckedContinuation<JSONValue, any Error>
        let onNotification: (@Sendable (String, JSONValue) -> Void)?
    }

    private struct State {
        var nextID = 1
        var waiters: [Int: Waiter] = [:]
        var isOpen = true
    }

    private struct Message: Codable {
        var jsonrpc = "2.0"
        var id: Int?
        var method: String?
        var params: JSONValue?
        var result: JSONValue?
        var error: BridgeError?
    }

    private let state = Mutex(State())
    /// Our end of the process's stdin. A socket, so that writing to a process that is gone raises no signal.
    private let input: CInt

    init(program: String?, arguments: [String], environment: [String: String]) throws {
        var ends: [CInt] = [-1, -1]
        guard socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw BridgeProcessError(description: String(cString: strerror(errno)))
        }
        input = ends[0]
        let process = Process()
        let variables = ProcessInfo.processInfo.environment
        let path = program ?? variables["FAL_BRIDGE_BIN"]
        process.executableURL = URL(fileURLWithPath: path ?? "/usr/bin/env")
        process.arguments = (path == nil ? ["fal-bridge"] : []) + arguments
        process.environment = variables.merging(environment) { $1 }
        process.standardInput = FileHandle(fileDescriptor: ends[1], closeOnDealloc: true)
        let output = Pipe()
        process.standardOutput = output
        do { try process.run() } catch {
            Foundation.close(input)
            throw BridgeProcessError(description: "\(path ?? "fal-bridge"): \(error)")
        }
        let reading = output.fileHandleForReading
        Thread.detachNewThread { [weak self] in
            var rest = Data()
            while true {
                let data = reading.availableData
                if data.isEmpty { break }
                rest.append(data)
                while let newline = rest.firstIndex(of: UInt8(ascii: "\n")) {
                    self?.take(rest[rest.startIndex..<newline])
                    rest = Data(rest[(newline + 1)...])
                }
            }
            self?.end()
        }
    }

    /// Ends the process, which lets jobs go on that run.
    func close() {
        state.withLock { state in
            guard state.isOpen else { return }
            state.isOpen = false
            Foundation.close(input)
        }
    }

    func call(
        _ method: String, _ params: JSONValue, _ onNotification: (@Sendable (String, JSONValue) -> Void)?
    ) async throws -> JSONValue {
        let id = state.withLock { state in
            defer { state.nextID += 1 }
            return state.nextID
        }
        let cancel = Message(method: "$/cancelRequest", params: .object(["id": .int(id)]))
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                state.withLock { state in
                    state.waiters[id] = Waiter(continuation: continuation, onNotification: onNotification)
                }
                if !send(Message(id: id, method: method, params: params)) { end() }
                // The cancel may have come before there was a call to be cancelled.
                if Task.isCancelled { _ = send(cancel) }
            }
        } onCancel: {
            _ = send(cancel)
        }
    }

    /// - Returns: whether the process took it.
    private func send(_ message: Message) -> Bool {
        guard var bytes = try? JSONEncoder().encode(message) else { return false }
        bytes.append(UInt8(ascii: "\n"))
        // Under the lock, so that messages do not mix.
        return state.withLock { state in
            guard state.isOpen else { return false }
            return bytes.withUnsafeBytes { (buffer: UnsafeRawBufferPointer) -> Bool in
                var rest = buffer[...]
                while !rest.isEmpty {
                    let count = Foundation.send(
                        input, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count, CInt(MSG_NOSIGNAL)
                    )
                    if count < 0, errno == EINTR { continue }
                    guard count > 0 else { return false }
                    rest = rest.dropFirst(count)
                }
                return true
            }
        }
    }

    private func take(_ line: Data) {
        guard let message = try? JSONDecoder().decode(Message.self, from: line) else { return }
        if let method = message.method {
            let params = message.params ?? .null
            guard case .int(let id)? = params["subscription"] ?? params["call"] else { return }
            state.withLock { $0.waiters[id]?.onNotification }?(method, params)
        } else if let id = message.id, let waiter = state.withLock({ $0.waiters.removeValue(forKey: id) }) {
            if let error = message.error {
                waiter.continuation.resume(throwing: error)
            } else {
                waiter.continuation.resume(returning: message.result ?? .null)
            }
        }
    }

    /// The process is gone: nobody will be answered any more.
    private func end() {
        close()
        let waiters = state.withLock { state in
            defer { state.waiters = [:] }
            return state.waiters.values.map(\.continuation)
        }
        for waiter in waiters { waiter.resume(throwing: BridgeProcessError(description: "fal-bridge has ended")) }
    }
}
