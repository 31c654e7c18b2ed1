import FalProtocol
import JSON
import Models

/// What holds for an input beside its model's schema.
enum InputRules {
    /// Characters of a prompt that an engine takes, so that its line stays short whatever they are.
    private static let maxPrompt = 20_000

    /// A member that may be missing may be null, too.
    static func withoutNulls(_ input: JSON, of model: Model) -> JSON {
        guard let object = input.objectValue else { return input }
        let required = model.input["required"]?.arrayValue ?? []
        return .object(JSONObject(object.filter { !$0.value.isNull || required.contains(.string($0.key)) }
            .map { ($0.key, $0.value) }))
    }

    static func faults(in input: JSON) -> [FieldFault] {
        ["prompt", "negative_prompt"].compactMap { name in
            guard let text = input[name]?.stringValue, text.unicodeScalars.count > maxPrompt else { return nil }
            return FieldFault(
                loc: ["body", .string(name)], msg: "String should have at most \(maxPrompt) characters",
                type: "string_too_long", ctx: ["max_length": .int(Int64(maxPrompt))]
            )
        } + (seedFault(input["seed"]).map { [$0] } ?? [])
    }

    /// The result names the seed that was used, so one that cannot be kept is refused.
    private static func seedFault(_ seed: JSON?) -> FieldFault? {
        guard let seed, let number = seed.doubleValue, seed.intValue == nil, number.magnitude >= 0x1p63 else {
            return nil
        }
        let limit = number > 0 ? Int64.max : .min
        return FieldFault(
            loc: ["body", "seed"],
            msg: "Input should be \(number > 0 ? "less" : "greater") than or equal to \(limit)",
            type: number > 0 ? "less_than_equal" : "greater_than_equal", ctx: [number > 0 ? "le" : "ge": .int(limit)],
            input: seed
        )
    }
}
