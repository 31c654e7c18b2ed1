import Glibc
import JSON
@testable import JSONRPC
import Platform

/// Every message gets the answers that JSON-RPC 2.0 wants, no more and no less, with the ids that were sent.
///
/// An input is a message a line. `ping` answers at once, `hold` when it is cancelled or at the end.
func messages(_ input: [UInt8]) {
    let peer = Peer()
    var model = ExpectedAnswers()
    for line in input.split(separator: 0x0A) {
        let isExit = peer.accept(Array(line))
        guard isExit == model.take(Array(line)) else { broken("exit or not: \(shown(line))") }
        if isExit { break }
    }
    peer.end()
    model.end()
    let lines = peer.output().split(separator: 0x0A).map(Array.init)
    var answers: [ExactText: Int] = [:]
    for line in lines {
        guard let json = try? JSON.parse(line) else { broken("no JSON: \(shown(line))") }
        let parts: [JSON]
        if case .array(let members) = json { parts = members } else { parts = [json] }
        if parts.isEmpty { broken("an empty batch") }
        for part in parts { answers[ExpectedAnswers.key(of: part), default: 0] += 1 }
    }
    guard lines.count == model.lines else { broken("\(lines.count) lines, not \(model.lines)") }
    guard answers == model.answers else { broken("got \(answers), wanted \(model.answers)") }
}

/// A dispatcher whose answers go to memory.
private final class Peer {
    private static let descriptor: CInt = {
        var name = Array("/dev/shm/fuzz-XXXXXX".utf8CString)
        let raw = mkstemp(&name)
        unlink(name)
        if raw < 0 { broken("no file in memory") }
        return raw
    }()

    private let outbox = Outbox(Output(Peer.descriptor)) { broken("broken output: \($0)") }
    private let dispatcher: Dispatcher

    init() {
        let ping = Method("ping", immediate: { call in .object(call.params) })
        let hold = Method("hold", isWait: { _ in true }, parked: { call in
            call.waits()
            call.whenEnding { call.answer(.failure(.cancelled("let go"))) }
        })
        dispatcher = Dispatcher(methods: [ping, hold], maxInFlight: ExpectedAnswers.maxInFlight, outbox: outbox)
    }

    /// - Returns: whether it ends the session.
    func accept(_ bytes: [UInt8]) -> Bool {
        if case .exit = bytes.withUnsafeBytes(dispatcher.accept) { return true }
        return false
    }

    func end() { dispatcher.end(until: Instant.now.advanced(bySeconds: 10), isInputOver: true) }

    func output() -> [UInt8] {
        outbox.flush()
        let size = Int(lseek(Self.descriptor, 0, SEEK_END))
        let bytes = [UInt8](unsafeUninitializedCapacity: max(size, 1)) { buffer, count in
            count = max(0, pread(Self.descriptor, buffer.baseAddress, size, 0))
        }
        ftruncate(Self.descriptor, 0)
        lseek(Self.descriptor, 0, SEEK_SET)
        return bytes
    }
}

/// What the specification and the contract ask for, said a second time and as plainly as it can be.
private struct ExpectedAnswers {
    static let maxInFlight = 4

    /// How often each answer is wanted, by `key`.
    private(set) var answers: [ExactText: Int] = [:]
    private(set) var lines = 0
    /// Calls of `hold`: their ids as text, and the batch they belong to.
    private var held: [(id: ExactText, batch: Int?)] = []
    /// Batches that are not whole yet: the ids of answers so far, how many have none, calls still held.
    private var batches: [Int: (ids: [ExactText], answers: Int, held: Int)] = [:]
    private var nextBatch = 0
    private var isShutDown = false

    /// What is compared of an answer: its id, and its code or that it is a result.
    static func key(of answer: JSON) -> ExactText { ExactText(text(of: answer)) }

    private static func text(of answer: JSON) -> String {
        guard answer["jsonrpc"] == "2.0", let id = answer["id"], answer["method"] == nil,
            (answer["result"] == nil) != (answer["error"] == nil)
        else { broken("no answer: \(answer.text)") }
        guard let error = answer["error"] else { return "\(id.text) result" }
        guard let code = error["code"]?.intValue, error["message"]?.stringValue != nil,
            error["data"]?["kind"]?.stringValue != nil
        else { broken("no error: \(answer.text)") }
        return code == -32700 ? "? -32700" : "\(id.text) \(code)"
    }

