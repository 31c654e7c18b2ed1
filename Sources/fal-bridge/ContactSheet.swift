import Glibc
import JSON
import Platform

/// One picture that shows a job: frames of the video before it in the upper row, after it in the lower.
struct ContactSheet {
    /// A local file; nil when the input came from elsewhere.
    let before: String?
    let after: String

    private static let columns = 4
    private static let width = 320
    private static let timeLimit = 60.0

    /// - Returns: why there is no picture; nil when there is.
    func make(_ path: String) -> String? {
        guard let ffmpeg = ChildProcess.find("ffmpeg"), let ffprobe = ChildProcess.find("ffprobe") else {
            return "ffmpeg is not installed: apt-get install ffmpeg"
        }
        let probe = run(ffprobe, [
            "-v", "error", "-print_format", "json", "-show_format", "-show_streams", "-select_streams", "v:0", "-i",
            "file:\(after)",
        ])
        guard let probe, let json = try? JSON.parse(probe.output), let stream = json["streams"]?.arrayValue?.first,
            let wide = stream["width"]?.doubleValue, let high = stream["height"]?.doubleValue, wide > 0,
            let seconds = json["format"]?["duration"]?.stringValue.flatMap(Double.init), seconds > 0
        else { return "the result cannot be read" }
        let height = max(2, Int(Double(Self.width) * high / wide / 2) * 2)
        // A hair more than the rate, so that the last column is there.
        let row = "trim=duration=\(seconds),fps=\(Double(Self.columns) / seconds * 1.001),"
            + "scale=\(Self.width):\(height):force_original_aspect_ratio=increase,"
            + "crop=\(Self.width):\(height),setsar=1,"
            + "tile=\(Self.columns)x1:nb_frames=\(Self.columns)"
        var words = ["-nostdin", "-v", "error", "-y"]
        if let before {
            words += [
                "-i", "file:\(before)", "-i", "file:\(after)", "-filter_complex",
                "[0:v]\(row)[a];[1:v]\(row)[b];[a][b]vstack",
            ]
        } else {
            words += ["-i", "file:\(after)", "-vf", row]
        }
        let folder = Files.parent(of: Files.absolute(path))
        do { try Files.makeDirectory(folder, mode: 0o755) } catch { return error.description }
        guard let outcome = run(ffmpeg, words + ["-frames:v", "1", "-update", "1", "file:\(path)"]) else {
            return "ffmpeg does not start"
        }
        if outcome.isSuccess { return nil }
        return String(outcome.error.split(whereSeparator: \.isNewline).last ?? "ffmpeg failed")
    }

    private func run(_ program: String, _ arguments: [String]) -> Program.Outcome? {
        let done = Monitor<Program.Outcome??>(nil)
        Task.detached {
            let outcome = try? await Program.run(
                program, arguments, environment: ["PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"],
                timeLimit: Self.timeLimit
            )
            done.update { $0 = .some(outcome) }
        }
        return done.wait { $0 } ?? nil
    }
}
