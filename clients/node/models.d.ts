// What the models take and give.
// Generated from schemas/ by `fal-bridge generate typescript`. Do not edit.
//
// With models of your own: fal-bridge generate typescript --schemas DIR -o models.d.ts, and
// import type { EndpointTypeMap as Mine } from "./models";
// declare module "fal-bridge" { interface EndpointTypeMap extends Mine {} }

/**
 * A file of an input: a URL, a data URI or the path of a local file as text, or the bytes themselves.
 */
export type AnyFile =
  | string
  | Blob
  | ArrayBuffer
  | ArrayBufferView
  | URL
  | ReadableStream
  | { pipe(...destination: any[]): any }
  | { createReadStream(...options: any[]): any };

/** Input of fal-ai/amt-interpolation. */
export interface AmtInterpolationInput {
  /** The video to make smoother: a URL, a data URI, or (through the bridge) the path of a local file. */
  video_url: AnyFile;
  /** How many frames a second the result has. Default 24. */
  output_fps?: number;
  /** How often frames are put in between the frames. Default 2. */
  recursive_interpolation_passes?: number;
}

export interface File {
  /** Where the file can be fetched from. */
  url: string;
  /** The MIME type of the file. */
  content_type?: string | null;
  /** The name of the file. */
  file_name?: string | null;
  /** The size of the file in bytes. */
  file_size?: number | null;
  /** The bytes of the file. */
  file_data?: string | null;
}

/** Output of fal-ai/amt-interpolation. */
export interface AmtInterpolationOutput {
  /** The generated video. */
  video: File;
}

export interface FrameInput {
  /** The picture: a URL, a data URI, or (through the bridge) the path of a local file. */
  url: AnyFile;
}

/** Input of fal-ai/amt-interpolation/frame-interpolation. */
export interface AmtInterpolationFrameInterpolationInput {
  /** The pictures between which frames are put. */
  frames: FrameInput[];
  /** How many frames a second the result has. Default 24. */
  output_fps?: number;
  /** How often frames are put in between the frames. Default 4. */
  recursive_interpolation_passes?: number;
}

/** Output of fal-ai/amt-interpolation/frame-interpolation. */
export interface AmtInterpolationFrameInterpolationOutput {
  /** The generated video. */
  video: File;
}

export interface ImageSize {
  /** The width of the picture in pixels. Default 512. At most 14142. */
  width?: number;
  /** The height of the picture in pixels. Default 512. At most 14142. */
  height?: number;
}

/** Input of fal-ai/fast-animatediff/text-to-video. */
export interface FastAnimatediffTextToVideoInput {
  /** What to generate; the more detail, the better. */
  prompt: string;
  /** What to avoid. */
  negative_prompt?: string;
  /** How many frames are generated. Default 16. From 1 to 32. */
  num_frames?: number;
  /** How many denoising steps are made. Default 25. From 1 to 50. */
  num_inference_steps?: number;
  /** Classifier-free guidance: how closely the result keeps to the prompt. Default 7.5. From 0 to 20. */
  guidance_scale?: number;
  /** The same seed and the same prompt give the same video. Random when left out. */
  seed?: number | null;
  /** How many frames a second the video has. Default 8. From 1 to 16. */
  fps?: number;
  /** Camera motions, each a motion LoRA. */
  motions?: ("zoom-out" | "zoom-in" | "pan-left" | "pan-right" | "tilt-up" | "tilt-down")[] | null;
  /** The size of the video: one of fal's names, or a width and a height. Default "square". */
  video_size?: "square" | "square_hd" | "portrait_4_3" | "portrait_16_9" | "landscape_4_3" | "landscape_16_9" | ImageSize;
}

/** Output of fal-ai/fast-animatediff/text-to-video. */
export interface FastAnimatediffTextToVideoOutput {
  /** The generated video. */
  video: File;
  /** The seed that was used. */
  seed: number;
}

/** Input of fal-ai/fast-animatediff/turbo/text-to-video. */
export interface FastAnimatediffTurboTextToVideoInput {
  /** What to generate; the more detail, the better. */
  prompt: string;
  /** What to avoid. */
  negative_prompt?: string;
  /** How many frames are generated. Default 16. From 1 to 32. */
  num_frames?: number;
  /** How many denoising steps are made. Default 8. From 1 to 50. */
  num_inference_steps?: number;
  /** Classifier-free guidance: how closely the result keeps to the prompt. Default 2. From 0 to 20. */
  guidance_scale?: number;
  /** The same seed and the same prompt give the same video. Random when left out. */
  seed?: number | null;
  /** How many frames a second the video has. Default 8. From 1 to 16. */
  fps?: number;
  /** The size of the video: one of fal's names, or a width and a height. Default "square". */
  video_size?: "square" | "square_hd" | "portrait_4_3" | "portrait_16_9" | "landscape_4_3" | "landscape_16_9" | ImageSize;
}