    mutating func take(_ line: [UInt8]) -> Bool {
        guard let json = try? JSON.parse(line) else {
            add("? -32700", nil)
            return false
        }
        guard case .array(let members) = json else { return one(json, nil) }
        if members.isEmpty {
            add("null -32600", nil)
            return false
        }
        nextBatch += 1
        let batch = nextBatch
        batches[batch] = ([], 0, 0)
        var isExit = false
        for member in members { isExit = one(member, batch) || isExit }
        close(batch)
        return isExit
    }

    /// At the end all that is held is let go, in batches and out of them.
    mutating func end() { while let first = held.first { release(first.id) } }

    private mutating func one(_ json: JSON, _ batch: Int?) -> Bool {
        guard case .object(let members) = json else {
            add("null -32600", batch)
            return false
        }
        if members["method"] == nil, members["jsonrpc"] == "2.0", members["result"] != nil || members["error"] != nil {
            return false
        }
        let id = members["id"]
        let isID: Bool
        switch id {
        case nil, .null?, .string?, .int?, .decimal?: isID = true
        default: isID = false
        }
        let shownID = isID ? (id ?? .null).text : "null"
        let params = members["params"]
        let isParams: Bool
        switch params {
        case nil, .null?, .object?, .array?: isParams = true
        default: isParams = false
        }
        guard members["jsonrpc"] == "2.0", let method = members["method"]?.stringValue, isID, isParams else {
            if let batch, shownID != "null" { batches[batch]?.ids.append(ExactText(shownID)) }
            add("\(shownID) -32600", batch)
            return false
        }
        guard id != nil else { return notified(method, params) }
        request(method, ExactText(shownID), params, batch)
        return false
    }

    private mutating func notified(_ method: String, _ params: JSON?) -> Bool {
        if case .array? = params { return false }
        if method == "$/cancelRequest", let id = params?["id"] { release(ExactText(id.text)) }
        return method == "exit"
    }

    private mutating func request(_ method: String, _ id: ExactText, _ params: JSON?, _ batch: Int?) {
        let isTaken = held.contains { $0.id == id } || batches.values.contains { $0.ids.contains(id) }
        if isTaken { return add("null -32600", batch) }
        // Null is not held by the answers of a batch.
        if let batch, id.text != "null", method != "hold" || held.count == Self.maxInFlight || isShutDown {
            batches[batch]?.ids.append(id)
        }
        let id = id.text
        if isShutDown { return add("\(id) -32600", batch) }
        guard ["ping", "hold", "shutdown"].contains(method) else { return add("\(id) -32601", batch) }
        if case .array? = params { return add("\(id) -32602", batch) }
        switch method {
        case "hold":
            if held.count == Self.maxInFlight { return add("\(id) 1004", batch) }
            held.append((ExactText(id), batch))
            if let batch { batches[batch]?.held += 1 }
        case "shutdown":
            isShutDown = true
            add("\(id) result", batch)
        default: add("\(id) result", batch)
        }
    }

    private mutating func release(_ id: ExactText) {
        guard let index = held.firstIndex(where: { $0.id == id }) else { return }
        let batch = held.remove(at: index).batch
        if let batch {
            batches[batch]?.held -= 1
            if id.text != "null" { batches[batch]?.ids.append(id) }
        }
        add("\(id.text) -32800", batch)
        if let batch { close(batch) }
    }

    private mutating func add(_ answer: String, _ batch: Int?) {
        answers[ExactText(answer), default: 0] += 1
        if let batch { batches[batch]?.answers += 1 } else { lines += 1 }
    }

    /// A batch has one line, if anything in it wants an answer, as soon as nothing of it is held.
    private mutating func close(_ batch: Int) {
        guard let state = batches[batch], state.held == 0 else { return }
        if state.answers > 0 { lines += 1 }
        batches[batch] = nil
    }
}
