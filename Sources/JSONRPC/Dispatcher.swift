import JSON
import JSONSchema
import Platform
import Synchronization

/// Takes messages and sees that each gets the answer that JSON-RPC 2.0 wants.
///
/// `accept` is called on the one thread that reads; methods that take time run as tasks.
final class Dispatcher: Sendable {
    enum Order {
        case goOn
        /// The notification `exit` came.
        case exit
    }

    private struct State {
        /// Calls in flight by id; an id is taken until its answer is on its way.
        var calls: [CallID: Call] = [:]
        /// Ids whose answer waits for the others of its batch: taken as those of calls in flight are. By how many
        /// answers, as those to broken messages have the ids that these came with, taken or not.
        var held: [CallID: Int] = [:]
        var nextSerial: UInt64 = 1
        /// Calls whose answer is not on its way yet.
        var unanswered = 0
        var isShutDown = false
        var isEnding = false

        mutating func hold(_ id: CallID) { held[id, default: 0] += 1 }

        mutating func letGo(_ id: CallID) {
            let count = held[id] ?? 0
            held[id] = count > 1 ? count - 1 : nil
        }
    }

    private let dialect: Dialect
    private let methods: [String: Method]
    private let listeners: [String: Listener]
    let questions: Questions
    private let maxInFlight: Int
    private let maxMemory: Int
    private let outbox: Outbox
    private let state = Monitor(State())

    init(
        _ dialect: Dialect = .plain, methods: [Method], listeners: [String: Listener] = [:], maxInFlight: Int,
        maxMemory: Int = JSON.defaultMaxMemory, outbox: Outbox
    ) {
        self.dialect = dialect
        self.listeners = listeners
        questions = Questions(outbox)
        self.methods = Dictionary(methods.map { ($0.name, $0) }) { $1 }
        self.maxInFlight = maxInFlight
        self.maxMemory = maxMemory
        self.outbox = outbox
    }

    var isShutDown: Bool { state.withLock { $0.isShutDown } }

    /// Takes the bytes of one frame.
    func accept(_ bytes: UnsafeRawBufferPointer) -> Order {
        let json: JSON
        do {
            json = try JSON.parse(bytes, maxMemory: maxMemory)
        } catch {
            let error: JSONParseError = error
            if error.cause == .outOfMemory {
                answer(BrokenMessage.id(in: bytes), .outOfMemory)
                return .goOn
            }
            answer(BrokenMessage.id(in: bytes), .parseError(error.place, data: [
                "line": .int(Int64(error.line)), "column": .int(Int64(error.column)), "byte": .int(Int64(error.byte)),
            ]))
            return .goOn
        }
        guard case .array(let messages) = json else { return accept(Message(json, ids: dialect.ids), batch: nil) }
        guard dialect.takesBatches() else {
            answer(.null, .invalidRequest("a message is an object; there are no batches in this protocol"))
            return .goOn
        }
        guard !messages.isEmpty else {
            answer(.null, .invalidRequest("a batch must not be empty"))
            return .goOn
        }
        let batch = Batch()
        var order = Order.goOn
        for message in messages {
            if case .exit = accept(Message(message, ids: dialect.ids), batch: batch) { order = .exit }
        }
        send(batch.close())
        return order
    }

    /// Answers something that was no frame.
    func refuse(_ fault: FrameReader.Fault) {
        let reason = switch fault {
        case .noContentLength: "a header block without Content-Length"
        case .badContentLength(let value): "Content-Length is not usable: \(value)"
        // Without its text: whoever got the framing wrong may have sent a secret.
        case .notAHeader: "neither a header nor a message"
        case .tooLarge(let limit): "a message of more than \(limit) bytes"
        case .truncated: "the input ended in the middle of a message"
        }
        answer(.null, .parseError(reason, data: ["line": 1, "column": 1, "byte": 0]))
    }

    private func accept(_ message: Message, batch: Batch?) -> Order {
        switch message {
        case .response(let id, let result): questions.answered(id, result)
        case .invalid(let id, let error):
            batch?.expect()
            answer(id, error, batch: batch)
        case .notification(let method, let params): return notified(method, params)
        case .request(let id, let method, let params):
            batch?.expect()
            let key = CallID(id)
            if state.withLock({ $0.calls[key] != nil || $0.held[key] != nil }) {
                // Who is told that an id is taken must not be taken for the call that has it.
                answer(.null, .invalidRequest("the id \(id.text) is in flight"), batch: batch)
                break
            }
            do {
                try request(id, method, params, batch)
            } catch {
                answer(id, error, batch: batch)
            }
        }
        return .goOn
    }

    private func notified(_ method: String, _ params: Message.Params) -> Order {
        guard case .named(let params) = params else { return .goOn }
        if dialect.hasShutdown, method == "exit" { return .exit }
        for cancel in dialect.cancels where cancel.method == method {
            let key = params[cancel.member].map(CallID.init)
            if let key, let call = state.withLock({ $0.calls[key] }) {
                if !cancel.isAnswered { silence(call) }
                call.cancel()
                // It may have been answered just before.
                if state.withLock({ $0.calls[key] !== call }) { outbox.forget(call.serial) }
            }
        }
        listeners[method]?(params)
        return .goOn
    }

