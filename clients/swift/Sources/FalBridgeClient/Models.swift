// What the models take and give.
// Generated from schemas/ by `fal-bridge generate swift`. Do not edit.

/// Input of fal-ai/amt-interpolation.
public struct AmtInterpolationInput: Codable, Hashable, Sendable {
    /// The video to make smoother: a URL, a data URI, or (through the bridge) the path of a local file.
    public var videoUrl: String
    /// How many frames a second the result has. Default 24.
    public var outputFps: Int?
    /// How often frames are put in between the frames. Default 2.
    public var recursiveInterpolationPasses: Int?

    enum CodingKeys: String, CodingKey {
        case videoUrl = "video_url"
        case outputFps = "output_fps"
        case recursiveInterpolationPasses = "recursive_interpolation_passes"
    }

    public init(
        videoUrl: String,
        outputFps: Int? = nil,
        recursiveInterpolationPasses: Int? = nil
    ) {
        self.videoUrl = videoUrl
        self.outputFps = outputFps
        self.recursiveInterpolationPasses = recursiveInterpolationPasses
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

/// Output of fal-ai/amt-interpolation.
public struct AmtInterpolationOutput: Codable, Hashable, Sendable {
    /// The generated video.
    public var video: File

    enum CodingKeys: String, CodingKey {
        case video = "video"
    }

    public init(
        video: File
    ) {
        self.video = video
    }
}

public struct FrameInput: Codable, Hashable, Sendable {
    /// The picture: a URL, a data URI, or (through the bridge) the path of a local file.
    public var url: String

    enum CodingKeys: String, CodingKey {
        case url = "url"
    }

    public init(
        url: String
    ) {
        self.url = url
    }
}

/// Input of fal-ai/amt-interpolation/frame-interpolation.
public struct AmtInterpolationFrameInterpolationInput: Codable, Hashable, Sendable {
    /// The pictures between which frames are put.
    public var frames: [FrameInput]
    /// How many frames a second the result has. Default 24.
    public var outputFps: Int?
    /// How often frames are put in between the frames. Default 4.
    public var recursiveInterpolationPasses: Int?

    enum CodingKeys: String, CodingKey {
        case frames = "frames"
        case outputFps = "output_fps"
        case recursiveInterpolationPasses = "recursive_interpolation_passes"
    }

    public init(
        frames: [FrameInput],
        outputFps: Int? = nil,
        recursiveInterpolationPasses: Int? = nil
    ) {
        self.frames = frames
        self.outputFps = outputFps
        self.recursiveInterpolationPasses = recursiveInterpolationPasses
    }
}

/// Output of fal-ai/amt-interpolation/frame-interpolation.
public struct AmtInterpolationFrameInterpolationOutput: Codable, Hashable, Sendable {
    /// The generated video.
    public var video: File

    enum CodingKeys: String, CodingKey {
        case video = "video"
    }

    public init(
        video: File
    ) {
        self.video = video
    }
}

public struct ImageSize: Codable, Hashable, Sendable {
    /// The width of the picture in pixels. Default 512. At most 14142.
    public var width: Int?
    /// The height of the picture in pixels. Default 512. At most 14142.
    public var height: Int?

    enum CodingKeys: String, CodingKey {
        case width = "width"
        case height = "height"
    }

    public init(
        width: Int? = nil,
        height: Int? = nil
    ) {
        self.width = width
        self.height = height
    }
}

/// Input of fal-ai/fast-animatediff/text-to-video.
public struct FastAnimatediffTextToVideoInput: Codable, Hashable, Sendable {
    /// What to generate; the more detail, the better.
    public var prompt: String
    /// What to avoid.
    public var negativePrompt: String?
    /// How many frames are generated. Default 16. From 1 to 32.
    public var numFrames: Int?
    /// How many denoising steps are made. Default 25. From 1 to 50.
    public var numInferenceSteps: Int?
    /// Classifier-free guidance: how closely the result keeps to the prompt. Default 7.5. From 0 to 20.
    public var guidanceScale: Double?
    /// The same seed and the same prompt give the same video. Random when left out.
    public var seed: Int?
    /// How many frames a second the video has. Default 8. From 1 to 16.
    public var fps: Int?
    /// Camera motions, each a motion LoRA.
    public var motions: [Motions]?
    /// The size of the video: one of fal's names, or a width and a height. Default "square".
    public var videoSize: VideoSize?

    enum CodingKeys: String, CodingKey {
        case prompt = "prompt"
        case negativePrompt = "negative_prompt"
        case numFrames = "num_frames"
        case numInferenceSteps = "num_inference_steps"
        case guidanceScale = "guidance_scale"
        case seed = "seed"
        case fps = "fps"
        case motions = "motions"
        case videoSize = "video_size"
    }

    public init(
        prompt: String,
        negativePrompt: String? = nil,
        numFrames: Int? = nil,
        numInferenceSteps: Int? = nil,
        guidanceScale: Double? = nil,
        seed: Int? = nil,
        fps: Int? = nil,
        motions: [Motions]? = nil,
        videoSize: VideoSize? = nil
    ) {
        self.prompt = prompt
        self.negativePrompt = negativePrompt
        self.numFrames = numFrames
        self.numInferenceSteps = numInferenceSteps
        self.guidanceScale = guidanceScale
        self.seed = seed
        self.fps = fps
        self.motions = motions
        self.videoSize = videoSize
    }

    public enum Motions: String, Codable, Hashable, Sendable {
        case zoomOut = "zoom-out"
        case zoomIn = "zoom-in"
        case panLeft = "pan-left"
        case panRight = "pan-right"
        case tiltUp = "tilt-up"
        case tiltDown = "tilt-down"
    }

    public enum VideoSizePreset: String, Codable, Hashable, Sendable {
        case square = "square"
        case squareHd = "square_hd"
        case portrait43 = "portrait_4_3"
        case portrait169 = "portrait_16_9"
        case landscape43 = "landscape_4_3"
        case landscape169 = "landscape_16_9"
    }

    public enum VideoSize: Codable, Hashable, Sendable {
        case preset(VideoSizePreset)
        case imageSize(ImageSize)

        public init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let value = try? container.decode(VideoSizePreset.self) {
                self = .preset(value)
                return
            }
            self = .imageSize(try container.decode(ImageSize.self))
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .preset(let value): try container.encode(value)
            case .imageSize(let value): try container.encode(value)
            }
        }
    }
}

