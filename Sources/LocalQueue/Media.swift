import FalProtocol
import Glibc
import JSON
import Platform

/// The size of the frames that an engine gets, and of those on the way to it.
struct FramePlan: Sendable, Equatable {
    /// Multiples of 8.
    let width: Int
    let height: Int
    /// What the picture is scaled to before the centre is cut out of it.
    let scaledWidth: Int
    let scaledHeight: Int

    static let multiple = 8

    /// - Parameters:
    ///   - width, height: as shown: turned, and in square pixels.
    ///   - maxSide: of the result's longer side; nothing is enlarged.
    /// - Returns: nil when a side is too short.
    init?(width: Double, height: Double, maxSide: Int) {
        guard width >= 1, height >= 1 else { return nil }
        let factor = min(1, Double(maxSide) / max(width, height))
        let (fitWidth, fitHeight) = (width * factor, height * factor)
        // A hair over, so that 511.999… is 512.
        let cutWidth = Int((fitWidth + 0.01) / Double(Self.multiple)) * Self.multiple
        let cutHeight = Int((fitHeight + 0.01) / Double(Self.multiple)) * Self.multiple
        guard cutWidth > 0, cutHeight > 0 else { return nil }
        self.width = cutWidth
        self.height = cutHeight
        // As little as possible is cut off: the side that fits decides.
        let cover = max(Double(cutWidth) / width, Double(cutHeight) / height)
        scaledWidth = max(cutWidth, Int((width * cover).rounded()))
        scaledHeight = max(cutHeight, Int((height * cover).rounded()))
    }
}

/// Raw frames in a file: rgb24, one after the other.
struct Frames: Sendable {
    let path: String
    let width: Int
    let height: Int
    let count: Int
    let fps: Int

    var bytesPerFrame: Int { width * height * 3 }
}

/// Video files in and out, by the programs `ffprobe` and `ffmpeg` under limits: what strangers made is decoded
/// in processes that can be lost.
struct Media: Sendable {
    private let ffmpeg: String
    private let ffprobe: String

    /// Containers with pictures in them. No playlists: they name other files.
    private static let containers =
        "mov,matroska,gif,avi,mpegts,mpeg,mpegvideo,flv,ogg,asf,apng,webp_pipe,h264,hevc,ivf,nut,mxf,m4v,rm,dv,wtv"
    /// Frames of one job.
    static let maxFrames = 192
    /// Seconds for a look, for taking frames, for making the video; bytes of memory and of any file.
    private static let probeLimit = 30.0
    private static let sampleLimit = 300.0
    private static let encodeLimit = 300.0
    private static let memoryLimit: Int64 = 6 << 30
    private static let fileLimit: Int64 = 4 << 30

    /// To the colours of HD video, rounded with care.
    private static let toYUV = "scale=in_range=pc:out_range=tv:out_color_matrix=bt709"
        + ":flags=accurate_rnd+full_chroma_int,format=yuv420p"

    init() throws(Failure) {
        guard let ffmpeg = ChildProcess.find("ffmpeg"), let ffprobe = ChildProcess.find("ffprobe") else {
            throw .server("ffmpeg is not installed: apt-get install ffmpeg")
        }
        self.ffmpeg = ffmpeg
        self.ffprobe = ffprobe
    }

    /// What is shown of a video.
    private struct Shown {
        let width: Double
        let height: Double
        /// Seconds, where the file says.
        let duration: Double?
    }

    /// Takes frames from the start of a video.
    /// - Parameters:
    ///   - seconds: how much of the video at most.
    ///   - output: where the frames go.
    func sample(_ input: String, fps: Int, seconds: Int, maxSide: Int, to output: String) async throws -> Frames {
        let shown = try await probe(input)
        guard let plan = FramePlan(width: shown.width, height: shown.height, maxSide: maxSide) else {
            let least = JSON.int(Int64(FramePlan.multiple))
            throw Failure.video(
                "image_too_small", "The video is too small: each side must have at least \(FramePlan.multiple) pixels",
                ctx: ["min_height": least, "min_width": least]
            )
        }
        let length = min(Double(seconds), shown.duration ?? Double(seconds))
        let wanted = min(Self.maxFrames, max(1, Int((length * Double(fps)).rounded())))
        let filter = "fps=\(fps):start_time=0,scale=\(plan.scaledWidth):\(plan.scaledHeight):flags=lanczos,"
            + "crop=\(plan.width):\(plan.height),setsar=1,format=rgb24"
        let outcome = try await run(
            ffmpeg,
            [
                "-nostdin", "-v", "error", "-threads", "2", "-protocol_whitelist", "file", "-format_whitelist",
                Self.containers,
                "-i", "file:\(input)", "-map", "0:v:0", "-t", "\(seconds)", "-vf", filter, "-frames:v", "\(wanted)",
                "-f", "rawvideo", "-y", "file:\(output)",
            ], Self.sampleLimit
        )
        try Self.checkSpace(outcome)
        try Self.checkTime(outcome, Self.sampleLimit)
        let frame = plan.width * plan.height * 3
        let size = Int((try? Files.status(output))?.size ?? 0)
        let got = size / frame
        guard got > 0 else {
            throw Failure.video(
                "unsupported_video_format", "No frame could be read from the video: \(Self.reason(outcome))"
            )
        }
        // What has no more pictures is short; what has some that cannot be read is broken.
        if shown.duration != nil, got + 1 < wanted, !outcome.error.isEmpty {
            throw Failure.video(
                "unsupported_video_format",
                "The video is damaged or cut off: only \(got) of \(wanted) frames can be read"
            )
        }
        let frames = Frames(
            path: output, width: plan.width, height: plan.height, count: max(1, min(got, wanted)), fps: fps
        )
        // The last frame of a stream lasts as long as the file says; ffmpeg may stop one frame before.
        return try Self.padded(frames, got: got, wanted: shown.duration == nil ? got : min(wanted, got + 1))
    }

