@testable import Bridge
import FalProtocol
import HTTP
@testable import JSONSchema
import Platform

/// What is accepted means the same when it is written and read again, and every reading of a URL agrees with the others.
func urls(_ input: [UInt8]) {
    guard let text = String(validating: input, as: UTF8.self) else { return }
    references(text)
    formats(text)
    if let path = FileURL.path(text) {
        guard path.utf8.first == UInt8(ascii: "/"), !path.utf8.contains(0) else { broken("no path: \(path)") }
        let digits = Array("0123456789abcdef".utf8)
        var again = Array("file://".utf8)
        for byte in path.utf8 {
            again += byte == UInt8(ascii: "/") ? [byte] : [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
        guard FileURL.path(String(decoding: again, as: UTF8.self)) == path else { broken("another path: \(path)") }
    }
    if let endpoint = try? EndpointID(text) {
        guard let again = try? EndpointID(endpoint.description), again == endpoint else { broken("not the same endpoint") }
        guard Format.uriReference.accepts("/\(endpoint.description)"), !endpoint.description.contains("..//") else {
            broken("an endpoint that cannot stand in a URL: \(endpoint)")
        }
    }
    if let seconds = RetryAfter.seconds(text), !(seconds >= 0 && seconds.isFinite) { broken("no time: \(seconds)") }
    if let source = try? DataURI.source(text), case .bytes(let bytes) = source.content {
        let again = try? DataURI.source("data:\(source.contentType);base64,\(Base64.encode(bytes))")
        guard case .bytes(bytes)? = again?.content else { broken("a data URI of other bytes") }
    }
}

private func references(_ text: String) {
    let halves = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
    let reference = URIReference(String(halves[halves.count - 1]))
    let document = URIReference(reference.document)
    guard document.document == reference.document else { broken("reparsed: \(document.document)") }
    guard halves.count == 2 else { return }
    let base = URIReference(String(halves[0]))
    let once = base.resolving(reference)
    // A reference that is absolute means the same whatever it is resolved against.
    // Without a path of its own it has the base's, dots and all.
    guard once.scheme != nil, !reference.path.isEmpty else { return }
    guard base.resolving(once).document == once.document else { broken("resolved again: \(once.document)") }
}

private func formats(_ text: String) {
    for (narrow, wide) in [
        (Format.uri, Format.uriReference), (.uri, .iri), (.iri, .iriReference), (.uriReference, .iriReference),
    ] where narrow.accepts(text) && !wide.accepts(text) {
        broken("\(narrow.rawValue), but not \(wide.rawValue)")
    }
    for format in Format.allCases { _ = format.accepts(text) }
    if Format.uri.accepts(text) {
        let parts = URIReference(text)
        guard let scheme = parts.scheme, !scheme.isEmpty else { broken("a URI without a scheme") }
        guard Format.uri.accepts(parts.document) else { broken("no URI without its fragment: \(parts.document)") }
    }
}
