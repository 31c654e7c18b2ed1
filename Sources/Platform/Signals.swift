import Glibc

/// Process-wide signal dispositions.
public enum Signals {
    /// A write to a pipe that nobody reads becomes EPIPE in place of the end of the process.
    public static func ignoreBrokenPipe() { signal(SIGPIPE, SIG_IGN) }

    /// Where the handler writes the number of a signal. Set once, before any handler is in place.
    private nonisolated(unsafe) static var wakeup: CInt = -1

    /// Runs `body` for each of `signals` that arrives, on a thread of its own, free to take locks and allocate.
    ///
    /// A handler and a pipe, and not a blocked mask and `sigwait`: threads that were there before, such as those of
    /// the cooperative pool, would keep their own masks. To be called once.
    public static func watch(_ signals: [CInt], _ body: @escaping @Sendable (CInt) -> Void) throws(SystemError) {
        let pipe = try Pipe.make()
        _ = fcntl(pipe.write, F_SETFL, O_NONBLOCK)
        wakeup = pipe.write
        try Thread.start {
            var number: UInt8 = 0
            while true {
                let count = read(pipe.read, &number, 1)
                if count == 1 { body(CInt(number)) } else if count == 0 || errno != EINTR { return }
            }
        }
        var action = sigaction()
        sigfillset(&action.sa_mask)
        action.sa_flags = SA_RESTART
        action.__sigaction_handler.sa_handler = { signal in
            let saved = errno
            var number = UInt8(truncatingIfNeeded: signal)
            _ = write(Signals.wakeup, &number, 1)
            errno = saved
        }
        for signal in signals { sigaction(signal, &action, nil) }
    }
}
