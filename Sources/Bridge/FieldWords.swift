import FalProtocol
import JSON
import JSONSchema

/// A fault of a method's params: fal's words, with `params` in place of `body`.
struct FieldWords {
    private let fault: FieldFault

    init(_ fault: SchemaFault) {
        let words = FieldFault(fault)
        self.fault = FieldFault(
            loc: ["params"] + words.loc.dropFirst(), msg: words.msg, type: words.type, ctx: words.ctx
        )
    }

    var json: JSON { fault.json }

    /// `unknown parameter 'inptu'; did you mean 'input'?`, `input: Field required`.
    var sentence: String {
        let name = fault.loc.dropFirst().map { $0.stringValue ?? $0.text }.joined(separator: ".")
        if fault.type == "extra_forbidden", fault.loc.count == 2 {
            let hint = fault.ctx?["nearest"]?.stringValue.map { "; did you mean '\($0)'?" } ?? ""
            return "unknown parameter '\(name)'\(hint)"
        }
        return name.isEmpty ? fault.msg : "\(name): \(fault.msg)"
    }
}
