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
  seed?: number;
  /** How many frames a second are taken from the input video. Default 8. From 1 to 16. */
  fps?: number;
  /** Camera motions, each a motion LoRA. */
  motions?: ("zoom-out" | "zoom-in" | "pan-left" | "pan-right" | "tilt-up" | "tilt-down")[];
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

/** Output of fal-ai/fast-animatediff/video-to-video. */
export interface FastAnimatediffVideoToVideoOutput {
  /** The generated video, an MP4. */
  video: File;
  /** The seed that was used. */
  seed: number;
}

/** The input and output of each endpoint. */
export interface EndpointTypeMap {
  /** AnimateDiff Video to Video */
  "fal-ai/fast-animatediff/video-to-video": {
    input: FastAnimatediffVideoToVideoInput;
    output: FastAnimatediffVideoToVideoOutput;
  };
}
