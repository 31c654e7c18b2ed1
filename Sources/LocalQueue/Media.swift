import FalProtocol
import Glibc
import JSON
import Platform

/// Video files in and out, by the programs `ffprobe` and `ffmpeg` under limits: what strangers made is decoded
/// in processes that can be lost.
struct Media: Sendable {
    private let ffmpeg: String
    private let ffprobe: String

    /// Frames of one job.
    static let maxFrames = 192
    /// Seconds for a look, and for taking frames.
    private static let probeLimit = 30.0
    private static let sampleLimit = 300.0
    private static let limits = ProgramLimits(addressSpace: 6 << 30, file: 4 << 30)
    /// Bytes that are kept of what a program says on stdout.
    private static let maxOutput = 1 << 20
    static let environment = ["PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"]

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

    /// What is taken of a video.
    struct Wish: Sendable {
        let fps: Int
        /// How much of the video at most.
        let seconds: Int
        let maxSide: Int
    }

    /// Takes frames from the start of a video.
    /// - Parameters:
    ///   - output: where the frames go.
    ///   - onPlan: called as soon as their size is known, before they are there.
    func sample(_ input: String, _ wish: Wish, to output: String, onPlan: (FramePlan) throws -> Void) async throws
        -> Frames
    {
        // Each program takes longer to load than to do its work, so nobody waits for the look to take the frames.
        let guess = FramePlan.guessedFilter(maxSide: wish.maxSide)
        async let guessed = take(input, wish, guess, min(Self.maxFrames, wish.seconds * wish.fps), to: output)
        let shown = try await probe(input)
        guard let plan = FramePlan(width: shown.width, height: shown.height, maxSide: wish.maxSide) else {
            let least = JSON.int(Int64(FramePlan.multiple))
            throw Failure.video(
                "image_too_small", "The video is too small: each side must have at least \(FramePlan.multiple) pixels",
                ctx: ["min_height": least, "min_width": least]
            )
        }
        try onPlan(plan)
        let length = min(Double(wish.seconds), shown.duration ?? Double(wish.seconds))
        let wanted = min(Self.maxFrames, max(1, Int((length * Double(wish.fps)).rounded())))
        var outcome = try await guessed
        if !Self.isSize(plan, in: outcome) { outcome = try await take(input, wish, plan.filter, wanted, to: output) }
        try Self.checkSpace(outcome)
        try Self.checkTime(outcome, Self.sampleLimit)
        let size = Int((try? Files.status(output))?.size ?? 0)
        let got = size / (plan.width * plan.height * 3)
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
            path: output, width: plan.width, height: plan.height, count: max(1, min(got, wanted)), fps: wish.fps
        )
        // The last frame of a stream lasts as long as the file says; ffmpeg may stop one frame before.
        return try Self.padded(frames, got: got, wanted: shown.duration == nil ? got : min(wanted, got + 1))
    }

    /// Takes frames to a file, and says of what size they are.
    private func take(_ input: String, _ wish: Wish, _ filter: String, _ count: Int, to output: String) async throws
        -> Program.Outcome
    {
        // V is video that is no picture of a cover.
        let chain = "[0:V:0]fps=\(wish.fps):start_time=0,\(filter),setsar=1,format=rgb24,split[frames][sizes]"
        let length = ["-t", "\(wish.seconds)", "-frames:v", "\(count)"]
        return try await run(
            ffmpeg,
            [
                "-nostdin", "-v", "error", "-threads", "2",
            ] + MediaContainers.only(MediaContainers.videos) + [
                "-i", "file:\(input)", "-filter_complex", chain, "-map", "[frames]",
            ] + length + ["-f", "rawvideo", "-y", "file:\(output)", "-map", "[sizes]"] + length
                + ["-f", "framecrc", "pipe:1"], Self.sampleLimit
        )
    }

    /// Whether all frames that were taken are of this size: framecrc gives the width and height of the first, and the
    /// bytes of each.
    private static func isSize(_ plan: FramePlan, in outcome: Program.Outcome) -> Bool {
        var isNamed = false
        var count = 0
        for line in String(decoding: outcome.output, as: UTF8.self).split(whereSeparator: \.isNewline) {
            if line.hasPrefix("#") {
                if line.hasPrefix("#dimensions 0:") { isNamed = line.hasSuffix(" \(plan.width)x\(plan.height)") }
            } else {
                let fields = line.split(separator: ",")
                guard fields.count > 4, fields[4].drop(while: { $0 == " " }) == "\(plan.width * plan.height * 3)" else {
                    return false
                }
                count += 1
            }
        }
        return isNamed && count > 0
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
            "-v", "error",
        ] + MediaContainers.only(MediaContainers.videos) + [
            "-print_format", "json", "-show_streams", "-show_format", "-i", "file:\(input)",
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
        let aspect = FramePlan.aspect(Self.ratio(video["sample_aspect_ratio"]?.stringValue))
        let turn = video["side_data_list"]?.arrayValue?.compactMap { $0["rotation"]?.doubleValue }.first
            ?? video["tags"]?["rotate"]?.stringValue.flatMap(Double.init) ?? 0
        let isTurned = Self.isTurned(turn)
        let wide = width * aspect
        let durations = [video["duration"], json["format"]?["duration"]]
        let duration = durations.compactMap { $0?.stringValue.flatMap(Double.init) }.first { $0 > 0 && $0.isFinite }
        return Shown(width: isTurned ? height : wide, height: isTurned ? wide : height, duration: duration)
    }

    /// Whether a turn by so many degrees, as a file says, lays the picture on its side; what is no angle does not.
    static func isTurned(_ degrees: Double) -> Bool {
        guard degrees.isFinite, abs(degrees) < 1e6 else { return false }
        return Int(degrees.rounded()) % 180 != 0
    }

    /// `4:3` as a number; 1 for what is no ratio.
    private static func ratio(_ text: String?) -> Double {
        let parts = (text ?? "").split(separator: ":").compactMap { Double($0) }
        guard parts.count == 2, parts[0] > 0, parts[1] > 0 else { return 1 }
        return parts[0] / parts[1]
    }

    /// Starts what will make a video of frames that are to come.
    func encoder(width: Int, height: Int, fps: Int, to output: String) throws(SystemError) -> Encoder {
        try Encoder(ffmpeg: ffmpeg, limits: Self.limits, width: width, height: height, fps: fps, output: output)
    }

    private func run(_ program: String, _ arguments: [String], _ limit: Double) async throws -> Program.Outcome {
        let outcome: Program.Outcome
        do {
            outcome = try await Program.run(
                program, arguments, environment: Self.environment, maxOutput: Self.maxOutput, timeLimit: limit,
                limits: Self.limits
            )
        } catch {
            throw Failure.server("\(error)")
        }
        try Task.checkCancellation()
        return outcome
    }

    private static func checkTime(_ outcome: Program.Outcome, _ limit: Double) throws(Failure) {
        if outcome.isTimedOut {
            throw .video("unsupported_video_format", "Reading the video took longer than \(Int(limit)) s")
        }
    }

    static func checkSpace(_ outcome: Program.Outcome) throws(Failure) {
        if outcome.error.contains("No space left on device") { throw .server("the disk of the state folder is full") }
    }

    /// The last line that the program complained with, without our paths in it.
    static func reason(_ outcome: Program.Outcome) -> String {
        let line = outcome.error.split(whereSeparator: \.isNewline).last.map(String.init) ?? "no reason given"
        return String(line.split(separator: ":").last.map { $0.trimmingBlanks() } ?? line)
    }
}
