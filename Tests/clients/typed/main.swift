// What a Swift program does with the typed client; its argument is fal-bridge's path.
import Foundation

enum EveryThing {
    static let input = MeEveryThingInput(imageUrl: "x", class: .big, mode: nil)
}

let client = try FalBridgeClient(program: CommandLine.arguments[1])

var input = FastAnimatediffVideoToVideoInput(videoUrl: "clip.mp4", prompt: "ink")
input.motions = [.zoomIn]
input.fps = 99
let encoder = JSONEncoder()
encoder.outputFormatting = .sortedKeys
print(String(decoding: try encoder.encode(input), as: UTF8.self))

let text = #"{"video": {"url": "https://x/out.mp4", "file_size": 3, "new": true}, "seed": 7}"#
let output = try JSONDecoder().decode(FastAnimatediffVideoToVideoOutput.self, from: Data(text.utf8))
print(output.video.url, output.video.fileSize ?? 0, output.seed)

do {
    let output = try await client.subscribe(.fastAnimatediffVideoToVideo, input)
    print(output.seed)
} catch let error as BridgeError {
    print(error.code, error.kind, error.message)
}
// A model of a folder, by types that were generated without a line written for it.
var every = EveryThing.input
every.imageSize = .meEveryThingImageSize(MeEveryThingImageSize(width: 3))
every.ratio = 2
every.tree = Tree(branches: [Tree(leaf: "x")])
print(String(decoding: try encoder.encode(every), as: UTF8.self))
let made = try JSONDecoder().decode(
    MeEveryThingOutput.self, from: Data(#"{"file": {"url": "u"}, "state": "new", "any": [1, null]}"#.utf8)
)
print(made.state, made.any == .array([.int(1), .null]))

let pong: JSONValue = try await client.call("ping", ["hello": "there"])
print(pong["hello"]?.stringValue ?? "")

do {
    _ = try FalBridgeClient(program: "/nowhere/fal-bridge")
} catch is BridgeProcessError {
    print("no such program")
}
