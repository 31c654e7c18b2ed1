// Generated from schemas/ by schemas/bundle. Do not edit.

/// The documents of the bridge's own surface, as text: parsed when they are asked for.
enum Documents {
    static let documents: [(name: String, text: StaticString)] = [
        (
            "cancel",
            #"""
            {
              "method": "cancel",
              "summary": "Cancels a request at the queue.",
              "params": {
                "type": "object",
                "required": [
                  "request_id"
                ],
                "properties": {
                  "request_id": {
                    "description": "The request's id.",
                    "type": "string"
                  },
                  "endpoint": {
                    "description": "The model; the default endpoint when left out.",
                    "type": "string"
                  }
                },
                "additionalProperties": false
              },
              "result": {
                "type": "object",
                "required": [
                  "request_id",
                  "outcome"
                ],
                "properties": {
                  "request_id": {
                    "description": "The request's id.",
                    "type": "string"
                  },
                  "outcome": {
                    "enum": [
                      "CANCELLATION_REQUESTED",
                      "ALREADY_COMPLETED"
                    ]
                  }
                }
              },
              "errors": [
                "invalid_params",
                "unauthenticated",
                "forbidden",
                "not_found",
                "rejected",
                "rate_limited",
                "unavailable",
                "timeout",
                "cancelled",
                "busy"
              ],
              "examples": [
                {
                  "name": "a request that is done",
                  "params": {
                    "request_id": "764cabcf-b745-4b3e-ae38-1200304cf45b",
                    "endpoint": "fal-ai/fast-animatediff/video-to-video"
                  },
                  "result": {
                    "request_id": "764cabcf-b745-4b3e-ae38-1200304cf45b",
                    "outcome": "ALREADY_COMPLETED"
                  }
                }
              ]
            }
            """#
        ),
        (
            "configure",
            #"""
            {
              "method": "configure",
              "summary": "Changes settings for the calls to come.",
              "params": {
                "type": "object",
                "properties": {
                  "credentials": {
                    "description": "The key as one string (id:secret); null for none. Never echoed.",
                    "type": [
                      "string",
                      "null"
                    ]
                  },
                  "backend": {
                    "description": "Where jobs run; auto means fal where a key or a proxy is set, else local.",
                    "enum": [
                      "auto",
                      "fal",
                      "local"
                    ]
                  },
                  "proxy_url": {
                    "description": "A proxy that holds the key; null for none.",
                    "type": [
                      "string",
                      "null"
                    ]
                  },
                  "default_endpoint": {
                    "description": "The model of calls that name none.",
                    "type": "string"
                  }
                },
                "additionalProperties": false
              },
              "result": {
                "type": "object",
                "required": [
                  "server",
                  "protocol_version",
                  "backend",
                  "default_endpoint",
                  "endpoints",
                  "capabilities"
                ],
                "properties": {
                  "server": {
                    "type": "object",
                    "required": [
                      "name",
                      "version"
                    ],
                    "properties": {
                      "name": {
                        "type": "string"
                      },
                      "version": {
                        "type": "string"
                      }
                    }
                  },
                  "protocol_version": {
                    "const": 1
                  },
                  "backend": {
                    "type": "object",
                    "required": [
                      "kind",
                      "url",
                      "authenticated"
                    ],
                    "properties": {
                      "kind": {
                        "description": "Which kind of backend it was.",
                        "enum": [
                          "fal",
                          "local",
                          "proxy"
                        ]
                      },
                      "url": {
                        "description": "Where calls go.",
                        "type": "string"
                      },
                      "authenticated": {
                        "description": "Whether there is a key, or none is needed.",
                        "type": "boolean"
                      }
                    }
                  },
                  "default_endpoint": {
                    "description": "The model of calls that name none.",
                    "type": "string"
                  },
                  "endpoints": {
                    "description": "The models that are known.",
                    "type": "array",
                    "items": {
                      "type": "string"
                    }
                  },
                  "capabilities": {
                    "type": "object",
                    "required": [
                      "methods",
                      "modes"
                    ],
                    "properties": {
                      "methods": {
                        "type": "array",
                        "items": {
                          "type": "string"
                        }
                      },
                      "modes": {
                        "description": "What mode of subscribe may be.",
                        "type": "array",
                        "items": {
                          "type": "string"
                        }
                      }
                    }
                  }
                }
              },
              "errors": [
                "invalid_params"
              ],
              "examples": [
                {
                  "name": "jobs run here from now on",
                  "params": {
                    "backend": "local"
                  },
                  "result": {
                    "server": {
                      "name": "fal-bridge",
                      "version": "0.1.0"
                    },
                    "protocol_version": 1,
                    "backend": {
                      "kind": "local",
                      "url": "http://fal-local",
                      "authenticated": true
                    },
                    "default_endpoint": "fal-ai/fast-animatediff/video-to-video",
                    "endpoints": [
                      "fal-ai/fast-animatediff/video-to-video"
                    ],
                    "capabilities": {
                      "methods": [
                        "ping",
                        "initialize",
                        "subscribe"
                      ],
                      "modes": [
                        "auto",
                        "polling",
                        "streaming"
                      ]
                    }
                  }
                },
                {
                  "name": "no model",
                  "params": {
                    "default_endpoint": "nonsense"
                  },
                  "error": {
                    "code": -32602,
                    "data": {
                      "kind": "invalid_params"
                    }
                  }
                }
              ]
            }
            """#
        ),
        (
            "download",
            #"""
            {
              "method": "download",
              "summary": "Fetches a file, or all files of a request's output.",
              "params": {
                "type": "object",
                "required": [
                  "to"
                ],
                "properties": {
                  "url": {
                    "description": "Of the file; or request_id in its place.",
                    "type": "string"
                  },
                  "request_id": {
                    "description": "The request's id.",
                    "type": "string"
                  },
                  "endpoint": {
                    "description": "The model; the default endpoint when left out.",
                    "type": "string"
                  },
                  "to": {
                    "description": "A file, or a folder: one that exists, or a name with a slash at its end.",
                    "type": "string"
                  },
                  "overwrite": {
                    "description": "Whether a file of that name is replaced.",
                    "type": "boolean",
                    "default": false
                  }
                },
                "additionalProperties": false
              },
              "result": {
                "type": "object",
                "required": [
                  "files"
                ],
                "properties": {
                  "files": {
                    "description": "The files on the disk.",
                    "type": "array",
                    "items": {
                      "type": "object",
                      "required": [
                        "path",
                        "url",
                        "file_size"
                      ],
                      "properties": {
                        "path": {
                          "description": "Where it lies, absolute.",
                          "type": "string"
                        },
                        "url": {
                          "description": "Where it came from.",
                          "type": "string"
                        },
                        "content_type": {
                          "description": "Its MIME type, where it is known.",
                          "type": [
                            "string",
                            "null"
                          ]
                        },
                        "file_size": {
                          "description": "Bytes.",
                          "type": "integer"
                        }
                      }
                    }
                  }
                }
              },
              "errors": [
                "invalid_params",
                "unauthenticated",
                "forbidden",
                "not_found",
                "rejected",
                "rate_limited",
                "unavailable",
                "request_failed",
                "not_completed",
                "timeout",
                "cancelled",
                "busy",
                "outside_roots",
                "io_error"
              ],
              "notifications": [
                "download/progress"
              ],
              "examples": [
                {
                  "name": "all files of a request",
                  "params": {
                    "request_id": "764cabcf-b745-4b3e-ae38-1200304cf45b",
                    "endpoint": "fal-ai/fast-animatediff/video-to-video",
                    "to": "results/"
                  },
                  "result": {
                    "files": [
                      {
                        "path": "/home/me/results/out.mp4",
                        "url": "https://v3.fal.media/files/penguin/out.mp4",
                        "content_type": "video/mp4",
                        "file_size": 180224
                      }
                    ]
                  }
                },
                {
                  "name": "outside the roots",
                  "params": {
                    "url": "https://v3.fal.media/files/penguin/out.mp4",
                    "to": "/etc/passwd"
                  },
                  "error": {
                    "code": 1001,
                    "data": {
                      "kind": "outside_roots"
                    }
                  }
                }
              ]
            }
            """#
        ),
        (
            "errors",
            #"""
            {
              "data": {
                "type": "object",
                "required": [
                  "kind",
                  "retryable"
                ],
                "properties": {
                  "kind": {
                    "description": "A word that says the same as the code.",
                    "type": "string"
                  },
                  "retryable": {
                    "description": "Whether the same call may succeed if it is made again.",
                    "type": "boolean"
                  },
                  "request_id": {
                    "description": "The request, where it is known.",
                    "type": "string"
                  },
                  "endpoint": {
                    "description": "The model, where it is known.",
                    "type": "string"
                  },
                  "http_status": {
                    "description": "What the server answered with.",
                    "type": "integer"
                  },
                  "error_type": {
                    "description": "fal's own word for it.",
                    "type": "string"
                  },
                  "detail": {
                    "description": "Every wrong field, in fal's own form.",
                    "type": "array",
                    "items": {
                      "type": "object",
                      "required": [
                        "loc",
                        "msg",
                        "type"
                      ],
                      "properties": {
                        "loc": {
                          "description": "\"body\" (or \"params\"), then the names and indices that lead to the field.",
                          "type": "array",
                          "items": {
                            "type": [
                              "string",
                              "integer"
                            ]
                          }
                        },
                        "msg": {
                          "description": "A sentence for people.",
                          "type": "string"
                        },
                        "type": {
                          "description": "A word for programs, such as less_than_equal.",
                          "type": "string"
                        },
                        "ctx": {
                          "description": "The limits that were broken, by name.",
                          "type": "object"
                        }
                      }
                    }
                  }
                }
              },
              "errors": [
                {
                  "code": -32700,
                  "kind": "parse_error",
                  "when": "The message is not JSON, not UTF-8, too large or too deep.",
                  "any_call": true,
                  "data": {
                    "line": {
                      "type": "integer"
                    },
                    "column": {
                      "type": "integer"
                    },
                    "byte": {
                      "type": "integer"
                    }
                  }
                },
                {
                  "code": -32600,
                  "kind": "invalid_request",
                  "when": "It is not a JSON-RPC 2.0 request, its id is in flight, or it came after shutdown.",
                  "any_call": true
                },
                {
                  "code": -32601,
                  "kind": "method_not_found",
                  "when": "There is no such method.",
                  "any_call": true
                },
                {
                  "code": -32602,
                  "kind": "invalid_params",
                  "when": "A parameter is missing, unknown or of the wrong type, or the input breaks the model's schema: every fault is in detail, and nothing was sent."
                },
                {
                  "code": -32603,
                  "kind": "internal_error",
                  "when": "A fault of the bridge's own.",
                  "any_call": true
                },
                {
                  "code": -32800,
                  "kind": "cancelled",
                  "when": "The call was cancelled, or the request was, at the queue.",
                  "data": {
                    "outcome": {
                      "description": "What became of the request.",
                      "enum": [
                        "CANCELLATION_REQUESTED",
                        "DETACHED",
                        "NOT_SENT",
                        "UNKNOWN"
                      ]
                    }
                  }
                },
                {
                  "code": 1001,
                  "kind": "outside_roots",
                  "when": "A path leads out of the folders that may be read and written."
                },
                {
                  "code": 1002,
                  "kind": "io_error",
                  "when": "A local file could not be read or written."
                },
                {
                  "code": 1003,
                  "kind": "outcome_unknown",
                  "when": "The answer to a submit was lost: it may have been enqueued, stands in requests, and is never sent twice."
                },
                {
                  "code": 1004,
                  "kind": "busy",
                  "when": "More calls are in flight than --max-in-flight allows."
                },
                {
                  "code": 1401,
                  "kind": "unauthenticated",
                  "when": "There is no key, or it was refused."
                },
                {
                  "code": 1403,
                  "kind": "forbidden",
                  "when": "The account has no access, or no balance."
                },
                {
                  "code": 1404,
                  "kind": "not_found",
                  "when": "There is no such request, model or file."
                },
                {
                  "code": 1408,
                  "kind": "timeout",
                  "when": "timeout or start_timeout ran out.",
                  "data": {
                    "outcome": {
                      "description": "What became of the request.",
                      "enum": [
                        "CANCELLATION_REQUESTED",
                        "DETACHED",
                        "NOT_SENT",
                        "UNKNOWN"
                      ]
                    }
                  }
                },
                {
                  "code": 1409,
                  "kind": "not_completed",
                  "when": "The result was asked for before the request was done."
                },
                {
                  "code": 1422,
                  "kind": "rejected",
                  "when": "The model's own check refused the input; detail as it came."
                },
                {
                  "code": 1429,
                  "kind": "rate_limited",
                  "when": "Too many calls, after the retries.",
                  "data": {
                    "retry_after": {
                      "description": "Seconds, where the server said.",
                      "type": "number"
                    }
                  }
                },
                {
                  "code": 1500,
                  "kind": "request_failed",
                  "when": "The run failed at the queue."
                },
                {
                  "code": 1503,
                  "kind": "unavailable",
                  "when": "The network or the server failed, after the retries."
                }
              ]
            }
            """#
        ),
        (
            "initialize",
            #"""
            {
              "method": "initialize",
              "summary": "Says who is there and what it can do. Optional.",
              "params": {
                "type": "object",
                "properties": {
                  "client": {
                    "description": "Who calls; for the log.",
                    "type": "object",
                    "properties": {
                      "name": {
                        "type": "string"
                      },
                      "version": {
                        "type": "string"
                      }
                    }
                  },
                  "process_id": {
                    "description": "The process ends when this one dies.",
                    "type": [
                      "integer",
                      "null"
                    ]
                  },
                  "roots": {
                    "description": "Folders that may be read and written: fewer than were allowed at the start, not more.",
                    "type": [
                      "array",
                      "null"
                    ],
                    "items": {
                      "type": "string"
                    }
                  }
                },
                "additionalProperties": false
              },
              "result": {
                "type": "object",
                "required": [
                  "server",
                  "protocol_version",
                  "backend",
                  "default_endpoint",
                  "endpoints",
                  "capabilities"
                ],
                "properties": {
                  "server": {
                    "type": "object",
                    "required": [
                      "name",
                      "version"
                    ],
                    "properties": {
                      "name": {
                        "type": "string"
                      },
                      "version": {
                        "type": "string"
                      }
                    }
                  },
                  "protocol_version": {
                    "const": 1
                  },
                  "backend": {
                    "type": "object",
                    "required": [
                      "kind",
                      "url",
                      "authenticated"
                    ],
                    "properties": {
                      "kind": {
                        "description": "Which kind of backend it was.",
                        "enum": [
                          "fal",
                          "local",
                          "proxy"
                        ]
                      },
                      "url": {
                        "description": "Where calls go.",
                        "type": "string"
                      },
                      "authenticated": {
                        "description": "Whether there is a key, or none is needed.",
                        "type": "boolean"
                      }
                    }
                  },
                  "default_endpoint": {
                    "description": "The model of calls that name none.",
                    "type": "string"
                  },
                  "endpoints": {
                    "description": "The models that are known.",
                    "type": "array",
                    "items": {
                      "type": "string"
                    }
                  },
                  "capabilities": {
                    "type": "object",
                    "required": [
                      "methods",
                      "modes"
                    ],
                    "properties": {
                      "methods": {
                        "type": "array",
                        "items": {
                          "type": "string"
                        }
                      },
                      "modes": {
                        "description": "What mode of subscribe may be.",
                        "type": "array",
                        "items": {
                          "type": "string"
                        }
                      }
                    }
                  }
                }
              },
              "errors": [
                "invalid_params",
                "outside_roots",
                "io_error"
              ],
              "examples": [
                {
                  "name": "an editor says who it is",
                  "params": {
                    "client": {
                      "name": "editor",
                      "version": "1.0"
                    }
                  },
                  "result": {
                    "server": {
                      "name": "fal-bridge",
                      "version": "0.1.0"
                    },
                    "protocol_version": 1,
                    "backend": {
                      "kind": "fal",
                      "url": "https://queue.fal.run",
                      "authenticated": true
                    },
                    "default_endpoint": "fal-ai/fast-animatediff/video-to-video",
                    "endpoints": [
                      "fal-ai/fast-animatediff/video-to-video"
                    ],
                    "capabilities": {
                      "methods": [
                        "ping",
                        "initialize",
                        "subscribe"
                      ],
                      "modes": [
                        "auto",
                        "polling",
                        "streaming"
                      ]
                    }
                  }
                }
              ]
            }
            """#
        ),
        (
            "models",
            #"""
            {
              "method": "models",
              "summary": "Lists the models that are known.",
              "params": {
                "type": "object",
                "properties": {
                  "query": {
                    "description": "Words that must all stand in the id, title or description.",
                    "type": "string"
                  }
                },
                "additionalProperties": false
              },
              "result": {
                "type": "object",
                "required": [
                  "models"
                ],
                "properties": {
                  "models": {
                    "type": "array",
                    "items": {
                      "type": "object",
                      "required": [
                        "endpoint",
                        "title",
                        "description"
                      ],
                      "properties": {
                        "endpoint": {
                          "description": "The model.",
                          "type": "string"
                        },
                        "title": {
                          "type": "string"
                        },
                        "description": {
                          "type": "string"
                        },
                        "related": {
                          "description": "Models near to it.",
                          "type": "array",
                          "items": {
                            "type": "string"
                          }
                        }
                      }
                    }
                  }
                }
              },
              "errors": [
                "invalid_params"
              ],
              "examples": [
                {
                  "name": "by words",
                  "params": {
                    "query": "animatediff video-to-video restyle nothing-like-it"
                  },
                  "result": {
                    "models": []
                  }
                }
              ]
            }
            """#
        ),
        (
            "notifications",
            #"""
            {
              "notifications": [
                {
                  "method": "queue/update",
                  "from": "bridge",
                  "summary": "How a request goes: one as soon as it is enqueued, one at each change, the last says COMPLETED.",
                  "params": {
                    "type": "object",
                    "required": [
                      "subscription",
                      "request_id",
                      "endpoint",
                      "status"
                    ],
                    "properties": {
                      "subscription": {
                        "description": "The id of the subscribe call."
                      },
                      "request_id": {
                        "description": "The request's id.",
                        "type": "string"
                      },
                      "endpoint": {
                        "description": "The model.",
                        "type": "string"
                      },
                      "status": {
                        "description": "A failed or cancelled request is COMPLETED too.",
                        "enum": [
                          "IN_QUEUE",
                          "IN_PROGRESS",
                          "COMPLETED"
                        ]
                      },
                      "queue_position": {
                        "description": "How many requests are before this one; only in the queue.",
                        "type": "integer",
                        "minimum": 0
                      },
                      "logs": {
                        "description": "Only lines not sent before.",
                        "type": "array",
                        "items": {
                          "type": "object",
                          "required": [
                            "timestamp",
                            "level",
                            "message"
                          ],
                          "properties": {
                            "timestamp": {
                              "description": "ISO 8601; fal leaves the zone out and means UTC.",
                              "type": "string"
                            },
                            "level": {
                              "description": "STDERR, STDOUT, ERROR, INFO, WARN or DEBUG.",
                              "type": "string"
                            },
                            "message": {
                              "type": "string"
                            },
                            "source": {
                              "type": "string"
                            }
                          }
                        }
                      },
                      "metrics": {
                        "description": "Such as inference_time in seconds; engine and generative where fal-local ran it.",
                        "type": "object"
                      },
                      "error": {
                        "description": "Why it failed.",
                        "type": "string"
                      },
                      "error_type": {
                        "description": "The same as a word.",
                        "type": "string"
                      }
                    }
                  },
                  "example": {
                    "subscription": 3,
                    "request_id": "764cabcf-b745-4b3e-ae38-1200304cf45b",
                    "endpoint": "fal-ai/fast-animatediff/video-to-video",
                    "status": "IN_QUEUE",
                    "queue_position": 2
                  }
                },
                {
                  "method": "upload/progress",
                  "from": "bridge",
                  "summary": "How far an upload is, at most ten times a second.",
                  "params": {
                    "type": "object",
                    "required": [
                      "call",
                      "file_name",
                      "bytes"
                    ],
                    "properties": {
                      "call": {
                        "description": "The id of the call."
                      },
                      "file_name": {
                        "type": "string"
                      },
                      "bytes": {
                        "description": "So far.",
                        "type": "integer",
                        "minimum": 0
                      },
                      "total": {
                        "description": "Of how many, where that is known.",
                        "type": "integer",
                        "minimum": 0
                      }
                    }
                  },
                  "example": {
                    "call": 3,
                    "file_name": "clip.mp4",
                    "bytes": 65536,
                    "total": 180224
                  }
                },
                {
                  "method": "download/progress",
                  "from": "bridge",
                  "summary": "How far a download is, at most ten times a second.",
                  "params": {
                    "type": "object",
                    "required": [
                      "call",
                      "url",
                      "bytes"
                    ],
                    "properties": {
                      "call": {
                        "description": "The id of the call."
                      },
                      "url": {
                        "type": "string"
                      },
                      "bytes": {
                        "description": "So far.",
                        "type": "integer",
                        "minimum": 0
                      },
                      "total": {
                        "description": "Of how many, where that is known.",
                        "type": "integer",
                        "minimum": 0
                      }
                    }
                  },
                  "example": {
                    "call": 3,
                    "url": "https://v3.fal.media/files/penguin/out.mp4",
                    "bytes": 65536,
                    "total": 180224
                  }
                },
                {
                  "method": "$/cancelRequest",
                  "from": "client",
                  "summary": "Cancels a call in flight, which is then answered with cancelled, or its result if it was done.",
                  "params": {
                    "type": "object",
                    "required": [
                      "id"
                    ],
                    "properties": {
                      "id": {
                        "description": "The id of the call."
                      }
                    }
                  },
                  "example": {
                    "id": 3
                  }
                },
                {
                  "method": "exit",
                  "from": "client",
                  "summary": "Ends the process: exit code 0 after shutdown, 1 without.",
                  "params": {
                    "type": "object"
                  },
                  "example": {}
                }
              ]
            }
            """#
        ),
        (
            "ping",
            #"""
            {
              "method": "ping",
              "summary": "Answers with its params.",
              "params": {
                "type": "object",
                "description": "Any object."
              },
              "result": {
                "description": "The same object.",
                "type": "object"
              },
              "errors": [],
              "examples": [
                {
                  "name": "what was sent comes back",
                  "params": {
                    "hello": "there"
                  },
                  "result": {
                    "hello": "there"
                  }
                }
              ]
            }
            """#
        ),
        (
            "requests",
            #"""
            {
              "method": "requests",
              "summary": "Lists what was submitted from this state folder, newest first, across restarts.",
              "params": {
                "type": "object",
                "properties": {
                  "status": {
                    "description": "Only requests in this state; UNKNOWN where a submit's answer was lost.",
                    "enum": [
                      "IN_QUEUE",
                      "IN_PROGRESS",
                      "COMPLETED",
                      "UNKNOWN"
                    ]
                  },
                  "endpoint": {
                    "description": "Only requests of this model.",
                    "type": "string"
                  },
                  "limit": {
                    "description": "How many at most.",
                    "type": "integer",
                    "minimum": 1,
                    "maximum": 1000,
                    "default": 50
                  },
                  "before": {
                    "description": "Only requests created before: the created_at of the last entry seen.",
                    "type": "string"
                  }
                },
                "additionalProperties": false
              },
              "result": {
                "type": "object",
                "required": [
                  "requests"
                ],
                "properties": {
                  "requests": {
                    "type": "array",
                    "items": {
                      "type": "object",
                      "required": [
                        "request_id",
                        "endpoint",
                        "backend",
                        "status",
                        "created_at",
                        "updated_at"
                      ],
                      "properties": {
                        "request_id": {
                          "description": "Null where the outcome of the submit is unknown.",
                          "type": [
                            "string",
                            "null"
                          ]
                        },
                        "endpoint": {
                          "type": "string"
                        },
                        "backend": {
                          "description": "Which kind of backend it was.",
                          "enum": [
                            "fal",
                            "local",
                            "proxy"
                          ]
                        },
                        "status": {
                          "enum": [
                            "IN_QUEUE",
                            "IN_PROGRESS",
                            "COMPLETED",
                            "UNKNOWN"
                          ]
                        },
                        "created_at": {
                          "description": "ISO 8601, UTC.",
                          "type": "string"
                        },
                        "updated_at": {
                          "description": "When it was last heard of.",
                          "type": "string"
                        },
                        "error": {
                          "description": "Why it failed, or why its outcome is unknown.",
                          "type": "string"
                        },
                        "asked_by": {
                          "description": "On whose behalf it was sent, where that was an agent: the tool that was called, and by whom.",
                          "type": "object"
                        }
                      }
                    }
                  }
                }
              },
              "errors": [
                "invalid_params",
                "io_error",
                "cancelled",
                "busy"
              ],
              "examples": [
                {
                  "name": "the last one",
                  "params": {
                    "limit": 1
                  },
                  "result": {
                    "requests": [
                      {
                        "request_id": "764cabcf-b745-4b3e-ae38-1200304cf45b",
                        "endpoint": "fal-ai/fast-animatediff/video-to-video",
                        "backend": "fal",
                        "status": "COMPLETED",
                        "created_at": "2026-01-02T03:04:05.678901Z",
                        "updated_at": "2026-01-02T03:04:09.123456Z"
                      }
                    ]
                  }
                }
              ]
            }
            """#
        ),
        (
            "result",
            #"""
            {
              "method": "result",
              "summary": "Gives the output of a request that is done.",
              "params": {
                "type": "object",
                "required": [
                  "request_id"
                ],
                "properties": {
                  "request_id": {
                    "description": "The request's id.",
                    "type": "string"
                  },
                  "endpoint": {
                    "description": "The model; the default endpoint when left out.",
                    "type": "string"
                  },
                  "wait": {
                    "description": "Whether to wait until it is done.",
                    "type": "boolean",
                    "default": false
                  },
                  "timeout": {
                    "description": "Seconds to wait at most.",
                    "type": "number",
                    "exclusiveMinimum": 0
                  }
                },
                "additionalProperties": false
              },
              "result": {
                "type": "object",
                "required": [
                  "request_id",
                  "endpoint",
                  "data"
                ],
                "properties": {
                  "request_id": {
                    "description": "The request's id.",
                    "type": "string"
                  },
                  "endpoint": {
                    "description": "The model.",
                    "type": "string"
                  },
                  "data": {
                    "description": "The model's output."
                  },
                  "metrics": {
                    "description": "Such as inference_time in seconds; engine and generative where fal-local ran it.",
                    "type": "object"
                  }
                }
              },
              "errors": [
                "invalid_params",
                "unauthenticated",
                "forbidden",
                "not_found",
                "rejected",
                "rate_limited",
                "unavailable",
                "not_completed",
                "request_failed",
                "timeout",
                "cancelled",
                "busy"
              ],
              "examples": [
                {
                  "name": "waiting for it",
                  "params": {
                    "request_id": "764cabcf-b745-4b3e-ae38-1200304cf45b",
                    "endpoint": "fal-ai/fast-animatediff/video-to-video",
                    "wait": true
                  },
                  "result": {
                    "request_id": "764cabcf-b745-4b3e-ae38-1200304cf45b",
                    "endpoint": "fal-ai/fast-animatediff/video-to-video",
                    "data": {
                      "video": {
                        "url": "https://v3.fal.media/files/penguin/out.mp4",
                        "content_type": "video/mp4",
                        "file_name": "out.mp4",
                        "file_size": 180224
                      },
                      "seed": 7
                    },
                    "metrics": {
                      "inference_time": 3.2
                    }
                  }
                }
              ]
            }
            """#
        ),
        (
            "rpc.discover",
            #"""
            {
              "method": "rpc.discover",
              "summary": "Describes every method, notification, error and model.",
              "params": {
                "type": "object",
                "additionalProperties": false
              },
              "result": {
                "description": "An OpenRPC 1.3 document: this page for machines, the models included.",
                "type": "object"
              },
              "errors": [
                "invalid_params",
                "busy"
              ],
              "examples": []
            }
            """#
        ),
        (
            "run",
            #"""
            {
              "method": "run",
              "summary": "Runs a model by fal's synchronous route and gives its output: for quick models.",
              "params": {
                "type": "object",
                "required": [
                  "input"
                ],
                "properties": {
                  "endpoint": {
                    "description": "The model; the default endpoint when left out.",
                    "type": "string"
                  },
                  "input": {
                    "description": "The model's input.",
                    "type": "object"
                  },
                  "timeout": {
                    "description": "Seconds to wait at most. The run may end all the same.",
                    "type": "number",
                    "exclusiveMinimum": 0
                  },
                  "hint": {
                    "description": "Requests with the same hint go to the same runner, if possible.",
                    "type": "string"
                  },
                  "start_timeout": {
                    "description": "Seconds in which the run must have started; timeout, when left out.",
                    "type": "number",
                    "exclusiveMinimum": 0
                  },
                  "headers": {
                    "description": "Further headers for the run.",
                    "type": "object",
                    "additionalProperties": {
                      "type": "string"
                    }
                  },
                  "expires_in": {
                    "description": "How long the files that the model makes are kept: seconds, or immediate, 1h, 1d, 7d, 30d, 1y, never.",
                    "type": [
                      "integer",
                      "string"
                    ]
                  },
                  "acl": {
                    "description": "Who may read the files that the model makes: fal's object, such as {\"default\": \"forbid\"}.",
                    "type": "object"
                  },
                  "auto_upload": {
                    "description": "Whether paths of local files are uploaded and replaced by their URLs.",
                    "type": "boolean",
                    "default": true
                  },
                  "validate": {
                    "description": "Whether the input is checked against the model's schema first.",
                    "type": "boolean",
                    "default": true
                  }
                },
                "additionalProperties": false
              },
              "result": {
                "type": "object",
                "required": [
                  "endpoint",
                  "data"
                ],
                "properties": {
                  "request_id": {
                    "description": "The request's id, where the server named one.",
                    "type": "string"
                  },
                  "endpoint": {
                    "description": "The model.",
                    "type": "string"
                  },
                  "data": {
                    "description": "The model's output: JSON as it is, a text as a string, anything else as a File with a data URI."
                  }
                }
              },
              "errors": [
                "invalid_params",
                "unauthenticated",
                "forbidden",
                "not_found",
                "rejected",
                "rate_limited",
                "unavailable",
                "request_failed",
                "timeout",
                "outcome_unknown",
                "cancelled",
                "busy",
                "outside_roots",
                "io_error"
              ],
              "notifications": [
                "upload/progress"
              ],
              "examples": [
                {
                  "name": "without the queue",
                  "params": {
                    "input": {
                      "video_url": "clip.mp4",
                      "prompt": "van gogh oil painting",
                      "seed": 7,
                      "first_n_seconds": 2,
                      "fps": 4
                    },
                    "timeout": 120
                  },
                  "result": {
                    "request_id": "764cabcf-b745-4b3e-ae38-1200304cf45b",
                    "endpoint": "fal-ai/fast-animatediff/video-to-video",
                    "data": {
                      "video": {
                        "url": "https://v3.fal.media/files/penguin/out.mp4",
                        "content_type": "video/mp4",
                        "file_name": "out.mp4",
                        "file_size": 180224
                      },
                      "seed": 7
                    }
                  }
                }
              ]
            }
            """#
        ),
        (
            "schema",
            #"""
            {
              "method": "schema",
              "summary": "Gives the JSON Schemas of a model's input and output.",
              "params": {
                "type": "object",
                "properties": {
                  "endpoint": {
                    "description": "The model; the default endpoint when left out.",
                    "type": "string"
                  }
                },
                "additionalProperties": false
              },
              "result": {
                "type": "object",
                "required": [
                  "endpoint",
                  "input",
                  "output"
                ],
                "properties": {
                  "endpoint": {
                    "description": "The model.",
                    "type": "string"
                  },
                  "input": {
                    "description": "JSON Schema 2020-12.",
                    "type": "object"
                  },
                  "output": {
                    "description": "JSON Schema 2020-12.",
                    "type": "object"
                  }
                }
              },
              "errors": [
                "invalid_params",
                "not_found",
                "io_error"
              ],
              "examples": [
                {
                  "name": "a model without a schema",
                  "params": {
                    "endpoint": "fal-ai/no-such-model"
                  },
                  "error": {
                    "code": 1404,
                    "data": {
                      "kind": "not_found"
                    }
                  }
                }
              ]
            }
            """#
        ),
        (
            "shutdown",
            #"""
            {
              "method": "shutdown",
              "summary": "Asks for the end: after it, only the notification exit is taken.",
              "params": {
                "description": "Nothing.",
                "type": "object"
              },
              "result": {
                "type": "null"
              },
              "errors": [],
              "examples": [
                {
                  "name": "the end",
                  "params": {},
                  "result": null
                }
              ]
            }
            """#
        ),
        (
            "status",
            #"""
            {
              "method": "status",
              "summary": "Says where a request is.",
              "params": {
                "type": "object",
                "required": [
                  "request_id"
                ],
                "properties": {
                  "request_id": {
                    "description": "The request's id.",
                    "type": "string"
                  },
                  "endpoint": {
                    "description": "The model; the default endpoint when left out.",
                    "type": "string"
                  },
                  "logs": {
                    "description": "Whether the log lines are given.",
                    "type": "boolean",
                    "default": false
                  }
                },
                "additionalProperties": false
              },
              "result": {
                "type": "object",
                "required": [
                  "request_id",
                  "endpoint",
                  "status"
                ],
                "properties": {
                  "request_id": {
                    "description": "The request's id.",
                    "type": "string"
                  },
                  "endpoint": {
                    "description": "The model.",
                    "type": "string"
                  },
                  "status": {
                    "description": "A failed or cancelled request is COMPLETED too.",
                    "enum": [
                      "IN_QUEUE",
                      "IN_PROGRESS",
                      "COMPLETED"
                    ]
                  },
                  "queue_position": {
                    "description": "How many requests are before this one; only in the queue.",
                    "type": "integer",
                    "minimum": 0
                  },
                  "logs": {
                    "description": "Every line so far, where logs were asked for.",
                    "type": "array",
                    "items": {
                      "type": "object",
                      "required": [
                        "timestamp",
                        "level",
                        "message"
                      ],
                      "properties": {
                        "timestamp": {
                          "description": "ISO 8601; fal leaves the zone out and means UTC.",
                          "type": "string"
                        },
                        "level": {
                          "description": "STDERR, STDOUT, ERROR, INFO, WARN or DEBUG.",
                          "type": "string"
                        },
                        "message": {
                          "type": "string"
                        },
                        "source": {
                          "type": "string"
                        }
                      }
                    }
                  },
                  "metrics": {
                    "description": "Such as inference_time in seconds; engine and generative where fal-local ran it.",
                    "type": "object"
                  },
                  "error": {
                    "description": "Why it failed.",
                    "type": "string"
                  },
                  "error_type": {
                    "description": "The same as a word.",
                    "type": "string"
                  }
                }
              },
              "errors": [
                "invalid_params",
                "unauthenticated",
                "forbidden",
                "not_found",
                "rejected",
                "rate_limited",
                "unavailable",
                "timeout",
                "cancelled",
                "busy"
              ],
              "examples": [
                {
                  "name": "with its log",
                  "params": {
                    "request_id": "764cabcf-b745-4b3e-ae38-1200304cf45b",
                    "endpoint": "fal-ai/fast-animatediff/video-to-video",
                    "logs": true
                  },
                  "result": {
                    "request_id": "764cabcf-b745-4b3e-ae38-1200304cf45b",
                    "endpoint": "fal-ai/fast-animatediff/video-to-video",
                    "status": "COMPLETED",
                    "logs": [
                      {
                        "timestamp": "2026-01-02T03:04:05.678",
                        "level": "INFO",
                        "message": "100%|##########| 25/25"
                      }
                    ],
                    "metrics": {
                      "inference_time": 3.2
                    }
                  }
                },
                {
                  "name": "no such request",
                  "params": {
                    "request_id": "00000000-0000-0000-0000-000000000000",
                    "endpoint": "fal-ai/fast-animatediff/video-to-video"
                  },
                  "error": {
                    "code": 1404,
                    "data": {
                      "kind": "not_found"
                    }
                  }
                }
              ]
            }
            """#
        ),
        (
            "submit",
            #"""
            {
              "method": "submit",
              "summary": "Puts a request into the queue and answers at once.",
              "params": {
                "type": "object",
                "required": [
                  "input"
                ],
                "properties": {
                  "endpoint": {
                    "description": "The model; the default endpoint when left out.",
                    "type": "string"
                  },
                  "input": {
                    "description": "The model's input.",
                    "type": "object"
                  },
                  "webhook_url": {
                    "description": "Called by fal when the request ends.",
                    "type": "string"
                  },
                  "priority": {
                    "description": "Where in the queue the request goes.",
                    "enum": [
                      "normal",
                      "low"
                    ]
                  },
                  "hint": {
                    "description": "Requests with the same hint go to the same runner, if possible.",
                    "type": "string"
                  },
                  "start_timeout": {
                    "description": "Seconds in which the run must have started.",
                    "type": "number",
                    "exclusiveMinimum": 0
                  },
                  "max_queue_length": {
                    "description": "The request is refused when more wait already.",
                    "type": "integer",
                    "minimum": 1
                  },
                  "headers": {
                    "description": "Further headers for the submit.",
                    "type": "object",
                    "additionalProperties": {
                      "type": "string"
                    }
                  },
                  "expires_in": {
                    "description": "How long the files that the model makes are kept: seconds, or immediate, 1h, 1d, 7d, 30d, 1y, never.",
                    "type": [
                      "integer",
                      "string"
                    ]
                  },
                  "acl": {
                    "description": "Who may read the files that the model makes: fal's object, such as {\"default\": \"forbid\"}.",
                    "type": "object"
                  },
                  "auto_upload": {
                    "description": "Whether paths of local files are uploaded and replaced by their URLs.",
                    "type": "boolean",
                    "default": true
                  },
                  "validate": {
                    "description": "Whether the input is checked against the model's schema first.",
                    "type": "boolean",
                    "default": true
                  }
                },
                "additionalProperties": false
              },
              "result": {
                "type": "object",
                "required": [
                  "request_id",
                  "endpoint",
                  "status",
                  "status_url",
                  "response_url",
                  "cancel_url",
                  "backend"
                ],
                "properties": {
                  "request_id": {
                    "description": "The request's id.",
                    "type": "string"
                  },
                  "endpoint": {
                    "description": "The model.",
                    "type": "string"
                  },
                  "status": {
                    "description": "A failed or cancelled request is COMPLETED too.",
                    "enum": [
                      "IN_QUEUE",
                      "IN_PROGRESS",
                      "COMPLETED"
                    ]
                  },
                  "queue_position": {
                    "description": "How many requests are before this one; only in the queue.",
                    "type": "integer",
                    "minimum": 0
                  },
                  "status_url": {
                    "type": "string"
                  },
                  "response_url": {
                    "type": "string"
                  },
                  "cancel_url": {
                    "type": "string"
                  },
                  "backend": {
                    "description": "Which kind of backend it was.",
                    "enum": [
                      "fal",
                      "local",
                      "proxy"
                    ]
                  }
                }
              },
              "errors": [
                "invalid_params",
                "unauthenticated",
                "forbidden",
                "not_found",
                "rejected",
                "rate_limited",
                "unavailable",
                "timeout",
                "outcome_unknown",
                "cancelled",
                "busy",
                "outside_roots",
                "io_error"
              ],
              "notifications": [
                "upload/progress"
              ],
              "examples": [
                {
                  "name": "a local clip",
                  "params": {
                    "input": {
                      "video_url": "clip.mp4",
                      "prompt": "van gogh oil painting",
                      "seed": 7,
                      "first_n_seconds": 2,
                      "fps": 4
                    }
                  },
                  "result": {
                    "request_id": "764cabcf-b745-4b3e-ae38-1200304cf45b",
                    "endpoint": "fal-ai/fast-animatediff/video-to-video",
                    "status": "IN_QUEUE",
                    "queue_position": 0,
                    "status_url": "https://queue.fal.run/fal-ai/fast-animatediff/requests/764cabcf-b745-4b3e-ae38-1200304cf45b/status",
                    "response_url": "https://queue.fal.run/fal-ai/fast-animatediff/requests/764cabcf-b745-4b3e-ae38-1200304cf45b",
                    "cancel_url": "https://queue.fal.run/fal-ai/fast-animatediff/requests/764cabcf-b745-4b3e-ae38-1200304cf45b/cancel",
                    "backend": "fal"
                  }
                },
                {
                  "name": "an input that breaks the model's schema: nothing is sent",
                  "params": {
                    "input": {
                      "prompt": "x",
                      "video_url": "clip.mp4",
                      "fps": 99
                    }
                  },
                  "error": {
                    "code": -32602,
                    "data": {
                      "kind": "invalid_params",
                      "endpoint": "fal-ai/fast-animatediff/video-to-video",
                      "detail": [
                        {
                          "loc": [
                            "body",
                            "fps"
                          ],
                          "msg": "Input should be less than or equal to 16",
                          "type": "less_than_equal",
                          "ctx": {
                            "le": 16
                          }
                        }
                      ]
                    }
                  }
                }
              ]
            }
            """#
        ),
        (
            "subscribe",
            #"""
            {
              "method": "subscribe",
              "summary": "Puts a request into the queue, or takes up an earlier one, tells how it goes and answers with its output.",
              "params": {
                "type": "object",
                "properties": {
                  "endpoint": {
                    "description": "The model; the default endpoint when left out.",
                    "type": "string"
                  },
                  "input": {
                    "description": "The model's input.",
                    "type": "object"
                  },
                  "webhook_url": {
                    "description": "Called by fal when the request ends.",
                    "type": "string"
                  },
                  "priority": {
                    "description": "Where in the queue the request goes.",
                    "enum": [
                      "normal",
                      "low"
                    ]
                  },
                  "hint": {
                    "description": "Requests with the same hint go to the same runner, if possible.",
                    "type": "string"
                  },
                  "start_timeout": {
                    "description": "Seconds in which the run must have started.",
                    "type": "number",
                    "exclusiveMinimum": 0
                  },
                  "max_queue_length": {
                    "description": "The request is refused when more wait already.",
                    "type": "integer",
                    "minimum": 1
                  },
                  "headers": {
                    "description": "Further headers for the submit.",
                    "type": "object",
                    "additionalProperties": {
                      "type": "string"
                    }
                  },
                  "expires_in": {
                    "description": "How long the files that the model makes are kept: seconds, or immediate, 1h, 1d, 7d, 30d, 1y, never.",
                    "type": [
                      "integer",
                      "string"
                    ]
                  },
                  "acl": {
                    "description": "Who may read the files that the model makes: fal's object, such as {\"default\": \"forbid\"}.",
                    "type": "object"
                  },
                  "auto_upload": {
                    "description": "Whether paths of local files are uploaded and replaced by their URLs.",
                    "type": "boolean",
                    "default": true
                  },
                  "validate": {
                    "description": "Whether the input is checked against the model's schema first.",
                    "type": "boolean",
                    "default": true
                  },
                  "request_id": {
                    "description": "An earlier request to take up, in place of an input.",
                    "type": "string"
                  },
                  "logs": {
                    "description": "Whether updates carry new log lines.",
                    "type": "boolean",
                    "default": false
                  },
                  "mode": {
                    "description": "Along a stream of events, by asking now and then, or by asking where no stream comes (auto).",
                    "enum": [
                      "auto",
                      "polling",
                      "streaming"
                    ],
                    "default": "auto"
                  },
                  "poll_interval": {
                    "description": "Seconds between two questions to the queue.",
                    "type": "number",
                    "minimum": 0.05,
                    "maximum": 3600
                  },
                  "timeout": {
                    "description": "Seconds until the wait ends and the request is cancelled.",
                    "type": "number",
                    "exclusiveMinimum": 0
                  },
                  "on_cancel": {
                    "description": "What a cancel does to the request.",
                    "enum": [
                      "cancel",
                      "detach"
                    ],
                    "default": "cancel"
                  },
                  "download_to": {
                    "description": "A file or folder that the output's files are fetched to.",
                    "type": "string"
                  }
                },
                "additionalProperties": false
              },
              "result": {
                "type": "object",
                "required": [
                  "request_id",
                  "endpoint",
                  "data",
                  "backend"
                ],
                "properties": {
                  "request_id": {
                    "description": "The request's id.",
                    "type": "string"
                  },
                  "endpoint": {
                    "description": "The model.",
                    "type": "string"
                  },
                  "data": {
                    "description": "The model's output."
                  },
                  "metrics": {
                    "description": "Such as inference_time in seconds; engine and generative where fal-local ran it.",
                    "type": "object"
                  },
                  "backend": {
                    "description": "Which kind of backend it was.",
                    "enum": [
                      "fal",
                      "local",
                      "proxy"
                    ]
                  },
                  "files": {
                    "description": "The files on the disk.",
                    "type": "array",
                    "items": {
                      "type": "object",
                      "required": [
                        "path",
                        "url",
                        "file_size"
                      ],
                      "properties": {
                        "path": {
                          "description": "Where it lies, absolute.",
                          "type": "string"
                        },
                        "url": {
                          "description": "Where it came from.",
                          "type": "string"
                        },
                        "content_type": {
                          "description": "Its MIME type, where it is known.",
                          "type": [
                            "string",
                            "null"
                          ]
                        },
                        "file_size": {
                          "description": "Bytes.",
                          "type": "integer"
                        }
                      }
                    }
                  }
                }
              },
              "errors": [
                "invalid_params",
                "unauthenticated",
                "forbidden",
                "not_found",
                "rejected",
                "rate_limited",
                "unavailable",
                "request_failed",
                "not_completed",
                "timeout",
                "outcome_unknown",
                "cancelled",
                "busy",
                "outside_roots",
                "io_error"
              ],
              "notifications": [
                "queue/update",
                "upload/progress",
                "download/progress"
              ],
              "examples": [
                {
                  "name": "from a local clip to a file",
                  "params": {
                    "input": {
                      "video_url": "clip.mp4",
                      "prompt": "van gogh oil painting",
                      "seed": 7,
                      "first_n_seconds": 2,
                      "fps": 4
                    },
                    "logs": true,
                    "download_to": "out.mp4"
                  },
                  "result": {
                    "request_id": "764cabcf-b745-4b3e-ae38-1200304cf45b",
                    "endpoint": "fal-ai/fast-animatediff/video-to-video",
                    "data": {
                      "video": {
                        "url": "https://v3.fal.media/files/penguin/out.mp4",
                        "content_type": "video/mp4",
                        "file_name": "out.mp4",
                        "file_size": 180224
                      },
                      "seed": 7
                    },
                    "metrics": {
                      "inference_time": 3.2
                    },
                    "backend": "fal",
                    "files": [
                      {
                        "path": "/home/me/out.mp4",
                        "url": "https://v3.fal.media/files/penguin/out.mp4",
                        "content_type": "video/mp4",
                        "file_size": 180224
                      }
                    ]
                  }
                },
                {
                  "name": "an earlier request",
                  "params": {
                    "request_id": "764cabcf-b745-4b3e-ae38-1200304cf45b",
                    "endpoint": "fal-ai/fast-animatediff/video-to-video"
                  },
                  "result": {
                    "request_id": "764cabcf-b745-4b3e-ae38-1200304cf45b",
                    "endpoint": "fal-ai/fast-animatediff/video-to-video",
                    "data": {
                      "video": {
                        "url": "https://v3.fal.media/files/penguin/out.mp4",
                        "content_type": "video/mp4",
                        "file_name": "out.mp4",
                        "file_size": 180224
                      },
                      "seed": 7
                    },
                    "metrics": {
                      "inference_time": 3.2
                    },
                    "backend": "fal"
                  }
                },
                {
                  "name": "an input that breaks the model's schema: nothing is sent",
                  "params": {
                    "input": {
                      "prompt": "x",
                      "video_url": "clip.mp4",
                      "fps": 99
                    }
                  },
                  "error": {
                    "code": -32602,
                    "data": {
                      "kind": "invalid_params",
                      "endpoint": "fal-ai/fast-animatediff/video-to-video",
                      "detail": [
                        {
                          "loc": [
                            "body",
                            "fps"
                          ],
                          "msg": "Input should be less than or equal to 16",
                          "type": "less_than_equal",
                          "ctx": {
                            "le": 16
                          }
                        }
                      ]
                    }
                  }
                }
              ]
            }
            """#
        ),
        (
            "upload",
            #"""
            {
              "method": "upload",
              "summary": "Puts a file into the storage.",
              "params": {
                "type": "object",
                "properties": {
                  "path": {
                    "description": "A file inside the roots, or its file: URL.",
                    "type": "string"
                  },
                  "data": {
                    "description": "Base64.",
                    "type": "string"
                  },
                  "data_uri": {
                    "description": "data:TYPE;base64,BYTES",
                    "type": "string"
                  },
                  "file_name": {
                    "description": "The name in the storage; that of the file when left out.",
                    "type": "string"
                  },
                  "content_type": {
                    "description": "By the first bytes and the name when left out.",
                    "type": "string"
                  },
                  "expires_in": {
                    "description": "Seconds, or immediate, 1h, 1d, 7d, 30d, 1y, never.",
                    "type": [
                      "integer",
                      "string"
                    ]
                  },
                  "acl": {
                    "description": "fal's rules for who may read it: default (hide, forbid, allow) and rules.",
                    "type": "object"
                  }
                },
                "additionalProperties": false
              },
              "result": {
                "type": "object",
                "required": [
                  "url",
                  "content_type",
                  "file_name",
                  "file_size"
                ],
                "properties": {
                  "url": {
                    "description": "Where it can be fetched from.",
                    "type": "string"
                  },
                  "content_type": {
                    "type": "string"
                  },
                  "file_name": {
                    "type": "string"
                  },
                  "file_size": {
                    "description": "Bytes.",
                    "type": "integer"
                  }
                }
              },
              "errors": [
                "invalid_params",
                "unauthenticated",
                "forbidden",
                "not_found",
                "rejected",
                "rate_limited",
                "unavailable",
                "timeout",
                "cancelled",
                "busy",
                "outside_roots",
                "io_error"
              ],
              "notifications": [
                "upload/progress"
              ],
              "examples": [
                {
                  "name": "a text",
                  "params": {
                    "data": "aGVsbG8=",
                    "file_name": "hello.txt"
                  },
                  "result": {
                    "url": "https://v3.fal.media/files/penguin/hello.txt",
                    "content_type": "text/plain",
                    "file_name": "hello.txt",
                    "file_size": 5
                  }
                },
                {
                  "name": "neither of path, data and data_uri",
                  "params": {},
                  "error": {
                    "code": -32602,
                    "data": {
                      "kind": "invalid_params"
                    }
                  }
                }
              ]
            }
            """#
        ),
        (
            "validate",
            #"""
            {
              "method": "validate",
              "summary": "Checks an input without sending it.",
              "params": {
                "type": "object",
                "required": [
                  "input"
                ],
                "properties": {
                  "endpoint": {
                    "description": "The model; the default endpoint when left out.",
                    "type": "string"
                  },
                  "input": {
                    "description": "The model's input.",
                    "type": "object"
                  }
                },
                "additionalProperties": false
              },
              "result": {
                "type": "object",
                "required": [
                  "valid",
                  "errors",
                  "input"
                ],
                "properties": {
                  "valid": {
                    "description": "Whether the input fits the model's schema.",
                    "type": "boolean"
                  },
                  "errors": {
                    "description": "Every wrong field, in fal's own form.",
                    "type": "array",
                    "items": {
                      "type": "object",
                      "required": [
                        "loc",
                        "msg",
                        "type"
                      ],
                      "properties": {
                        "loc": {
                          "description": "\"body\" (or \"params\"), then the names and indices that lead to the field.",
                          "type": "array",
                          "items": {
                            "type": [
                              "string",
                              "integer"
                            ]
                          }
                        },
                        "msg": {
                          "description": "A sentence for people.",
                          "type": "string"
                        },
                        "type": {
                          "description": "A word for programs, such as less_than_equal.",
                          "type": "string"
                        },
                        "ctx": {
                          "description": "The limits that were broken, by name.",
                          "type": "object"
                        }
                      }
                    }
                  },
                  "input": {
                    "description": "The input with the schema's defaults filled in."
                  }
                }
              },
              "errors": [
                "invalid_params",
                "not_found",
                "io_error"
              ],
              "examples": [
                {
                  "name": "two faults at once",
                  "params": {
                    "input": {
                      "prompt": "ink drawing",
                      "fps": 99
                    }
                  },
                  "result": {
                    "valid": false,
                    "errors": [
                      {
                        "loc": [
                          "body",
                          "video_url"
                        ],
                        "msg": "Field required",
                        "type": "missing"
                      },
                      {
                        "loc": [
                          "body",
                          "fps"
                        ],
                        "msg": "Input should be less than or equal to 16",
                        "type": "less_than_equal",
                        "ctx": {
                          "le": 16
                        }
                      }
                    ],
                    "input": {
                      "prompt": "ink drawing",
                      "fps": 99,
                      "first_n_seconds": 3,
                      "negative_prompt": "(bad quality, worst quality:1.2), ugly faces, bad anime",
                      "num_inference_steps": 25,
                      "strength": 0.7,
                      "guidance_scale": 7.5
                    }
                  }
                }
              ]
            }
            """#
        ),
        (
            "verify_webhook",
            #"""
            {
              "method": "verify_webhook",
              "summary": "Says whether a webhook is fal's, by its Ed25519 signature.",
              "params": {
                "type": "object",
                "required": [
                  "headers",
                  "body"
                ],
                "properties": {
                  "headers": {
                    "description": "The headers that came with it, by name in any letter case; each a string or a list of one.",
                    "type": "object"
                  },
                  "body": {
                    "description": "The raw text of its body, exactly as it came.",
                    "type": "string"
                  },
                  "max_age": {
                    "description": "How many seconds its time may be from now.",
                    "type": "number",
                    "exclusiveMinimum": 0,
                    "default": 300
                  }
                },
                "additionalProperties": false
              },
              "result": {
                "type": "object",
                "properties": {
                  "valid": {
                    "type": "boolean"
                  },
                  "reason": {
                    "description": "Why it is not valid.",
                    "type": "string"
                  },
                  "request_id": {
                    "description": "The request's id.",
                    "type": "string"
                  },
                  "status": {
                    "description": "OK or ERROR, as fal says it.",
                    "type": "string"
                  },
                  "payload": {
                    "description": "The model's output, or its error."
                  }
                },
                "required": [
                  "valid"
                ]
              },
              "errors": [
                "invalid_params",
                "unavailable",
                "cancelled",
                "busy"
              ],
              "examples": [
                {
                  "name": "without a signature",
                  "params": {
                    "headers": {},
                    "body": "{}"
                  },
                  "result": {
                    "valid": false,
                    "reason": "no header x-fal-webhook-request-id"
                  }
                }
              ]
            }
            """#
        ),
    ]
}
