// What the models take and give.
// Generated from schemas/ by `fal-bridge generate swift`. Do not edit.

/// Input of fal-ai/fast-animatediff/video-to-video.
public struct FastAnimatediffVideoToVideoInput: Codable, Hashable, Sendable {
    /// The video or GIF to restyle: a URL, a data URI, or (through the bridge) the path of a local file.
    public var videoUrl: String
    /// How many seconds from the start of the video are used. Default 3. From 2 to 4.
    public var firstNSeconds: Int?
    /// What to generate; the more detail, the better.
    public var prompt: String
    /// What to avoid. Default "(bad quality, worst quality:1.2), ugly faces, bad anime".
    public var negativePrompt: String?
    /// How many denoising steps are made. Default 25. From 1 to 50.
    public var numInferenceSteps: Int?
    /// How strongly the input video is changed: the higher, the further from it. Default 0.7. From 0.1 to 1.
    public var strength: Double?
    /// Classifier-free guidance: how closely the result keeps to the prompt. Default 7.5. From 0 to 20.
    public var guidanceScale: Double?
    /// The same seed and the same prompt give the same video. Random when left out.
    public var seed: Int?
    /// How many frames a second are taken from the input video. Default 8. From 1 to 16.
    public var fps: Int?
    /// Camera motions, each a motion LoRA.
    public var motions: [Motions]?

    enum CodingKeys: String, CodingKey {
        case videoUrl = "video_url"
        case firstNSeconds = "first_n_seconds"
        case prompt = "prompt"
        case negativePrompt = "negative_prompt"
        case numInferenceSteps = "num_inference_steps"
        case strength = "strength"
        case guidanceScale = "guidance_scale"
        case seed = "seed"
        case fps = "fps"
        case motions = "motions"
    }

    public init(
        videoUrl: String,
        prompt: String,
        firstNSeconds: Int? = nil,
        negativePrompt: String? = nil,
        numInferenceSteps: Int? = nil,
        strength: Double? = nil,
        guidanceScale: Double? = nil,
        seed: Int? = nil,
        fps: Int? = nil,
        motions: [Motions]? = nil
    ) {
        self.videoUrl = videoUrl
        self.firstNSeconds = firstNSeconds
        self.prompt = prompt
        self.negativePrompt = negativePrompt
        self.numInferenceSteps = numInferenceSteps
        self.strength = strength
        self.guidanceScale = guidanceScale
        self.seed = seed
        self.fps = fps
        self.motions = motions
    }

    public enum Motions: String, Codable, Hashable, Sendable {
        case zoomOut = "zoom-out"
        case zoomIn = "zoom-in"
        case panLeft = "pan-left"
        case panRight = "pan-right"
        case tiltUp = "tilt-up"
        case tiltDown = "tilt-down"
    }
}

public struct File: Codable, Hashable, Sendable {
    /// Where the file can be fetched from.
    public var url: String
    /// The MIME type of the file.
    public var contentType: String?
    /// The name of the file.
    public var fileName: String?
    /// The size of the file in bytes.
    public var fileSize: Int?
    /// The bytes of the file.
    public var fileData: String?

    enum CodingKeys: String, CodingKey {
        case url = "url"
        case contentType = "content_type"
        case fileName = "file_name"
        case fileSize = "file_size"
        case fileData = "file_data"
    }

    public init(
        url: String,
        contentType: String? = nil,
        fileName: String? = nil,
        fileSize: Int? = nil,
        fileData: String? = nil
    ) {
        self.url = url
        self.contentType = contentType
        self.fileName = fileName
        self.fileSize = fileSize
        self.fileData = fileData
    }
}

/// Output of fal-ai/fast-animatediff/video-to-video.
public struct FastAnimatediffVideoToVideoOutput: Codable, Hashable, Sendable {
    /// The generated video, an MP4.
    public var video: File
    /// The seed that was used.
    public var seed: Int

    enum CodingKeys: String, CodingKey {
        case video = "video"
        case seed = "seed"
    }

    public init(
        video: File,
        seed: Int
    ) {
        self.video = video
        self.seed = seed
    }
}

extension Endpoint where Input == FastAnimatediffVideoToVideoInput, Output == FastAnimatediffVideoToVideoOutput {
    /// AnimateDiff Video to Video.
    public static var fastAnimatediffVideoToVideo: Self { Self("fal-ai/fast-animatediff/video-to-video") }
}