/// Output of fal-ai/fast-animatediff/text-to-video.
public struct FastAnimatediffTextToVideoOutput: Codable, Hashable, Sendable {
    /// The generated video.
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

/// Input of fal-ai/fast-animatediff/turbo/text-to-video.
public struct FastAnimatediffTurboTextToVideoInput: Codable, Hashable, Sendable {
    /// What to generate; the more detail, the better.
    public var prompt: String
    /// What to avoid.
    public var negativePrompt: String?
    /// How many frames are generated. Default 16. From 1 to 32.
    public var numFrames: Int?
    /// How many denoising steps are made. Default 8. From 1 to 50.
    public var numInferenceSteps: Int?
    /// Classifier-free guidance: how closely the result keeps to the prompt. Default 2. From 0 to 20.
    public var guidanceScale: Double?
    /// The same seed and the same prompt give the same video. Random when left out.
    public var seed: Int?
    /// How many frames a second the video has. Default 8. From 1 to 16.
    public var fps: Int?
    /// The size of the video: one of fal's names, or a width and a height. Default "square".
    public var videoSize: VideoSize?

    enum CodingKeys: String, CodingKey {
        case prompt = "prompt"
        case negativePrompt = "negative_prompt"
        case numFrames = "num_frames"
        case numInferenceSteps = "num_inference_steps"
        case guidanceScale = "guidance_scale"
        case seed = "seed"
        case fps = "fps"
        case videoSize = "video_size"
    }

    public init(
        prompt: String,
        negativePrompt: String? = nil,
        numFrames: Int? = nil,
        numInferenceSteps: Int? = nil,
        guidanceScale: Double? = nil,
        seed: Int? = nil,
        fps: Int? = nil,
        videoSize: VideoSize? = nil
    ) {
        self.prompt = prompt
        self.negativePrompt = negativePrompt
        self.numFrames = numFrames
        self.numInferenceSteps = numInferenceSteps
        self.guidanceScale = guidanceScale
        self.seed = seed
        self.fps = fps
        self.videoSize = videoSize
    }

