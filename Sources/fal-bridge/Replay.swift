import JSON
import JSONRPC
import Platform
import Recording

/// Plays a recording: sends what was sent, each message once all is there that had been answered before it, and holds
/// what comes against what came.
struct Replay {
    /// A message that was recorded.
    struct Expected {
        let line: Int
        let bytes: [UInt8]
        /// What tells it from others: the id that it answers, or its method.
        let key: String

        init(_ line: Int, _ piece: WireSplitter.Piece) {
            self.line = line
            bytes = piece.bytes
            key = Replay.key(piece)
        }
    }

    /// What is not as it was.
    enum Difference: Error {
        case different(Expected, now: [UInt8])
        case missing(Expected, isOver: Bool)
        case more([UInt8])
        /// It does not read what is sent.
        case ended(line: Int)
        case exit(Int32, now: ChildProcess.Exit?)
    }

    /// Of messages.
    private(set) var compared = 0
    /// Answers that came before others that had come before them.
    private(set) var reordered = 0
    private(set) var likeness: Likeness
    private var redaction: Redaction
    private let process: ReplayProcess
    private let isExact: Bool
    private let patience: Double
    /// What came before its turn: calls that run at once are answered in any order.
    private var early: [WireSplitter.Piece] = []

    init(_ process: ReplayProcess, isExact: Bool, ignored: [String], patience: Double) {
        self.process = process
        self.isExact = isExact
        self.patience = patience
        likeness = Likeness(isExact: isExact, ignored: ignored)
        redaction = Redaction(WireWatch.rules(nil))
    }

    mutating func play(_ recording: Recording) throws(Difference) {
        let outputs = recording.entries.compactMap { entry -> Expected? in
            guard case .piece(.output, let piece) = entry.what, !likeness.isIgnored(piece.bytes) else { return nil }
            return Expected(entry.line, piece)
        }
        var waiting: [Expected] = []
        var later = outputs[...]
        var isWatched = true
        var code: Int32?
        /// What was sent last is a message, and so the program knows where it ends; of anything else it may need to see
        /// what comes next before it answers.
        var isWhole = true
        for entry in recording.entries {
            switch entry.what {
            case .piece(.output, let piece):
                if isWatched, !likeness.isIgnored(piece.bytes), let next = later.popFirst() { waiting.append(next) }
            case .piece(.input, let piece):
                if isWhole { try receive(&waiting, later) }
                // It may use ids that this run has made up.
                var sent = WireSplitter.Piece(likeness.translated(piece.bytes), message: piece.message)
                if !process.send(sent.bytes) { throw .ended(line: entry.line) }
                redaction.redact(&sent)
                isWhole = sent.message != nil
            case .end(.input):
                if isWhole { try receive(&waiting, later) }
                process.closeInput()
            case .end(.output): isWatched = false
            case .exit(let value): code = value
            case .lost: break
            }
        }
        try receive(&waiting, later)
        process.closeInput()
        // A recording that was cut off does not say what else came.
        guard let code, isWatched else { return _ = process.wait(until: Instant.now.advanced(bySeconds: patience)) }
        if let piece = early.first { throw .more(piece.bytes) }
        while case .piece(let piece) = next() { throw .more(piece.bytes) }
        let exit = process.wait(until: Instant.now.advanced(bySeconds: patience))
        if exit != .code(code) { throw .exit(code, now: exit) }
    }

    /// Waits for messages, in any order: answers come as they are ready.
    private mutating func receive(_ waiting: inout [Expected], _ later: ArraySlice<Expected>) throws(Difference) {
        var pool = early
        early = []
        while let first = waiting.first {
            let piece: WireSplitter.Piece
            if !pool.isEmpty { piece = pool.removeFirst() } else {
                switch next() {
                case .piece(let next): piece = next
                case .end: throw .missing(first, isOver: true)
                case .late: throw .missing(first, isOver: false)
                }
            }
            if let index = place(of: piece, in: waiting) {
                if index > 0 { reordered += 1 }
                waiting.remove(at: index)
                compared += 1
                continue
            }
            let key = Self.key(piece)
            let twin = waiting.first { $0.key == key }
            if isExact || twin != nil || !later.contains(where: { $0.key == key }) {
                throw .different(isExact ? first : twin ?? first, now: piece.bytes)
            }
            early.append(piece)
        }
        early += pool
    }

    private mutating func place(of piece: WireSplitter.Piece, in waiting: [Expected]) -> Int? {
        for (index, expected) in waiting.enumerated() where index == 0 || !isExact {
            if likeness.matches(expected.bytes, piece.bytes) { return index }
        }
        return nil
    }

    private mutating func next() -> ReplayProcess.Next {
        while true {
            let next = process.next(until: Instant.now.advanced(bySeconds: patience))
            guard case .piece(var piece) = next else { return next }
            if likeness.isIgnored(piece.bytes) { continue }
            redaction.redact(&piece)
            return .piece(piece)
        }
    }

    private static func key(_ piece: WireSplitter.Piece) -> String {
        guard let range = piece.message, let json = try? JSON.parse(Array(piece.bytes[range])) else { return "" }
        if case .array = json { return "batch" }
        return json["method"]?.text ?? json["id"]?.text ?? ""
    }
}
