import Glibc

/// Process-wide signal dispositions.
public enum Signals {
    /// A write to a pipe that nobody reads becomes EPIPE in place of the end of the process.
    public static func ignoreBrokenPipe() { signal(SIGPIPE, SIG_IGN) }

    /// Blocks `signals` in this thread and all threads that it starts, and waits for them on a thread of
    /// its own: `body` runs there for each that arrives, free to take locks and allocate.
    public static func watch(_ signals: [CInt], _ body: @escaping @Sendable (CInt) -> Void) throws(SystemError) {
        var mask = sigset_t()
        sigemptyset(&mask)
        for signal in signals { sigaddset(&mask, signal) }
        pthread_sigmask(SIG_BLOCK, &mask, nil)
        let waited = mask
        try Thread.start {
            var set = waited
            while true {
                var number: CInt = 0
                if sigwait(&set, &number) == 0 { body(number) }
            }
        }
    }
}
