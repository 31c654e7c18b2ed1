import FalProtocol
import JSON
import JSONRPC

/// The one place that says in words what went wrong with a tool: for a model, which reads them and tries again.
struct ErrorWords {
    /// What the faults are about: a model's input, or the arguments of a tool.
    let input: JSON

    func text(_ error: RPCError) -> String {
        let faults = (error.data["detail"]?.arrayValue ?? []).map(FieldFault.init)
        var lines = faults.isEmpty ? [error.message] : faults.map(sentence)
        if let advice = Self.advice(error) { lines.append(advice) }
        if let id = error.data["request_id"]?.stringValue { lines.append("request_id: \(id)") }
        return lines.joined(separator: "\n")
    }

    /// `num_inference_steps must be at most 50, was 99`.
    private func sentence(_ fault: FieldFault) -> String {
        let steps = Array(fault.loc.drop { $0 == "body" || $0 == "params" })
        let field = FieldFault(loc: steps, msg: "", type: "").field
        guard !field.isEmpty else { return fault.msg }
        guard let must = Self.must(fault) else { return "\(field): \(fault.msg)" }
        var text = "\(field) \(must)"
        let hasValue = !["missing", "extra_forbidden"].contains(fault.type)
        if hasValue, let value = value(at: steps), let short = Self.short(value) {
            text += ", was \(short)"
        }
        return text
    }

    private static func must(_ fault: FieldFault) -> String? {
        func limit(_ name: String) -> String? { fault.ctx?[name].map(\.text) }
        switch fault.type {
        case "missing": return "is missing"
        case "extra_forbidden":
            return "is not known" + (fault.ctx?["nearest"]?.stringValue.map { "; did you mean \($0)?" } ?? "")
        case "less_than_equal": return limit("le").map { "must be at most \($0)" }
        case "greater_than_equal": return limit("ge").map { "must be at least \($0)" }
        case "less_than": return limit("lt").map { "must be less than \($0)" }
        case "greater_than": return limit("gt").map { "must be more than \($0)" }
        case "multiple_of": return limit("multiple_of").map { "must be a multiple of \($0)" }
        case "literal_error", "enum": return fault.ctx?["expected"]?.stringValue.map { "must be \($0)" }
        case "int_type", "int_parsing", "int_from_float": return "must be a whole number"
        case "float_type", "float_parsing": return "must be a number"
        case "string_type": return "must be a text"
        case "bool_type", "bool_parsing": return "must be true or false"
        case "list_type": return "must be a list"
        case "dict_type": return "must be an object"
        case "string_too_short": return limit("min_length").map { "must have at least \($0) characters" }
        case "string_too_long": return limit("max_length").map { "must have at most \($0) characters" }
        case "too_short": return limit("min_length").map { "must have at least \($0) items" }
        case "too_long": return limit("max_length").map { "must have at most \($0) items" }
        case "string_pattern_mismatch": return fault.ctx?["pattern"]?.stringValue.map { "must match \($0)" }
        default: return nil
        }
    }

    private func value(at steps: [JSON]) -> JSON? {
        var value = input
        for step in steps {
            if let index = step.intValue, let elements = value.arrayValue {
                guard elements.indices.contains(Int(clamping: index)) else { return nil }
                value = elements[Int(index)]
            } else if let key = step.stringValue, let member = value[key] {
                value = member
            } else {
                return nil
            }
        }
        return value
    }

    /// A value that a sentence has room for.
    private static func short(_ value: JSON) -> String? {
        switch value {
        case .object, .array: return nil
        case .string(let text): return text.count <= 60 ? value.text : nil
        default: return value.text
        }
    }

    private static func advice(_ error: RPCError) -> String? {
        return switch error.kind {
        case "unauthenticated":
            "There is no usable key for fal. The user gives one by the environment variable FAL_KEY in the host's "
                + "configuration, by the argument --key-file FILE, or by fal's own command line, which keeps it in "
                + "~/.fal/config.toml. With the argument --backend local, jobs run on this machine without one."
        case "busy": nil
        case "forbidden": "The account has no access to this, or no balance: the user can see it at fal.ai/dashboard."
        case "outcome_unknown":
            "Do not send it again before looking: it may run, and be paid for. list_requests shows it."
        case "unavailable", "rate_limited", "timeout":
            if error.data["request_id"] != nil {
                "The job may go on at the queue. Do not send it again: call result with its request_id later."
            } else if error.retryable { "The same call may succeed later." } else { nil }
        case _ where error.retryable: "The same call may succeed later."
        default: nil
        }
    }
}
