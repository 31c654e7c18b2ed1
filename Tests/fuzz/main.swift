import Glibc

// fuzz TARGET [libFuzzer's flags] [folders of inputs]: `make fuzz` says how it is built and run.

/// libFuzzer's own loop; it calls back for each input.
@_silgen_name("LLVMFuzzerRunDriver")
func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ words: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ take: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// What one input is for: found by the first word of the command line.
nonisolated(unsafe) let targets: [String: ([UInt8]) -> Void] = [
    "frames": frames, "json": documents, "messages": messages, "sse": events, "urls": urls, "schema": schemas,
]

nonisolated(unsafe) var target: ([UInt8]) -> Void = { _ in }

guard CommandLine.argc > 1, let found = targets[CommandLine.arguments[1]] else {
    print("fuzz: one of \(targets.keys.sorted().joined(separator: ", ")), then libFuzzer's flags")
    exit(2)
}
target = found

// The target's name is taken out of what libFuzzer sees.
var words = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: Int(CommandLine.argc))
words[0] = CommandLine.unsafeArgv[0]
for index in 2..<max(2, Int(CommandLine.argc)) { words[index - 1] = CommandLine.unsafeArgv[index] }
words[Int(CommandLine.argc) - 1] = nil
var count = CommandLine.argc - 1
exit(runDriver(&count, &words) { start, length in
    target(Array(UnsafeBufferPointer(start: start, count: length)))
    return 0
})
