// What a Swift program does with the typed client; its argument is fal-bridge's path.
import Foundation

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
let pong: JSONValue = try await client.call("ping", ["hello": "there"])
print(pong["hello"]?.stringValue ?? "")

do {
    _ = try FalBridgeClient(program: "/nowhere/fal-bridge")
} catch is BridgeProcessError {
    print("no such program")
}
