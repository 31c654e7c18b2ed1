import JSON

/// A method that the server offers.
public struct Method: Sendable {
    public typealias Immediate = @Sendable (Call) throws(RPCError) -> JSON
    public typealias Running = @Sendable (Call) async throws(RPCError) -> JSON

    public typealias Parked = @Sendable (Call) -> Void

    enum Body: Sendable {
        case immediate(Immediate)
        case running(Running)
        case parked(Parked)
    }

    public let name: String
    /// Throws when the params do not fit; nil takes anything.
    let check: (@Sendable (JSONObject) throws(RPCError) -> Void)?
    let body: Body
    /// Whether it only waits, so that it is let go when the input ends in place of being waited for.
    let isWait: @Sendable (JSONObject) -> Bool

    /// A method that answers at once, on the thread that reads: it must not block.
    public init(
        _ name: String,
        check: (@Sendable (JSONObject) throws(RPCError) -> Void)? = nil,
        immediate: @escaping Immediate
    ) {
        self.name = name
        self.check = check
        body = .immediate(immediate)
        isWait = { _ in false }
    }

    /// A method that takes time.
    public init(
        _ name: String,
        check: (@Sendable (JSONObject) throws(RPCError) -> Void)? = nil,
        isWait: @escaping @Sendable (JSONObject) -> Bool = { _ in false },
        running: @escaping Running
    ) {
        self.name = name
        self.check = check
        self.isWait = isWait
        body = .running(running)
    }

    /// A method that may wait for long, and has no task while it does.
    /// - Parameter parked: called on the thread that reads, which it must not block. It sees that `Call.answer` is
    ///   called in the end, and does what takes time by `Call.run`.
    public init(
        _ name: String,
        check: (@Sendable (JSONObject) throws(RPCError) -> Void)? = nil,
        isWait: @escaping @Sendable (JSONObject) -> Bool = { _ in false },
        parked: @escaping Parked
    ) {
        self.name = name
        self.check = check
        self.isWait = isWait
        body = .parked(parked)
    }

    /// Begins with a call, whose params were checked.
    func start(_ call: Call) {
        switch body {
        case .immediate(let body):
            do throws(RPCError) { call.answer(.success(try body(call))) } catch { call.answer(.failure(error)) }
        case .running(let body):
            call.run {
                do throws(RPCError) {
                    call.answer(.success(try await body(call)))
                } catch {
                    call.answer(.failure(error))
                }
            }
        case .parked(let body): body(call)
        }
    }
}

/// Hears the params of a notification, on the thread that reads: it must not block.
public typealias Listener = @Sendable (JSONObject) -> Void
