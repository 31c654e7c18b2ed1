import JSON

/// One entry of fal's `detail`: which field is wrong, and how.
public struct FieldFault: Sendable, Hashable {
    /// `"body"`, then member names and indices.
    public let loc: [JSON]
    /// A sentence for people.
    public let msg: String
    /// A word for programs: `less_than_equal`.
    public let type: String
    /// The limits that were broken, by name.
    public let ctx: JSONObject?
    /// The value that was refused.
    public let input: JSON?

    public init(loc: [JSON], msg: String, type: String, ctx: JSONObject? = nil, input: JSON? = nil) {
        self.loc = loc
        self.msg = msg
        self.type = type
        self.ctx = ctx
        self.input = input
    }

    /// Reads an entry of either pydantic generation; anything in it may be missing.
    public init(_ json: JSON) {
        self.init(
            loc: json["loc"]?.arrayValue ?? ["body"],
            msg: json["msg"]?.stringValue ?? json.stringValue ?? json.text,
            type: json["type"]?.stringValue ?? "value_error",
            ctx: json["ctx"]?.objectValue,
            input: json["input"]
        )
    }

    /// The contract's form: `{loc, msg, type, ctx?}`. The refused value is left out, as it may be large or private.
    public var json: JSON {
        var object: JSONObject = ["loc": .array(loc), "msg": .string(msg), "type": .string(type)]
        object["ctx"] = ctx.map(JSON.object)
        return .object(object)
    }

    /// The form that fal's servers answer with.
    public var wire: JSON {
        var object: JSONObject = ["loc": .array(loc), "msg": .string(msg), "type": .string(type)]
        object["ctx"] = ctx.map(JSON.object)
        object["input"] = input
        object["url"] = .string("https://docs.fal.ai/errors/#\(type)")
        return .object(object)
    }

    /// The field's name without `body`: `motions[1]`, `loras[0].path`; empty for the input as a whole.
    public var field: String {
        var text = ""
        for step in loc.drop(while: { $0 == "body" }) {
            if let index = step.intValue {
                text += "[\(index)]"
            } else {
                text += (text.isEmpty ? "" : ".") + (step.stringValue ?? step.text)
            }
        }
        return text
    }
}
