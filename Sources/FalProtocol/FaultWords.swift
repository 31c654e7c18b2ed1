import JSON
import JSONSchema

extension FieldFault {
    /// A schema's fault in the words of pydantic 2, which are the words that fal's servers answer with.
    public init(_ fault: SchemaFault) {
        let words = FaultWords(fault)
        self.init(
            loc: ["body"] + fault.path.map {
                switch $0 {
                case .key(let key): .string(key)
                case .index(let index): .int(Int64(index))
                }
            },
            msg: words.msg,
            type: words.type,
            ctx: words.ctx.isEmpty ? nil : words.ctx,
            input: fault.value
        )
    }
}

/// The one place that makes sentences of schema faults.
private struct FaultWords {
    let type: String
    let msg: String
    var ctx = JSONObject()

    private init(_ type: String, _ msg: String, _ ctx: JSONObject = [:]) {
        self.type = type
        self.msg = msg
        self.ctx = ctx
    }

    init(_ fault: SchemaFault) {
        switch fault.cause {
        case .missing: self.init("missing", "Field required")
        case .unknownMember(let nearest):
            if let nearest {
                self.init(
                    "extra_forbidden", "Extra inputs are not permitted; did you mean '\(nearest)'?",
                    ["nearest": .string(nearest)]
                )
            } else {
                self.init("extra_forbidden", "Extra inputs are not permitted")
            }
        case .type(let types): self.init(types: types, value: fault.value)
        case .notOneOf(let values):
            let expected = Self.list(values.map(Self.literal))
            self.init("literal_error", "Input should be \(expected)", ["expected": .string(expected)])
        case .lessThanMinimum(let limit): self.init("greater_than_equal", "greater than or equal to", "ge", limit)
        case .greaterThanMaximum(let limit): self.init("less_than_equal", "less than or equal to", "le", limit)
        case .notGreaterThan(let limit): self.init("greater_than", "greater than", "gt", limit)
        case .notLessThan(let limit): self.init("less_than", "less than", "lt", limit)
        case .notMultipleOf(let divisor): self.init("multiple_of", "a multiple of", "multiple_of", divisor)
        case .tooFewCharacters(let limit):
            self.init(
                "string_too_short", "String should have at least \(Self.count(limit, "character"))",
                ["min_length": .int(Int64(limit))]
            )
        case .tooManyCharacters(let limit):
            self.init(
                "string_too_long", "String should have at most \(Self.count(limit, "character"))",
                ["max_length": .int(Int64(limit))]
            )
        case .pattern(let pattern):
            self.init(
                "string_pattern_mismatch", "String should match pattern '\(pattern)'", ["pattern": .string(pattern)]
            )
        case .format(let format): self.init(format: format)
        case .tooFewItems(let limit, let actual): self.init(short: "List", limit, actual)
        case .tooManyItems(let limit, let actual): self.init(long: "List", limit, actual)
        case .tooFewMembers(let limit, let actual): self.init(short: "Dictionary", limit, actual)
        case .tooManyMembers(let limit, let actual): self.init(long: "Dictionary", limit, actual)
        case .duplicateItems(let first, let second):
            self.init("value_error", "Items should be unique, items \(first) and \(second) are equal")
        case .ambiguous: self.init("value_error", "Input fits more than one of the forms that exclude one another")
        case .forbidden: self.init("value_error", "Input is not permitted here")
        case .contains(let minimum, let maximum, let actual):
            let wanted = maximum.map { "\(minimum) to \($0)" } ?? "at least \(minimum)"
            self.init("value_error", "List should hold \(wanted) items of the wanted form, not \(actual)")
        case .dependency(let other): self.init("missing", "Field required where '\(other)' is given")
        case .tooComplex: self.init("value_error", "Input takes too long to check")
        }
    }

    private init(_ type: String, _ relation: String, _ name: String, _ limit: JSON) {
        self.init(type, "Input should be \(relation) \(limit.text)", [name: limit])
    }

    private init(short kind: String, _ limit: Int, _ actual: Int) {
        self.init(
            "too_short", "\(kind) should have at least \(Self.count(limit, "item")) after validation, not \(actual)",
            ["field_type": .string(kind), "min_length": .int(Int64(limit)), "actual_length": .int(Int64(actual))]
        )
    }

    private init(long kind: String, _ limit: Int, _ actual: Int) {
        self.init(
            "too_long", "\(kind) should have at most \(Self.count(limit, "item")) after validation, not \(actual)",
            ["field_type": .string(kind), "max_length": .int(Int64(limit)), "actual_length": .int(Int64(actual))]
        )
    }

    private init(types: [SchemaFault.ValueType], value: JSON) {
        // For a nullable field the words are those of what it holds when it is not null.
        switch types.first(where: { $0 != .null }) ?? .null {
        case .integer:
            if case .decimal = value {
                self.init(
                    "int_from_float", "Input should be a valid integer, got a number with a fractional part"
                )
            } else {
                self.init("int_type", "Input should be a valid integer")
            }
        case .number: self.init("float_type", "Input should be a valid number")
        case .string: self.init("string_type", "Input should be a valid string")
        case .boolean: self.init("bool_type", "Input should be a valid boolean")
        case .array: self.init("list_type", "Input should be a valid list")
        case .object: self.init("dict_type", "Input should be a valid dictionary")
        case .null: self.init("none_required", "Input should be None")
        }
    }

    private init(format: String) {
        switch format {
        case "date-time": self.init("datetime_parsing", "Input should be a valid datetime")
        case "date": self.init("date_parsing", "Input should be a valid date in the format YYYY-MM-DD")
        case "time": self.init("time_parsing", "Input should be in a valid time format")
        case "duration": self.init("time_delta_parsing", "Input should be a valid duration")
        case "uuid": self.init("uuid_parsing", "Input should be a valid UUID")
        case "uri", "iri": self.init("url_parsing", "Input should be a valid URL")
        case "ipv4": self.init("ip_v4_address", "Input is not a valid IPv4 address")
        case "ipv6": self.init("ip_v6_address", "Input is not a valid IPv6 address")
        case "regex": self.init("pattern_regex", "Input should be a valid regular expression")
        case "email", "idn-email": self.init("value_error", "value is not a valid email address")
        default: self.init("value_error", "Input should be a valid \(format)", ["format": .string(format)])
        }
    }

    private static func count(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

    private static func literal(_ value: JSON) -> String { value.stringValue.map { "'\($0)'" } ?? value.text }

    /// `'a', 'b' or 'c'`.
    private static func list(_ words: [String]) -> String {
        guard let last = words.last, words.count > 1 else { return words.first ?? "nothing" }
        return words.dropLast().joined(separator: ", ") + " or " + last
    }
}
