import JSON
import JSONSchema

/// A schema and a value, whatever they are, end within their bounds, and the two ways to check agree.
///
/// An input is a schema, a newline and a value; libFuzzer's own timeout is the bound that must hold.
func schemas(_ input: [UInt8]) {
    let halves = input.split(separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false)
    guard let document = try? JSON.parse(Array(halves[0])) else { return }
    let value = halves.count == 2 ? (try? JSON.parse(Array(halves[1]))) ?? .null : .null
    let options = SchemaOptions(assertsFormats: true, maxSteps: 50_000, maxFaults: 20)
    guard let schema = try? Schema(document, options: options) else { return }
    let fits = schema.accepts(value)
    let faults = schema.faults(in: value)
    guard fits == faults.isEmpty else { broken("fits: \(fits), but \(faults)") }
    guard faults.count <= 20 else { broken("\(faults.count) faults") }
    let filled = schema.fillingDefaults(in: value)
    guard keeps(filled, value) else { broken("filled, it lacks what was there: \(filled.text)") }
    // What is told of a fault must be writable, whatever stood in the document.
    for fault in faults { _ = fault.value.bytes }
    _ = try? Schema(value, options: options).accepts(document)
}

/// Whether all that stands in `old` stands in `new`, at the same places.
private func keeps(_ new: JSON, _ old: JSON) -> Bool {
    switch (new, old) {
    case (.object(let new), .object(let old)):
        old.allSatisfy { member in new[member.key].map { keeps($0, member.value) } ?? false }
    case (.array(let new), .array(let old)): new.count == old.count && zip(new, old).allSatisfy(keeps)
    default: new == old
    }
}
