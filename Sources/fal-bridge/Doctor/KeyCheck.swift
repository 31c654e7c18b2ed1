import Bridge
import FalClient
import JSON
import Platform

/// The key, and what follows from it: where jobs run, and what may be read.
struct KeyCheck {
    private let settings: Settings
    private let keyFile: String?

    init(_ settings: Settings, keyFile: String?) {
        self.settings = settings
        self.keyFile = keyFile
    }

    var findings: [Finding] { [key, backend, roots] }

    private var key: Finding {
        let source = if let keyFile { "--key-file \(keyFile)" } else if Environment.get("FAL_KEY") != nil {
            "FAL_KEY"
        } else {
            "FAL_KEY_ID and FAL_KEY_SECRET"
        }
        if let key = settings.credentials {
            let more: JSONObject = ["found": true, "source": .string(source), "masked": .string(key.masked)]
            guard key.hasTwoParts else {
                return Finding(
                    .key, "key", .warning, "\(key.masked) from \(source), which has no colon in it",
                    todo: "a key of fal's is ID:SECRET; both stand at https://fal.ai/dashboard/keys", more: more
                )
            }
            return Finding(.key, "key", .ok, "\(key.masked) from \(source)", more: more)
        }
        let words = "none: not in FAL_KEY, not in FAL_KEY_ID and FAL_KEY_SECRET, no --key-file\(cliWords)"
        var more: JSONObject = ["found": false, "source": nil]
        do {
            if let key = try CommandLineKey.find() {
                more["command_line"] = .string(key.masked)
                return Finding(
                    .key, "key", settings.backend == .fal ? .fault : .note,
                    "none in the environment and no --key-file; fal-bridge mcp alone uses that of fal's own command line, "
                        + key.masked,
                    todo: "for the other commands, \(Self.advice)", more: more
                )
            }
        } catch {
            return Finding(.key, "key", .warning, "\(error)", todo: "fal profile key, or \(Self.advice)", more: more)
        }
        if settings.proxyURL != nil { return Finding(.key, "key", .note, "none: the proxy has it", more: more) }
        if settings.backend == .fal {
            return Finding(.key, "key", .fault, words, todo: Self.advice, more: more)
        }
        return Finding(
            .key, "key", .note, words, todo: "jobs run on this machine; for fal's queue, \(Self.advice)", more: more
        )
    }

    private static let advice = "make one at https://fal.ai/dashboard/keys, and set FAL_KEY or give --key-file FILE"

    /// fal's own command line keeps a token of another kind, which people may take for a key.
    private var cliWords: String {
        let folder = Environment.get("FAL_HOME_DIR") ?? Files.join(Environment.get("HOME") ?? "/", ".fal")
        let isThere = ["auth0_token", "workos_token"].contains { Files.exists(Files.join(folder, $0)) }
        return isThere ? " (fal's own command line is signed in by \(folder), but its token is no key)" : ""
    }

    private var backend: Finding {
        let choice = settings.backend.rawValue
        let words = switch (settings.usesLocal, settings.proxyURL) {
        case (true, _): "local: jobs run on this machine, by fal-local"
        case (false, let proxy?): "proxy: calls go to \(proxy), which has the key"
        case (false, nil): "fal: jobs run in fal's queue, and are paid for"
        }
        let why = settings.backend == .auto
            ? " (auto: a key or a proxy decides)" : " (as --backend or FAL_BRIDGE_BACKEND says)"
        let kind: JSON = settings.usesLocal ? "local" : settings.proxyURL == nil ? "fal" : "proxy"
        return Finding(.key, "backend", .ok, words + why, more: ["choice": .string(choice), "kind": kind])
    }

    private var roots: Finding {
        let folders = settings.roots.isEmpty ? [Files.workingDirectory] : settings.roots
        let why = settings.roots.isEmpty ? " (the folder that it is started in)" : ""
        return Finding(
            .key, "roots", .ok, "files are read and written in \(folders.joined(separator: ", "))\(why)",
            more: ["roots": .array(folders.map(JSON.string))]
        )
    }
}
