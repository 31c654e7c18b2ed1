import FalProtocol
import HTTP
import JSON
import JSONSchema
import Platform
import SQLite

/// What this program is, and what it stands on.
enum ProgramCheck {
    static var findings: [Finding] {
        let mode = isDebug ? "debug" : "release"
        let linking = isStatic ? "static" : "dynamic"
        let version = Finding(
            .program, "version", .ok,
            "\(Product.version), \(mode) build, Swift \(swift), \(linking) standard library",
            more: [
                "version": .string(Product.version), "build": .string(mode), "swift": .string(swift),
                "standard_library": .string(linking),
            ]
        )
        let path = Files.program ?? ""
        return [version, Finding(.program, "path", .ok, path, more: ["path": .string(path)]), libraries]
    }

    private static var libraries: Finding {
        let jansson = JSON.libraryVersion
        let sqlite: String
        do throws(SQLiteError) { sqlite = try Database.libraryVersion } catch {
            return Finding(.program, "libraries", .fault, error.message, todo: "apt-get install libsqlite3-0")
        }
        let pcre2 = PatternLibrary.version.split(separator: " ").first.map(String.init) ?? ""
        var more: JSONObject = ["jansson": .string(jansson), "sqlite": .string(sqlite), "pcre2": .string(pcre2)]
        let rest = "jansson \(jansson), SQLite \(sqlite), PCRE2 \(pcre2)"
        do {
            let http = try HTTPLibrary()
            more["libcurl"] = .string(http.version)
            more["tls"] = http.tls.map(JSON.string) ?? .null
            more["http2"] = .bool(http.hasHTTP2)
            let tls = (http.tls ?? "no TLS") + (http.hasHTTP2 ? " and HTTP/2" : "")
            return Finding(.program, "libraries", .ok, "libcurl \(http.version) with \(tls), \(rest)", more: more)
        } catch {
            return Finding(
                .program, "libraries", .fault, "no libcurl: \(error); \(rest)",
                todo: "apt-get install libcurl4", more: more
            )
        }
    }

    private static var isDebug: Bool {
        #if DEBUG
            true
        #else
            false
        #endif
    }

    /// Whether Swift's library is part of the program: a shared one would be among its mappings.
    private static var isStatic: Bool {
        guard let maps = try? Files.read("/proc/self/maps", limit: 16 << 20) else { return false }
        return maps.withUnsafeBytes { $0.ranges(of: Array("libswiftCore.so".utf8)).isEmpty }
    }

    /// The compiler's version, as exactly as the language lets itself be asked.
    private static var swift: String {
        #if compiler(>=6.4)
            "6.4 or newer"
        #elseif compiler(>=6.3)
            "6.3"
        #else
            "6.2"
        #endif
    }
}
