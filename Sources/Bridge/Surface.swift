// Generated from schemas/ by schemas/bundle. Do not edit.

/// The methods' documents that are compiled into the program, as text: parsed at a method's first call.
enum Surface {
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
              }
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
                    "description": "The key as one string; never echoed.",
                    "type": [
                      "string",
                      "null"
                    ]
                  },
                  "backend": {
                    "enum": [
                      "auto",
                      "fal",
                      "local"
                    ]
                  },
                  "proxy_url": {
                    "type": [
                      "string",
                      "null"
                    ]
                  },
                  "default_endpoint": {
                    "type": "string"
                  }
                },
                "additionalProperties": false
              },
              "result": {
                "type": "object",
                "properties": {
                  "server": {
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
                  "protocol_version": {
                    "const": 1
                  },
                  "backend": {
                    "type": "object",
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
                        "type": "string"
                      },
                      "authenticated": {
                        "type": "boolean"
                      }
                    }
                  },
                  "default_endpoint": {
                    "type": "string"
                  },
                  "endpoints": {
                    "type": "array",
                    "items": {
                      "type": "string"
                    }
                  },
                  "capabilities": {
                    "type": "object"
                  }
                }
              }
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
                "properties": {
                  "files": {
                    "type": "array",
                    "items": {
                      "type": "object",
                      "required": [
                        "path"
                      ],
                      "properties": {
                        "path": {
                          "type": "string"
                        },
                        "url": {
                          "type": "string"
                        },
                        "content_type": {
                          "type": [
                            "string",
                            "null"
                          ]
                        },
                        "file_size": {
                          "type": "integer"
                        }
                      }
                    }
                  }
                }
              }
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
                    "description": "Folders that may be read and written.",
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
                "properties": {
                  "server": {
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
                  "protocol_version": {
                    "const": 1
                  },
                  "backend": {
                    "type": "object",
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
                        "type": "string"
                      },
                      "authenticated": {
                        "type": "boolean"
                      }
                    }
                  },
                  "default_endpoint": {
                    "type": "string"
                  },
                  "endpoints": {
                    "type": "array",
                    "items": {
                      "type": "string"
                    }
                  },
                  "capabilities": {
                    "type": "object"
                  }
                }
              }
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
                "properties": {
                  "models": {
                    "type": "array",
                    "items": {
                      "type": "object",
                      "properties": {
                        "endpoint": {
                          "type": "string"
                        },
                        "title": {
                          "type": "string"
                        },
                        "description": {
                          "type": "string"
                        },
                        "related": {
                          "type": "array",
                          "items": {
                            "type": "string"
                          }
                        }
                      }
                    }
                  }
                }
              }
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
                "type": "object"
              },
              "result": {
                "type": "object"
              }
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
                        }
                      }
                    }
                  }
                }
              }
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
                "properties": {
                  "request_id": {
                    "description": "The request's id.",
                    "type": "string"
                  },
                  "endpoint": {
                    "type": "string"
                  },
                  "data": {
                    "description": "The model's output."
                  },
                  "metrics": {
                    "type": "object"
                  }
                }
              }
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
                "properties": {
                  "request_id": {
                    "description": "The request's id, where the server named one.",
                    "type": "string"
                  },
                  "endpoint": {
                    "type": "string"
                  },
                  "data": {
                    "description": "The model's output: JSON as it is, a text as a string, anything else as a File with a data URI."
                  }
                }
              }
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
                "properties": {
                  "endpoint": {
                    "type": "string"
                  },
                  "input": {
                    "type": "object"
                  },
                  "output": {
                    "type": "object"
                  }
                }
              }
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
                    "type": "boolean",
                    "default": false
                  }
                },
                "additionalProperties": false
              },
              "result": {
                "type": "object",
                "properties": {
                  "request_id": {
                    "description": "The request's id.",
                    "type": "string"
                  },
                  "endpoint": {
                    "type": "string"
                  },
                  "status": {
                    "enum": [
                      "IN_QUEUE",
                      "IN_PROGRESS",
                      "COMPLETED"
                    ]
                  },
                  "queue_position": {
                    "type": "integer",
                    "minimum": 0
                  },
                  "logs": {
                    "type": "array",
                    "items": {
                      "type": "object",
                      "properties": {
                        "timestamp": {
                          "type": "string"
                        },
                        "level": {
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
                    "type": "object"
                  },
                  "error": {
                    "type": "string"
                  },
                  "error_type": {
                    "type": "string"
                  }
                }
              }
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
                "properties": {
                  "request_id": {
                    "description": "The request's id.",
                    "type": "string"
                  },
                  "endpoint": {
                    "type": "string"
                  },
                  "status": {
                    "enum": [
                      "IN_QUEUE",
                      "IN_PROGRESS",
                      "COMPLETED"
                    ]
                  },
                  "queue_position": {
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
              }
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
                "properties": {
                  "request_id": {
                    "description": "The request's id.",
                    "type": "string"
                  },
                  "endpoint": {
                    "type": "string"
                  },
                  "data": {
                    "description": "The model's output."
                  },
                  "metrics": {
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
                    "type": "array",
                    "items": {
                      "type": "object",
                      "required": [
                        "path"
                      ],
                      "properties": {
                        "path": {
                          "type": "string"
                        },
                        "url": {
                          "type": "string"
                        },
                        "content_type": {
                          "type": [
                            "string",
                            "null"
                          ]
                        },
                        "file_size": {
                          "type": "integer"
                        }
                      }
                    }
                  }
                }
              }
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
                "properties": {
                  "url": {
                    "type": "string"
                  },
                  "content_type": {
                    "type": "string"
                  },
                  "file_name": {
                    "type": "string"
                  },
                  "file_size": {
                    "type": "integer"
                  }
                }
              }
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
                "properties": {
                  "valid": {
                    "type": "boolean"
                  },
                  "errors": {
                    "type": "array"
                  },
                  "input": {
                    "type": "object"
                  }
                }
              }
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
                }
              }
            }
            """#
        ),
    ]
}
