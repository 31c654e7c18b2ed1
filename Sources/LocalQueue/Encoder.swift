import Glibc
import Platform

/// Makes an MP4 of frames while they are being made: H.264, yuv420p, its index at the front. The same frames give the
/// same bytes.
///
/// The program starts with it, so that its libraries are loaded when the first frame comes, and what is left to do
/// after the last is little. It must be brought to an end by `finish` or `abandon`.
final class Encoder: Sendable {
    private let width: Int
    private let height: Int
    private let feed: FrameFeed
    private let program: Task<Program.Outcome, any Error>

    /// Seconds from the last frame to the end.
    private static let timeLimit = 300.0

    /// To the colours of HD video, rounded with care.
    private static let toYUV = "scale=in_range=pc:out_range=tv:out_color_matrix=bt709"
        + ":flags=accurate_rnd+full_chroma_int,format=yuv420p"

    init(ffmpeg: String, limits: ProgramLimits, width: Int, height: Int, fps: Int, output: String) throws(SystemError) {
        self.width = width
        self.height = height
        let words = [
            "-nostdin", "-v", "error", "-f", "rawvideo", "-pixel_format", "rgb24", "-video_size", "\(width)x\(height)",
            "-framerate", "\(fps)", "-i", "pipe:0", "-vf", Self.toYUV,
            "-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-threads", "2", "-colorspace", "bt709",
            "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv", "-movflags", "+faststart",
            "-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1", "-f", "mp4", "-y",
            "file:\(output)",
        ]
        let pipe = try Pipe.make()
        do { feed = try FrameFeed(frameBytes: width * height * 3, pipe: pipe.write) } catch {
            close(pipe.read)
            throw error
        }
        let (input, environment) = (pipe.read, Media.environment)
        program = Task {
            try await Program.run(
                ffmpeg, words, environment: environment, input: input, timeLimit: nil, limits: limits
            )
        }
    }

    /// The first `count` frames are in the file at `path`, and will not change.
    func offer(_ count: Int, at path: String) { feed.offer(count, at: path) }

    /// Waits for the video of these frames.
    /// - Returns: false when they are not those that it was offered before, or of another size: nothing can be made
    ///   of them here.
    func finish(_ frames: Frames) async throws -> Bool {
        guard frames.width == width, frames.height == height, feed.complete(frames.count, at: frames.path) else {
            return false
        }
        let outcome = try await withTaskCancellationHandler {
            try await limited()
        } onCancel: {
            program.cancel()
        }
        try Task.checkCancellation()
        try Media.checkSpace(outcome)
        guard outcome.isSuccess, feed.isSent else {
            throw Failure.server("ffmpeg could not make the video: \(Media.reason(outcome))")
        }
        return true
    }

    private func limited() async throws -> Program.Outcome {
        let isLate = Monitor(false)
        let watchdog = Task {
            try await Task.sleep(for: .seconds(Self.timeLimit))
            isLate.withLock { $0 = true }
            program.cancel()
        }
        defer { watchdog.cancel() }
        let outcome = await program.result
        guard !isLate.withLock({ $0 }) else {
            throw Failure.server("making the video took longer than \(Int(Self.timeLimit)) s")
        }
        do { return try outcome.get() } catch { throw Failure.server("\(error)") }
    }

    /// Ends the program, and returns when it has ended.
    func abandon() async {
        feed.abandon()
        program.cancel()
        _ = await program.result
    }
}