/** Output of fal-ai/fast-animatediff/turbo/text-to-video. */
export interface FastAnimatediffTurboTextToVideoOutput {
  /** The generated video. */
  video: File;
  /** The seed that was used. */
  seed: number;
}

/** Input of fal-ai/fast-animatediff/turbo/video-to-video. */
export interface FastAnimatediffTurboVideoToVideoInput {
  /** The video or GIF to restyle: a URL, a data URI, or (through the bridge) the path of a local file. */
  video_url: AnyFile;
  /** How many seconds from the start of the video are used. Default 3. From 2 to 12. */
  first_n_seconds?: number;
  /** What to generate; the more detail, the better. */
  prompt: string;
  /** What to avoid. */
  negative_prompt?: string;
  /**
   * How many denoising steps are made. fal's own default is 8 or 12, by the version of the model: name a value to
   * be sure. From 1 to 32.
   */
  num_inference_steps?: number;
  /** How strongly the input video is changed: the higher, the further from it. Default 0.7. From 0.1 to 1. */
  strength?: number;
  /**
   * Classifier-free guidance: how closely the result keeps to the prompt. fal's own default is 1 or 2, by the
   * version of the model: name a value to be sure. From 0 to 20.
   */
  guidance_scale?: number;
  /** The same seed and the same prompt give the same video. Random when left out. */
  seed?: number | null;
  /** How many frames a second are taken from the input video. Default 8. From 1 to 16. */
  fps?: number;
  /** Camera motions, each a motion LoRA. Only older versions of the model know them. */
  motions?: ("zoom-out" | "zoom-in" | "pan-left" | "pan-right" | "tilt-up" | "tilt-down")[] | null;
}

/** Output of fal-ai/fast-animatediff/turbo/video-to-video. */
export interface FastAnimatediffTurboVideoToVideoOutput {
  /** The generated video. */
  video: File;
  /** The seed that was used. */
  seed: number;
}

/** Input of fal-ai/fast-animatediff/video-to-video. */
export interface FastAnimatediffVideoToVideoInput {
  /** The video or GIF to restyle: a URL, a data URI, or (through the bridge) the path of a local file. */
  video_url: AnyFile;
  /** How many seconds from the start of the video are used. Default 3. From 2 to 4. */
  first_n_seconds?: number;
  /** What to generate; the more detail, the better. */
  prompt: string;
  /** What to avoid. Default "(bad quality, worst quality:1.2), ugly faces, bad anime". */
  negative_prompt?: string;
  /** How many denoising steps are made. Default 25. From 1 to 50. */
  num_inference_steps?: number;
  /** How strongly the input video is changed: the higher, the further from it. Default 0.7. From 0.1 to 1. */
  strength?: number;
  /** Classifier-free guidance: how closely the result keeps to the prompt. Default 7.5. From 0 to 20. */
  guidance_scale?: number;
  /** The same seed and the same prompt give the same video. Random when left out. */
  seed?: number | null;
  /** How many frames a second are taken from the input video. Default 8. From 1 to 16. */
  fps?: number;
  /** Camera motions, each a motion LoRA. */
  motions?: ("zoom-out" | "zoom-in" | "pan-left" | "pan-right" | "tilt-up" | "tilt-down")[] | null;
}

/** Output of fal-ai/fast-animatediff/video-to-video. */
export interface FastAnimatediffVideoToVideoOutput {
  /** The generated video, an MP4. */
  video: File;
  /** The seed that was used. */
  seed: number;
}

/** The input and output of each endpoint. */
export interface EndpointTypeMap {
  /** AMT Interpolation */
  "fal-ai/amt-interpolation": {
    input: AmtInterpolationInput;
    output: AmtInterpolationOutput;
  };
  /** AMT Frame Interpolation */
  "fal-ai/amt-interpolation/frame-interpolation": {
    input: AmtInterpolationFrameInterpolationInput;
    output: AmtInterpolationFrameInterpolationOutput;
  };
  /** AnimateDiff Text to Video */
  "fal-ai/fast-animatediff/text-to-video": {
    input: FastAnimatediffTextToVideoInput;
    output: FastAnimatediffTextToVideoOutput;
  };
  /** AnimateDiff Turbo Text to Video */
  "fal-ai/fast-animatediff/turbo/text-to-video": {
    input: FastAnimatediffTurboTextToVideoInput;
    output: FastAnimatediffTurboTextToVideoOutput;
  };
  /** AnimateDiff Turbo Video to Video */
  "fal-ai/fast-animatediff/turbo/video-to-video": {
    input: FastAnimatediffTurboVideoToVideoInput;
    output: FastAnimatediffTurboVideoToVideoOutput;
  };
  /** AnimateDiff Video to Video */
  "fal-ai/fast-animatediff/video-to-video": {
    input: FastAnimatediffVideoToVideoInput;
    output: FastAnimatediffVideoToVideoOutput;
  };
}
