import HTTP

/// However a stream is cut, it has the same events, and the same end.
///
/// The first byte of an input says how it is cut and how large an event may be.
func events(_ input: [UInt8]) {
    guard let first = input.first else { return }
    let limit = first & 1 == 0 ? 1 << 20 : 24
    let whole = events(input.dropFirst(), limit: limit, piece: input.count)
    let cut = events(input.dropFirst(), limit: limit, piece: 1 + Int(first >> 2) % 17)
    guard whole.isTooLarge == cut.isTooLarge else { broken("too large or not, by how it is cut") }
    // What came with what was too large is lost with it.
    if !whole.isTooLarge, whole.events != cut.events { broken("cut, the events differ: \(whole) \(cut)") }
    guard cut.events.starts(with: whole.events) else { broken("cut, the events differ: \(whole) \(cut)") }
    for event in whole.events where event.data.count > limit || event.data.contains(0x0D) {
        broken("not an event's data: \(shown(event.data))")
    }
}

private func events(_ stream: ArraySlice<UInt8>, limit: Int, piece: Int)
    -> (events: [ServerSentEvents.Event], isTooLarge: Bool)
{
    var parser = ServerSentEvents(maxEventBytes: limit)
    var found: [ServerSentEvents.Event] = []
    var rest = stream
    while !rest.isEmpty {
        let next = rest.prefix(piece)
        rest = rest.dropFirst(piece)
        do { found += try next.withUnsafeBytes { try parser.push($0) } } catch { return (found, true) }
    }
    return (found, false)
}
