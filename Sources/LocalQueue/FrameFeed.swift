import Glibc
import Platform
import Synchronization

/// Hands frames from a file to a program's stdin while the file still grows, on a thread of its own.
final class FrameFeed: Sendable {
    /// An open file, which keeps its bytes whatever name it gets.
    private final class Source: Sendable {
        let file: Descriptor
        let status: FileStatus

        init?(_ path: String) {
            // Nobody's pipe is waited for, and no link is followed: the engine chose what lies there.
            guard let file = try? Descriptor.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK),
                let status = try? Files.status(of: file.raw), status.isRegular
            else { return nil }
            self.file = file
            self.status = status
        }
    }

    private struct State {
        var source: Source?
        /// Frames that are in the file, and that were handed on.
        var ready = 0
        var sent = 0
        /// No more will come than are ready.
        var isComplete = false
        /// The thread has ended: all is sent, or there is no use in sending more.
        var isOver = false
    }

    private let state = Monitor(State())
    private let frameBytes: Int

    /// What the kernel keeps of a pipe, where it lets us ask for more than its own 64 KiB.
    private static let pipeBytes: CInt = 1 << 20
    private static let setPipeSize: CInt = 1031 // F_SETPIPE_SZ, which the importer does not see

    /// - Parameter pipe: the end to write to, which is closed after the last frame.
    init(frameBytes: Int, pipe: CInt) throws(SystemError) {
        self.frameBytes = frameBytes
        _ = fcntl(pipe, Self.setPipeSize, Self.pipeBytes)
        do {
            try Thread.start { [self] in
                send(to: Descriptor(owning: pipe))
                state.update { $0.isOver = true }
            }
        } catch {
            close(pipe)
            throw error
        }
    }

    /// The first `count` frames of the file at `path` are there, and will not change.
    ///
    /// Only the first file that is offered counts; what cannot be opened is passed over, as `complete` comes later.
    func offer(_ count: Int, at path: String) {
        if state.withLock({ $0.source == nil }) {
            guard let source = Source(path) else { return }
            state.withLock { $0.source = source }
        }
        state.update { if !$0.isComplete { $0.ready = max($0.ready, count) } }
    }

    /// All `count` frames are there, in the file at `path`; nothing comes after them.
    /// - Returns: false when what was offered before is no part of them, or could not be handed on.
    func complete(_ count: Int, at path: String) -> Bool {
        guard let last = Source(path) else { return false }
        return state.update { state in
            guard !state.isOver else { return false }
            if let source = state.source {
                guard source.status.inode == last.status.inode, source.status.device == last.status.device,
                    state.sent <= count
                else { return false }
            } else {
                state.source = last
            }
            state.ready = count
            state.isComplete = true
            return true
        }
    }

    /// Sends no more, and closes the pipe.
    func abandon() {
        state.update { state in
            state.isComplete = true
            state.ready = 0
        }
    }

    /// Whether every frame was handed on.
    var isSent: Bool { state.wait { $0.isOver ? $0.isComplete && $0.sent == $0.ready : nil } ?? false }

    private func send(to pipe: consuming Descriptor) {
        let frame = UnsafeMutableRawBufferPointer.allocate(byteCount: frameBytes, alignment: 64)
        defer { frame.deallocate() }
        // A wait for the engine, which has limits of its own; `complete` or `abandon` follows in any case.
        while let (source, index) = state.wait({ state -> (Source, Int)?? in
            if let source = state.source, state.ready > state.sent { return .some((source, state.sent)) }
            return state.isComplete ? .some(nil) : nil
        }) ?? nil {
            guard Self.read(source.file.raw, at: index * frameBytes, into: frame) else { return }
            // The program has ended, for a reason that it will give.
            guard (try? pipe.write(UnsafeRawBufferPointer(frame))) != nil else { return }
            state.withLock { $0.sent += 1 }
        }
    }

    /// - Returns: false where the file is shorter than was said.
    private static func read(_ file: CInt, at offset: Int, into buffer: UnsafeMutableRawBufferPointer) -> Bool {
        var count = 0
        while count < buffer.count {
            let got = pread(file, buffer.baseAddress.map { $0 + count }, buffer.count - count, off_t(offset + count))
            if got < 0, errno == EINTR { continue }
            guard got > 0 else { return false }
            count += got
        }
        return true
    }
}
