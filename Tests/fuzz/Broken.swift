/// Ends the process with the reason, which libFuzzer takes for a crash and keeps the input of.
func broken(_ reason: @autoclosure () -> String) -> Never { fatalError(reason()) }

func shown(_ bytes: some Sequence<UInt8>) -> String { String(decoding: Array(bytes), as: UTF8.self).debugDescription }
