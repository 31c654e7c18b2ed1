import JSON
import JSONSchema
import Models

/// What an engine understands of a model's input: the members that AnimateDiff has, where they have its meaning.
struct EngineInput {
    /// Those that are given and can be used, by their names.
    let members: JSON
    /// Frames a second, and seconds from the start, that are taken of the video.
    let fps: Int
    let seconds: Int
    /// The members of the model that mean nothing to an engine.
    let unused: [String]

    /// What each must be; another model may call something else by the same name.
    private static let known: [String: @Sendable (JSON) -> Bool] = [
        "prompt": { $0.stringValue != nil },
        "negative_prompt": { $0.stringValue != nil },
        "num_inference_steps": { (1...100).contains($0.intValue ?? 0) },
        "strength": { (0...1).contains($0.doubleValue ?? -1) },
        "guidance_scale": { (0...100).contains($0.doubleValue ?? -1) },
        "motions": { $0.arrayValue?.allSatisfy { $0.stringValue.map(motions.contains) ?? false } ?? false },
        "fps": { (1...60).contains($0.intValue ?? 0) },
        "first_n_seconds": { (1...60).contains($0.intValue ?? 0) },
        "seed": { $0.intValue != nil },
    ]
    private static let motions: Set<String> = ["zoom-out", "zoom-in", "pan-left", "pan-right", "tilt-up", "tilt-down"]

    /// - Parameters:
    ///   - input: as it fits the model, with its defaults.
    ///   - video: which of its members is the video.
    init(_ input: JSON, of model: Model, video: FilePlace) {
        let given = input.objectValue ?? [:]
        let usable = given.filter { Self.known[$0.key]?($0.value) ?? false }
        members = .object(JSONObject(usable.map { ($0.key, $0.value) }))
        fps = Int(members["fps"]?.intValue ?? 8)
        seconds = Int(members["first_n_seconds"]?.intValue ?? 3)
        let names = model.input["properties"]?.objectValue?.keys ?? []
        let members = members
        unused = names.filter { name in
            if case .key(name)? = video.path.first { return false }
            return Self.known[name] == nil || (given[name] != nil && members[name] == nil)
        }
    }

    /// The video of an input: the one file of that kind, or what comes nearest to one.
    static func video(in input: JSON, of model: Model) -> FilePlace? {
        let places = FilePlaces(in: input, schema: model.input).found
        func isNamed(_ place: FilePlace) -> Bool {
            place.path.contains {
                if case .key(let key) = $0 { return key.contains("video") || key.contains("clip") }
                return false
            }
        }
        return places.first { $0.kind == "video" } ?? places.first(where: isNamed)
            ?? places.first { $0.kind != "image" && $0.kind != "audio" && $0.isCertain }
    }
}