    private func silence(_ call: Call) {
        call.silence()
        outbox.mute(call.serial)
    }

    private func request(_ id: JSON, _ name: String, _ params: Message.Params, _ batch: Batch?) throws(RPCError) {
        let (isShutDown, count) = state.withLock { ($0.isShutDown, $0.calls.count) }
        if isShutDown { throw .invalidRequest("after shutdown only exit is taken") }
        guard case .named(let params) = params else {
            if methods[name] == nil, !dialect.hasShutdown || name != "shutdown" {
                throw .methodNotFound(name, nearest: nil)
            }
            throw .invalidParams("params are by name: an object, not a list")
        }
        if dialect.hasShutdown, name == "shutdown" {
            state.withLock { $0.isShutDown = true }
            return answer(id, result: .null, batch: batch, call: nil)
        }
        guard let method = methods[name] else {
            throw .methodNotFound(name, nearest: Spelling.nearest(to: name, among: methods.keys))
        }
        if batch?.isFull == true { throw .batchFull(bytes: Batch.maxAnswers) }
        if let check = method.check { try check(params) }
        switch method.body {
        case .immediate(let body):
            // Not a call in flight: it is over before the next message is read.
            let call = Call(id: id, method: name, params: params, serial: 0, outlet: outbox)
            answer(id, result: try body(call), batch: batch, call: nil)
        case .running, .parked:
            guard count < maxInFlight else { throw .busy(limit: maxInFlight) }
            method.start(begin(id, name, params, method, batch))
        }
    }

    private func begin(
        _ id: JSON, _ name: String, _ params: JSONObject, _ method: Method, _ batch: Batch?
    ) -> Call {
        let (call, isEnding) = state.withLock { state in
            let call = Call(
                id: id, method: name, params: params, serial: state.nextSerial, outlet: outbox
            ) { [self] call, outcome in
                answered(call, outcome, batch)
            }
            state.nextSerial += 1
            state.unanswered += 1
            state.calls[CallID(id)] = call
            return (call, state.isEnding)
        }
        if isEnding, method.isWait(params) { call.end(.letGo, atOnce: false) }
        return call
    }

    private func answered(_ call: Call, _ outcome: Result<JSON, RPCError>, _ batch: Batch?) {
        // The id is free before the answer is out: who has the answer may use it again at once. That of a batch is held
        // in the same breath, so that it is taken all the time.
        let key = CallID(call.id)
        state.withLock { state in
            state.calls[key] = nil
            if batch != nil, !call.id.isNull { state.hold(key) }
        }
        switch outcome {
        case _ where call.isSilent:
            outbox.forget(call.serial)
            if let batch {
                if !call.id.isNull { state.withLock { $0.letGo(key) } }
                send(batch.drop())
            }
        case .success(let result): answer(call.id, result: result, batch: batch, call: call.serial)
        case .failure(let error): answer(call.id, error, batch: batch, call: call.serial)
        }
        outbox.flush()
        state.update { $0.unanswered -= 1 }
    }

    // MARK: Answers

    private func answer(_ id: JSON, result: JSON, batch: Batch?, call: UInt64?) {
        var bytes: [UInt8] = []
        // Most answers are small, and need not grow.
        bytes.reserveCapacity(240)
        bytes.append(contentsOf: #"{"jsonrpc":"2.0","id":"#.utf8)
        id.write(to: &bytes)
        bytes.append(contentsOf: #","result":"#.utf8)
        result.write(to: &bytes)
        bytes.append(UInt8(ascii: "}"))
        send(consume bytes, id, batch: batch, call: call)
    }

    private func answer(_ id: JSON, _ error: RPCError, batch: Batch? = nil, call: UInt64? = nil) {
        send(Message.answer(id: id, error: error).bytes, id, batch: batch, call: call)
    }

    private func send(_ bytes: consuming [UInt8], _ id: JSON, batch: Batch?, call: UInt64?) {
        guard let batch else { return outbox.append(consume bytes, answering: call.map { [$0] } ?? []) }
        // Null says nothing about which call was meant, so it is never taken for another.
        let key = id.isNull ? nil : CallID(id)
        // Of a call that was in flight it is held already.
        if let key, call == nil { state.withLock { $0.hold(key) } }
        send(batch.add(bytes, call: call, id: key))
    }

    private func send(_ whole: Batch.Answer?) {
        guard let whole else { return }
        state.withLock { state in for id in whole.ids { state.letGo(id) } }
        outbox.append(whole.bytes, answering: whole.calls)
    }

    // MARK: The end

    /// Lets the calls go that only wait, and gives the others until `deadline` to be answered.
    func end(until deadline: Instant, isInputOver: Bool) {
        let calls = state.withLock { state in
            state.isEnding = true
            return Array(state.calls.values)
        }
        questions.end()
        for call in calls where methods[call.method]?.isWait(call.params) == true {
            if isInputOver, !dialect.answersAfterInput { call.silenceOnceWaiting() }
            call.end(.letGo, atOnce: false)
        }
        _ = state.wait(until: deadline) { $0.unanswered == 0 ? true : nil }
        for call in state.withLock({ Array($0.calls.values) }) { call.end(.letGo, atOnce: true) }
    }
}
