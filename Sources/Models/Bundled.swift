// Generated from schemas/ by schemas/bundle. Do not edit.

/// The model documents that are compiled into the program, as text: parsed when they are asked for.
enum Bundled {
    static let documents: [(name: String, text: StaticString)] = [
        (
            "fal-ai/amt-interpolation",
            #"""
            {
              "$schema": "https://json-schema.org/draft/2020-12/schema",
              "$id": "urn:fal:fal-ai/amt-interpolation",
              "title": "AMT Interpolation",
              "description": "Makes a video smoother: puts frames in between its frames.",
              "x-related": [
                "fal-ai/amt-interpolation/frame-interpolation",
                "fal-ai/fast-animatediff/video-to-video",
                "fal-ai/fast-animatediff/text-to-video"
              ],
              "type": "object",
              "required": ["input", "output"],
              "properties": {
                "input": { "$ref": "#/$defs/AmtInterpolationInput" },
                "output": { "$ref": "#/$defs/AmtInterpolationOutput" }
              },
              "$defs": {
                "AmtInterpolationInput": {
                  "title": "AmtInterpolationInput",
                  "type": "object",
                  "required": ["video_url"],
                  "additionalProperties": false,
                  "properties": {
                    "video_url": {
                      "title": "Video Url",
                      "description": "The video to make smoother: a URL, a data URI, or (through the bridge) the path of a local file.",
                      "type": "string",
                      "x-file": "video"
                    },
                    "output_fps": {
                      "title": "Output FPS",
                      "description": "How many frames a second the result has.",
                      "type": "integer",
                      "default": 24
                    },
                    "recursive_interpolation_passes": {
                      "title": "Recursive Interpolation Passes",
                      "description": "How often frames are put in between the frames.",
                      "type": "integer",
                      "default": 2
                    }
                  }
                },
                "AmtInterpolationOutput": {
                  "title": "AmtInterpolationOutput",
                  "type": "object",
                  "required": ["video"],
                  "properties": {
                    "video": {
                      "title": "Video",
                      "description": "The generated video.",
                      "$ref": "#/$defs/File"
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
                }
              }
            }
            """#
        ),
        (
            "fal-ai/amt-interpolation/frame-interpolation",
            #"""
            {
              "$schema": "https://json-schema.org/draft/2020-12/schema",
              "$id": "urn:fal:fal-ai/amt-interpolation/frame-interpolation",
              "title": "AMT Frame Interpolation",
              "description": "Makes a video of pictures: puts frames in between them.",
              "x-related": ["fal-ai/amt-interpolation"],
              "type": "object",
              "required": ["input", "output"],
              "properties": {
                "input": { "$ref": "#/$defs/AmtInterpolationFrameInterpolationInput" },
                "output": { "$ref": "#/$defs/AmtInterpolationFrameInterpolationOutput" }
              },
              "$defs": {
                "AmtInterpolationFrameInterpolationInput": {
                  "title": "AmtInterpolationFrameInterpolationInput",
                  "type": "object",
                  "required": ["frames"],
                  "additionalProperties": false,
                  "properties": {
                    "frames": {
                      "title": "Frames",
                      "description": "The pictures between which frames are put.",
                      "type": "array",
                      "items": { "$ref": "#/$defs/Frame" }
                    },
                    "output_fps": {
                      "title": "Output FPS",
                      "description": "How many frames a second the result has.",
                      "type": "integer",
                      "default": 24
                    },
                    "recursive_interpolation_passes": {
                      "title": "Recursive Interpolation Passes",
                      "description": "How often frames are put in between the frames.",
                      "type": "integer",
                      "default": 4
                    }
                  }
                },
                "AmtInterpolationFrameInterpolationOutput": {
                  "title": "AmtInterpolationFrameInterpolationOutput",
                  "type": "object",
                  "required": ["video"],
                  "properties": {
                    "video": {
                      "title": "Video",
                      "description": "The generated video.",
                      "$ref": "#/$defs/File"
                    }
                  }
                },
                "Frame": {
                  "title": "Frame",
                  "type": "object",
                  "required": ["url"],
                  "properties": {
                    "url": {
                      "title": "Url",
                      "description": "The picture: a URL, a data URI, or (through the bridge) the path of a local file.",
                      "type": "string",
                      "x-file": "image"
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
                }
              }
            }
            """#
        ),
        (
            "fal-ai/fast-animatediff/text-to-video",
            #"""
            {
              "$schema": "https://json-schema.org/draft/2020-12/schema",
              "$id": "urn:fal:fal-ai/fast-animatediff/text-to-video",
              "title": "AnimateDiff Text to Video",
              "description": "Makes a video from a text prompt, with optional camera motions.",
              "x-related": [
                "fal-ai/fast-animatediff/turbo/text-to-video",
                "fal-ai/fast-animatediff/video-to-video",
                "fal-ai/amt-interpolation"
              ],
              "type": "object",
              "required": ["input", "output"],
              "properties": {
                "input": { "$ref": "#/$defs/FastAnimatediffTextToVideoInput" },
                "output": { "$ref": "#/$defs/FastAnimatediffTextToVideoOutput" }
              },
              "$defs": {
                "FastAnimatediffTextToVideoInput": {
                  "title": "FastAnimatediffTextToVideoInput",
                  "type": "object",
                  "required": ["prompt"],
                  "additionalProperties": false,
                  "properties": {
                    "prompt": {
                      "title": "Prompt",
                      "description": "What to generate; the more detail, the better.",
                      "type": "string"
                    },
                    "negative_prompt": {
                      "title": "Negative Prompt",
                      "description": "What to avoid.",
                      "type": "string"
                    },
                    "num_frames": {
                      "title": "Num Frames",
                      "description": "How many frames are generated.",
                      "type": "integer",
                      "default": 16,
                      "minimum": 1,
                      "maximum": 32
                    },
                    "num_inference_steps": {
                      "title": "Num Inference Steps",
                      "description": "How many denoising steps are made.",
                      "type": "integer",
                      "default": 25,
                      "minimum": 1,
                      "maximum": 50
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
                      "type": ["integer", "null"]
                    },
                    "fps": {
                      "title": "Fps",
                      "description": "How many frames a second the video has.",
                      "type": "integer",
                      "default": 8,
                      "minimum": 1,
                      "maximum": 16
                    },
                    "motions": {
                      "title": "Motions",
                      "description": "Camera motions, each a motion LoRA.",
                      "type": ["array", "null"],
                      "items": {
                        "type": "string",
                        "enum": ["zoom-out", "zoom-in", "pan-left", "pan-right", "tilt-up", "tilt-down"]
                      }
                    },
                    "video_size": {
                      "title": "Video Size",
                      "description": "The size of the video: one of fal's names, or a width and a height.",
                      "anyOf": [
                        {
                          "type": "string",
                          "enum": [
                            "square",
                            "square_hd",
                            "portrait_4_3",
                            "portrait_16_9",
                            "landscape_4_3",
                            "landscape_16_9"
                          ]
                        },
                        { "$ref": "#/$defs/ImageSize" }
                      ],
                      "default": "square"
                    }
                  }
                },
                "FastAnimatediffTextToVideoOutput": {
                  "title": "FastAnimatediffTextToVideoOutput",
                  "type": "object",
                  "required": ["video", "seed"],
                  "properties": {
                    "video": {
                      "title": "Video",
                      "description": "The generated video.",
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
        (
            "fal-ai/fast-animatediff/turbo/text-to-video",
            #"""
            {
              "$schema": "https://json-schema.org/draft/2020-12/schema",
              "$id": "urn:fal:fal-ai/fast-animatediff/turbo/text-to-video",
              "title": "AnimateDiff Turbo Text to Video",
              "description": "Makes a video from a text prompt in fewer steps.",
              "x-related": [
                "fal-ai/fast-animatediff/text-to-video",
                "fal-ai/fast-animatediff/turbo/video-to-video",
                "fal-ai/amt-interpolation"
              ],
              "type": "object",
              "required": ["input", "output"],
              "properties": {
                "input": { "$ref": "#/$defs/FastAnimatediffTurboTextToVideoInput" },
                "output": { "$ref": "#/$defs/FastAnimatediffTurboTextToVideoOutput" }
              },
              "$defs": {
                "FastAnimatediffTurboTextToVideoInput": {
                  "title": "FastAnimatediffTurboTextToVideoInput",
                  "type": "object",
                  "required": ["prompt"],
                  "additionalProperties": false,
                  "properties": {
                    "prompt": {
                      "title": "Prompt",
                      "description": "What to generate; the more detail, the better.",
                      "type": "string"
                    },
                    "negative_prompt": {
                      "title": "Negative Prompt",
                      "description": "What to avoid.",
                      "type": "string"
                    },
                    "num_frames": {
                      "title": "Num Frames",
                      "description": "How many frames are generated.",
                      "type": "integer",
                      "default": 16,
                      "minimum": 1,
                      "maximum": 32
                    },
                    "num_inference_steps": {
                      "title": "Num Inference Steps",
                      "description": "How many denoising steps are made.",
                      "type": "integer",
                      "default": 8,
                      "minimum": 1,
                      "maximum": 50
                    },
                    "guidance_scale": {
                      "title": "Guidance Scale",
                      "description": "Classifier-free guidance: how closely the result keeps to the prompt.",
                      "type": "number",
                      "default": 2,
                      "minimum": 0,
                      "maximum": 20
                    },
                    "seed": {
                      "title": "Seed",
                      "description": "The same seed and the same prompt give the same video. Random when left out.",
                      "type": ["integer", "null"]
                    },
                    "fps": {
                      "title": "Fps",
                      "description": "How many frames a second the video has.",
                      "type": "integer",
                      "default": 8,
                      "minimum": 1,
                      "maximum": 16
                    },
                    "video_size": {
                      "title": "Video Size",
                      "description": "The size of the video: one of fal's names, or a width and a height.",
                      "anyOf": [
                        {
                          "type": "string",
                          "enum": [
                            "square",
                            "square_hd",
                            "portrait_4_3",
                            "portrait_16_9",
                            "landscape_4_3",
                            "landscape_16_9"
                          ]
                        },
                        { "$ref": "#/$defs/ImageSize" }
                      ],
                      "default": "square"
                    }
                  }
                },
                "FastAnimatediffTurboTextToVideoOutput": {
                  "title": "FastAnimatediffTurboTextToVideoOutput",
                  "type": "object",
                  "required": ["video", "seed"],
                  "properties": {
                    "video": {
                      "title": "Video",
                      "description": "The generated video.",
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
        (
            "fal-ai/fast-animatediff/turbo/video-to-video",
            #"""
            {
              "$schema": "https://json-schema.org/draft/2020-12/schema",
              "$id": "urn:fal:fal-ai/fast-animatediff/turbo/video-to-video",
              "title": "AnimateDiff Turbo Video to Video",
              "description": "Re-renders a video or GIF from a text prompt in fewer steps.",
              "x-related": [
                "fal-ai/fast-animatediff/video-to-video",
                "fal-ai/fast-animatediff/turbo/text-to-video",
                "fal-ai/amt-interpolation"
              ],
              "type": "object",
              "required": ["input", "output"],
              "properties": {
                "input": { "$ref": "#/$defs/FastAnimatediffTurboVideoToVideoInput" },
                "output": { "$ref": "#/$defs/FastAnimatediffTurboVideoToVideoOutput" }
              },
              "$defs": {
                "FastAnimatediffTurboVideoToVideoInput": {
                  "title": "FastAnimatediffTurboVideoToVideoInput",
                  "type": "object",
                  "required": ["video_url", "prompt"],
                  "additionalProperties": false,
                  "properties": {
                    "video_url": {
                      "title": "Video Url",
                      "description": "The video or GIF to restyle: a URL, a data URI, or (through the bridge) the path of a local file.",
                      "type": "string",
                      "x-file": "video"
                    },
                    "first_n_seconds": {
                      "title": "First N Seconds",
                      "description": "How many seconds from the start of the video are used.",
                      "type": "integer",
                      "default": 3,
                      "minimum": 2,
                      "maximum": 12
                    },
                    "prompt": {
                      "title": "Prompt",
                      "description": "What to generate; the more detail, the better.",
                      "type": "string"
                    },
                    "negative_prompt": {
                      "title": "Negative Prompt",
                      "description": "What to avoid.",
                      "type": "string"
                    },
                    "num_inference_steps": {
                      "title": "Num Inference Steps",
                      "description": "How many denoising steps are made. fal's own default is 8 or 12, by the version of the model: name a value to be sure.",
                      "type": "integer",
                      "minimum": 1,
                      "maximum": 32
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
                      "description": "Classifier-free guidance: how closely the result keeps to the prompt. fal's own default is 1 or 2, by the version of the model: name a value to be sure.",
                      "type": "number",
                      "minimum": 0,
                      "maximum": 20
                    },
                    "seed": {
                      "title": "Seed",
                      "description": "The same seed and the same prompt give the same video. Random when left out.",
                      "type": ["integer", "null"]
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
                      "description": "Camera motions, each a motion LoRA. Only older versions of the model know them.",
                      "type": ["array", "null"],
                      "items": {
                        "type": "string",
                        "enum": ["zoom-out", "zoom-in", "pan-left", "pan-right", "tilt-up", "tilt-down"]
                      }
                    }
                  }
                },
                "FastAnimatediffTurboVideoToVideoOutput": {
                  "title": "FastAnimatediffTurboVideoToVideoOutput",
                  "type": "object",
                  "required": ["video", "seed"],
                  "properties": {
                    "video": {
                      "title": "Video",
                      "description": "The generated video.",
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
                }
              }
            }
            """#
        ),
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
              "x-price-usd": 0,
              "x-price-per": "compute second",
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
                      "type": ["integer", "null"]
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
                      "type": ["array", "null"],
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
