import FalProtocol
import JSON
import Platform

/// What a local file of a medium is, by `ffprobe`.
public struct MediaProbe: Sendable {
    /// Seconds.
    public let duration: Double?
    public let width: Int64?
    public let height: Int64?

    private static let timeLimit = 20.0
    /// The file may come from anybody, and must not lead to another one.
    static let formats = MediaContainers.only(MediaContainers.videos, MediaContainers.pictures)

    /// - Returns: nil where there is no `ffprobe`, or the file is none that it knows.
    public init?(_ path: String) async {
        guard let ffprobe = ChildProcess.find("ffprobe") else { return nil }
        let outcome = try? await Program.run(
            ffprobe,
            ["-v", "error"] + Self.formats + [
                "-print_format", "json", "-show_format", "-show_streams", "-select_streams", "v:0", "-i",
                "file:\(path)",
            ],
            environment: ContactSheet.environment, timeLimit: Self.timeLimit
        )
        guard let outcome, outcome.isSuccess, let json = try? JSON.parse(outcome.output) else { return nil }
        let stream = json["streams"]?.arrayValue?.first
        duration = json["format"]?["duration"]?.stringValue.flatMap(Double.init).flatMap { $0 > 0 ? $0 : nil }
        width = stream?["width"]?.intValue.flatMap { $0 > 0 ? $0 : nil }
        height = stream?["height"]?.intValue.flatMap { $0 > 0 ? $0 : nil }
    }
}
