import Bridge
import FalProtocol
import JSON
import JSONRPC
import Models

/// Prompts that a user may pick: one that helps to write a good prompt for AnimateDiff.
struct Prompts: Sendable {
    let bridge: Bridge

    static let name = "animatediff_prompt"

    func list(_ revision: Revision) -> JSONObject {
        var prompt: JSONObject = ["name": .string(Self.name)]
        if revision.hasStructuredContent { prompt["title"] = "A prompt for AnimateDiff" }
        prompt["description"] = "Helps to write a good prompt for a clip, and to choose the numbers with it."
        prompt["arguments"] = [
            ["name": "idea", "description": "What the clip is to show or become, in your own words.", "required": true],
            ["name": "style", "description": "A style, such as: oil painting, anime, claymation.", "required": false],
            [
                "name": "endpoint", "description": "The model; by default AnimateDiff video to video.",
                "required": false,
            ],
        ]
        return ["prompts": [.object(prompt)]]
    }

    func get(_ call: Call) throws(RPCError) -> JSONObject {
        guard let name = call.params["name"]?.stringValue else { throw .invalidParams("name: Field required") }
        guard name == Self.name else { throw .invalidParams("no prompt '\(name)'; there is \(Self.name)") }
        let arguments = call.params["arguments"]
        guard let idea = arguments?["idea"]?.stringValue, !idea.isEmpty else {
            throw .invalidParams("arguments: idea: Field required")
        }
        let endpoint = arguments?["endpoint"]?.stringValue ?? bridge.current.defaultEndpoint
        guard let model = try? bridge.catalog.model(endpoint) else {
            throw .invalidParams("arguments: no schema for \(endpoint)")
        }
        let text = Self.text(idea: idea, style: arguments?["style"]?.stringValue, model)
        return [
            "description": .string("A prompt for \(model.title)"),
            "messages": [["role": "user", "content": ["type": "text", "text": .string(text)]]],
        ]
    }

    private static func text(idea: String, style: String?, _ model: Model) -> String {
        let properties = model.input["properties"]?.objectValue ?? [:]
        func has(_ name: String) -> Bool { properties[name] != nil }
        var lines = [
            "Help me to make a clip with \(model.title) (\(model.endpoint)).",
            "What I want: \(idea)",
        ]
        if let style, !style.isEmpty { lines.append("The style: \(style)") }
        lines += [
            "",
            "Write the input for the tool \(ToolName.short(model.endpoint.description)), show it to me, and run it "
                + "when I agree.",
            "What makes a good prompt here:",
            "- One line of comma-separated phrases, not a story: subject, what it does, setting, light, camera, style, "
                + "quality. The first phrases count most; 20 to 60 words are plenty, and what is beyond 75 tokens is "
                + "dropped.",
            "- Name things that can be seen. Describe one continuous movement; the model makes about two seconds and "
                + "knows no cuts.",
            "- Put the style in words that pictures are captioned with: \"oil painting, thick brush strokes\", "
                + "\"35mm film still\".",
        ]
        if has("video_url") {
            lines.append(
                "- The clip gives shape and movement; the prompt must still name what is in it, or it is painted over."
            )
        }
        if has("negative_prompt") {
            lines.append("- negative_prompt lists what to avoid: \"blurry, low quality, extra limbs, text\".")
        }
        if has("strength") {
            lines.append("- strength: 0.4 to 0.6 keeps the clip and changes its look, 0.7 to 0.85 makes it new.")
        }
        if has("guidance_scale") {
            lines.append("- guidance_scale: about 7.5; higher follows the prompt more closely, and flickers more.")
        }
        if has("num_inference_steps") {
            lines.append("- num_inference_steps: 20 to 30; fewer to try out, more for the last run.")
        }
        if has("motions") {
            lines.append("- motions are camera moves, one or two of: \(choices(properties["motions"], model)).")
        }
        if has("seed") {
            lines.append("- Keep the seed of a run that is nearly right, and change one thing at a time.")
        }
        return lines.joined(separator: "\n")
    }

    private static func choices(_ schema: JSON?, _ model: Model) -> String {
        let items = schema?.resolved(in: model.input)["items"] ?? schema?["items"]
        let values = items?.resolved(in: model.input)["enum"]?.arrayValue?.compactMap(\.stringValue) ?? []
        return values.isEmpty ? "see the schema" : values.joined(separator: ", ")
    }
}
