// Generated from schemas/ by schemas/bundle. Do not edit.

/// The model documents that are compiled into the program, as text: parsed when they are asked for.
enum Bundled {
    static let documents: [(name: String, text: StaticString)] = [
        (
            "fal-ai/fast-animatediff/video-to-video",
            #"""
            {
              "$schema": "https://json-schema.org/draft/2020-12/schema",
              "$id": "urn:fal:fal-ai/fast-animatediff/video-to-video",
              "title": "AnimateDiff Video to Video",
              "description": "Re-renders a video or GIF from a text prompt, with optional camera motions.",
              "x-related": [
                "fal-ai/fast-animatediff/turbo/video-to-video",
                "fal-ai/fast-animatediff/text-to-video",
                "fal-ai/amt-interpolation"
              ],
              "x-price": "$0 per compute second",
              "type": "object",
              "required": ["input", "output"],
              "properties": {
                "input": { "$ref": "#/$defs/AnimateDiffV2VInput" },
                "output": { "$ref": "#/$defs/AnimateDiffV2VOutput" }
              },
              "$defs": {
                "AnimateDiffV2VInput": {
                  "title": "AnimateDiffV2VInput",
                  "type": "object",
                  "required": ["video_url", "prompt"],
                  "additionalProperties": false,
                  "properties": {
                    "video_url": {
                      "title": "Video Url",
                      "description": "The video or GIF to restyle: a URL, a data URI, or (through the bridge) the path of a local file.",
                      "type": "string",
                      "x-file": "video",
                      "examples": [
                        "https://huggingface.co/datasets/huggingface/documentation-images/resolve/main/diffusers/animatediff-vid2vid-input-2.gif",
                        "https://huggingface.co/datasets/huggingface/documentation-images/resolve/main/diffusers/animatediff-vid2vid-input-1.gif"
                      ]
                    },
                    "first_n_seconds": {
                      "title": "First N Seconds",
                      "description": "How many seconds from the start of the video are used.",
                      "type": "integer",
                      "default": 3,
                      "minimum": 2,
                      "maximum": 4
                    },
                    "prompt": {
                      "title": "Prompt",
                      "description": "What to generate; the more detail, the better.",
                      "type": "string",
                      "examples": ["closeup of tony stark, robert downey jr, fireworks, high quality, ultra HD"]
                    },
                    "negative_prompt": {
                      "title": "Negative Prompt",
                      "description": "What to avoid.",
                      "type": "string",
                      "default": "(bad quality, worst quality:1.2), ugly faces, bad anime"
                    },
                    "num_inference_steps": {
                      "title": "Num Inference Steps",
                      "description": "How many denoising steps are made.",
                      "type": "integer",
                      "default": 25,
                      "minimum": 1,
                      "maximum": 50
                    },
                    "strength": {
                      "title": "Strength",
                      "description": "How strongly the input video is changed: the higher, the further from it.",
                      "type": "number",
                      "default": 0.7,
                      "minimum": 0.1,
                      "maximum": 1
                    },
                    "guidance_scale": {
                      "title": "Guidance Scale",
                      "description": "Classifier-free guidance: how closely the result keeps to the prompt.",
                      "type": "number",
                      "default": 7.5,
                      "minimum": 0,
                      "maximum": 20
                    },
                    "seed": {
                      "title": "Seed",
                      "description": "The same seed and the same prompt give the same video. Random when left out.",
                      "type": "integer"
                    },
                    "fps": {
                      "title": "Fps",
                      "description": "How many frames a second are taken from the input video.",
                      "type": "integer",
                      "default": 8,
                      "minimum": 1,
                      "maximum": 16
                    },
                    "motions": {
                      "title": "Motions",
                      "description": "Camera motions, each a motion LoRA.",
                      "type": "array",
                      "items": {
                        "type": "string",
                        "enum": ["zoom-out", "zoom-in", "pan-left", "pan-right", "tilt-up", "tilt-down"]
                      }
                    }
                  }
                },
                "AnimateDiffV2VOutput": {
                  "title": "AnimateDiffV2VOutput",
                  "type": "object",
                  "required": ["video", "seed"],
                  "properties": {
                    "video": {
                      "title": "Video",
                      "description": "The generated video, an MP4.",
                      "$ref": "#/$defs/File"
                    },
                    "seed": {
                      "title": "Seed",
                      "description": "The seed that was used.",
                      "type": "integer"
                    }
                  }
                },
                "File": {
                  "title": "File",
                  "type": "object",
                  "required": ["url"],
                  "properties": {
                    "url": {
                      "title": "Url",
                      "description": "Where the file can be fetched from.",
                      "type": "string"
                    },
                    "content_type": {
                      "title": "Content Type",
                      "description": "The MIME type of the file.",
                      "type": ["string", "null"]
                    },
                    "file_name": {
                      "title": "File Name",
                      "description": "The name of the file.",
                      "type": ["string", "null"]
                    },
                    "file_size": {
                      "title": "File Size",
                      "description": "The size of the file in bytes.",
                      "type": ["integer", "null"]
                    },
                    "file_data": {
                      "title": "File Data",
                      "description": "The bytes of the file.",
                      "type": ["string", "null"]
                    }
                  }
                },
                "ImageSize": {
                  "title": "ImageSize",
                  "type": "object",
                  "properties": {
                    "width": {
                      "title": "Width",
                      "description": "The width of the picture in pixels.",
                      "type": "integer",
                      "default": 512,
                      "maximum": 14142
                    },
                    "height": {
                      "title": "Height",
                      "description": "The height of the picture in pixels.",
                      "type": "integer",
                      "default": 512,
                      "maximum": 14142
                    }
                  }
                }
              }
            }
            """#
        ),
    ]
}