    public enum VideoSizePreset: String, Codable, Hashable, Sendable {
        case square = "square"
        case squareHd = "square_hd"
        case portrait43 = "portrait_4_3"
        case portrait169 = "portrait_16_9"
        case landscape43 = "landscape_4_3"
        case landscape169 = "landscape_16_9"
    }

    public enum VideoSize: Codable, Hashable, Sendable {
        case preset(VideoSizePreset)
        case imageSize(ImageSize)

        public init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let value = try? container.decode(VideoSizePreset.self) {
                self = .preset(value)
                return
            }
            self = .imageSize(try container.decode(ImageSize.self))
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .preset(let value): try container.encode(value)
            case .imageSize(let value): try container.encode(value)
            }
        }
    }
}

/// Output of fal-ai/fast-animatediff/turbo/text-to-video.
public struct FastAnimatediffTurboTextToVideoOutput: Codable, Hashable, Sendable {
    /// The generated video.
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

/// Input of fal-ai/fast-animatediff/turbo/video-to-video.
public struct FastAnimatediffTurboVideoToVideoInput: Codable, Hashable, Sendable {
    /// The video or GIF to restyle: a URL, a data URI, or (through the bridge) the path of a local file.
    public var videoUrl: String
    /// How many seconds from the start of the video are used. Default 3. From 2 to 12.
    public var firstNSeconds: Int?
    /// What to generate; the more detail, the better.
    public var prompt: String
    /// What to avoid.
    public var negativePrompt: String?
    /// How many denoising steps are made. fal's own default is 8 or 12, by the version of the model: name a value
    /// to be sure. From 1 to 32.
    public var numInferenceSteps: Int?
    /// How strongly the input video is changed: the higher, the further from it. Default 0.7. From 0.1 to 1.
    public var strength: Double?
    /// Classifier-free guidance: how closely the result keeps to the prompt. fal's own default is 1 or 2, by the
    /// version of the model: name a value to be sure. From 0 to 20.
    public var guidanceScale: Double?
    /// The same seed and the same prompt give the same video. Random when left out.
    public var seed: Int?
    /// How many frames a second are taken from the input video. Default 8. From 1 to 16.
    public var fps: Int?
    /// Camera motions, each a motion LoRA. Only older versions of the model know them.
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

/// Output of fal-ai/fast-animatediff/turbo/video-to-video.
public struct FastAnimatediffTurboVideoToVideoOutput: Codable, Hashable, Sendable {
    /// The generated video.
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

extension Endpoint where Input == AmtInterpolationInput, Output == AmtInterpolationOutput {
    /// AMT Interpolation.
    public static var amtInterpolation: Self { Self("fal-ai/amt-interpolation") }
}

extension Endpoint where Input == AmtInterpolationFrameInterpolationInput, Output == AmtInterpolationFrameInterpolationOutput {
    /// AMT Frame Interpolation.
    public static var amtInterpolationFrameInterpolation: Self { Self("fal-ai/amt-interpolation/frame-interpolation") }
}

extension Endpoint where Input == FastAnimatediffTextToVideoInput, Output == FastAnimatediffTextToVideoOutput {
    /// AnimateDiff Text to Video.
    public static var fastAnimatediffTextToVideo: Self { Self("fal-ai/fast-animatediff/text-to-video") }
}

extension Endpoint where Input == FastAnimatediffTurboTextToVideoInput, Output == FastAnimatediffTurboTextToVideoOutput {
    /// AnimateDiff Turbo Text to Video.
    public static var fastAnimatediffTurboTextToVideo: Self { Self("fal-ai/fast-animatediff/turbo/text-to-video") }
}

extension Endpoint where Input == FastAnimatediffTurboVideoToVideoInput, Output == FastAnimatediffTurboVideoToVideoOutput {
    /// AnimateDiff Turbo Video to Video.
    public static var fastAnimatediffTurboVideoToVideo: Self { Self("fal-ai/fast-animatediff/turbo/video-to-video") }
}

extension Endpoint where Input == FastAnimatediffVideoToVideoInput, Output == FastAnimatediffVideoToVideoOutput {
    /// AnimateDiff Video to Video.
    public static var fastAnimatediffVideoToVideo: Self { Self("fal-ai/fast-animatediff/video-to-video") }
}
