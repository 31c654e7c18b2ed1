import JSON
import Platform

/// One picture that shows a job: frames of the video before it in the upper row, after it in the lower.
public struct ContactSheet: Sendable {
    /// A local file; nil when the input came from elsewhere.
    private let before: String?
    private let after: String

    private static let columns = 4
    private static let timeLimit = 60.0
    static let environment = ["PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"]

    public init(before: String?, after: String) {
        self.before = before
        self.after = after
    }

    /// - Parameters:
    ///   - width: of one frame.
    ///   - quality: of a JPEG, from 2, the best, to 31.
    /// - Returns: why there is no picture; nil when there is.
    public func make(_ path: String, width: Int = 320, quality: Int? = nil) async -> String? {
        guard let ffmpeg = ChildProcess.find("ffmpeg"), ChildProcess.find("ffprobe") != nil else {
            return "ffmpeg is not installed: apt-get install ffmpeg"
        }
        guard let probe = await MediaProbe(after), let wide = probe.width, let high = probe.height else {
            return "the result cannot be read"
        }
        let height = max(2, Int(Double(width) * Double(high) / Double(wide) / 2) * 2)
        func input(_ path: String) -> [String] { MediaProbe.formats + ["-i", "file:\(path)"] }
        let frame = "scale=\(width):\(height):force_original_aspect_ratio=increase,crop=\(width):\(height),setsar=1"
        var words = ["-nostdin", "-v", "error", "-y"]
        if let seconds = probe.duration {
            // A hair more than the rate, so that the last column is there.
            let row = "trim=duration=\(seconds),fps=\(Double(Self.columns) / seconds * 1.001),\(frame),"
                + "tile=\(Self.columns)x1:nb_frames=\(Self.columns)"
            if let before {
                words += input(before) + input(after)
                words += ["-filter_complex", "[0:v]\(row)[a];[1:v]\(row)[b];[a][b]vstack"]
            } else {
                words += input(after) + ["-vf", row]
            }
        } else {
            // A picture is its own contact sheet.
            words += input(after) + ["-vf", frame]
        }
        let folder = Files.parent(of: Files.absolute(path))
        do { try Files.makeDirectory(folder, mode: 0o755) } catch { return error.description }
        words += ["-frames:v", "1", "-update", "1"] + (quality.map { ["-q:v", "\($0)"] } ?? []) + ["file:\(path)"]
        let outcome = try? await Program.run(
            ffmpeg, words, environment: Self.environment, timeLimit: Self.timeLimit
        )
        guard let outcome else { return "ffmpeg does not start" }
        if outcome.isSuccess { return nil }
        return String(outcome.error.split(whereSeparator: \.isNewline).last ?? "ffmpeg failed")
    }
}