    /// Makes the file hold exactly `wanted` frames, the last one again where one is missing.
    private static func padded(_ frames: Frames, got: Int, wanted: Int) throws(SystemError) -> Frames {
        let file = try Descriptor.open(frames.path, O_RDWR)
        if wanted > got {
            var last = [UInt8](repeating: 0, count: frames.bytesPerFrame)
            guard pread(file.raw, &last, last.count, off_t((got - 1) * last.count)) == last.count,
                pwrite(file.raw, last, last.count, off_t(got * last.count)) == last.count
            else { throw SystemError.last("write", frames.path) }
        }
        guard ftruncate(file.raw, off_t(wanted * frames.bytesPerFrame)) == 0 else {
            throw SystemError.last("truncate", frames.path)
        }
        return Frames(path: frames.path, width: frames.width, height: frames.height, count: wanted, fps: frames.fps)
    }

    private func probe(_ input: String) async throws -> Shown {
        let outcome = try await run(ffprobe, [
            "-v", "error", "-protocol_whitelist", "file", "-format_whitelist", Self.containers, "-print_format", "json",
            "-show_streams", "-show_format", "-i", "file:\(input)",
        ], Self.probeLimit)
        try Self.checkTime(outcome, Self.probeLimit)
        guard outcome.isSuccess, let json = try? JSON.parse(outcome.output) else {
            throw Failure.video(
                "unsupported_video_format", "The file is not a video that can be read: \(Self.reason(outcome))"
            )
        }
        let video = json["streams"]?.arrayValue?.first {
            $0["codec_type"] == "video" && $0["disposition"]?["attached_pic"] != 1
        }
        guard let video, let width = video["width"]?.doubleValue, let height = video["height"]?.doubleValue,
            width > 0, height > 0
        else { throw Failure.video("unsupported_video_format", "The file holds no video") }
        let aspect = Self.ratio(video["sample_aspect_ratio"]?.stringValue)
        let turn = video["side_data_list"]?.arrayValue?.compactMap { $0["rotation"]?.doubleValue }.first
            ?? video["tags"]?["rotate"]?.stringValue.flatMap(Double.init) ?? 0
        let isTurned = Int(turn.rounded()) % 180 != 0
        let wide = width * aspect
        let durations = [video["duration"], json["format"]?["duration"]]
        let duration = durations.compactMap { $0?.stringValue.flatMap(Double.init) }.first { $0 > 0 && $0.isFinite }
        return Shown(width: isTurned ? height : wide, height: isTurned ? wide : height, duration: duration)
    }

    /// `4:3` as a number; 1 for what is no ratio.
    private static func ratio(_ text: String?) -> Double {
        let parts = (text ?? "").split(separator: ":").compactMap { Double($0) }
        guard parts.count == 2, parts[0] > 0, parts[1] > 0 else { return 1 }
        return min(max(parts[0] / parts[1], 0.01), 100)
    }

    /// Makes an MP4 of frames: H.264, yuv420p, its index at the front. The same frames give the same bytes.
    func encode(_ frames: Frames, to output: String) async throws {
        let outcome = try await run(
            ffmpeg,
            [
                "-nostdin", "-v", "error", "-f", "rawvideo", "-pixel_format", "rgb24", "-video_size",
                "\(frames.width)x\(frames.height)", "-framerate", "\(frames.fps)", "-i", "file:\(frames.path)",
                "-vf", Self.toYUV,
                "-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-threads", "2", "-colorspace", "bt709",
                "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv", "-movflags", "+faststart",
                "-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1", "-f", "mp4", "-y",
                "file:\(output)",
            ], Self.encodeLimit
        )
        try Self.checkSpace(outcome)
        if outcome.isTimedOut { throw Failure.server("making the video took longer than \(Int(Self.encodeLimit)) s") }
        guard outcome.isSuccess else {
            throw Failure.server("ffmpeg could not make the video: \(Self.reason(outcome))")
        }
    }

    private func run(_ program: String, _ arguments: [String], _ limit: Double) async throws -> Program.Outcome {
        let outcome: Program.Outcome
        do {
            outcome = try await Program.run(
                program, arguments, environment: ["PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"],
                timeLimit: limit, memoryLimit: Self.memoryLimit, fileLimit: Self.fileLimit
            )
        } catch {
            throw Failure.server("\(error)")
        }
        if Task.isCancelled { throw CancellationError() }
        return outcome
    }

    private static func checkTime(_ outcome: Program.Outcome, _ limit: Double) throws(Failure) {
        if outcome.isTimedOut {
            throw .video("unsupported_video_format", "Reading the video took longer than \(Int(limit)) s")
        }
    }

    private static func checkSpace(_ outcome: Program.Outcome) throws(Failure) {
        if outcome.error.contains("No space left on device") { throw .server("the disk of the state folder is full") }
    }

    /// The last line that the program complained with, without our paths in it.
    private static func reason(_ outcome: Program.Outcome) -> String {
        let line = outcome.error.split(whereSeparator: \.isNewline).last.map(String.init) ?? "no reason given"
        return String(line.split(separator: ":").last.map { $0.trimmingBlanks() } ?? line)
    }
}
