// swift-tools-version: 6.2

// A section a layer, in the order in which the layers may import one another: a target imports only
// what stands above it. Each source target is followed by its test target.
//
// libcurl, libcrypto and libsqlite3 are opened at first use (see Sources/HTTP/CurlLibrary.swift), so that the start of
// the program does not pay for them.

import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
]

// Without the regular expressions of the standard library, which `"ab".contains("b")` alone would link: 1.2 MiB of memory.
let lean = strict + [.unsafeFlags(["-Xfrontend", "-disable-implicit-string-processing-module-import"])]

func target(_ name: String, _ dependencies: [Target.Dependency] = [], _ settings: [SwiftSetting] = lean) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(of name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(name)Tests",
        dependencies: [.target(name: name)] + dependencies,
        swiftSettings: strict
    )
}

let package = Package(
    name: "fal-bridge",
    products: [
        .executable(name: "fal-bridge", targets: ["fal-bridge"]),
        .executable(name: "fal-local", targets: ["fal-local"]),
    ],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    ],
    targets: [
        // C libraries: module maps and thin shims, nothing else.
        .systemLibrary(name: "CJansson", pkgConfig: "jansson", providers: [.apt(["libjansson-dev"])]),
        // Their headers alone: pkg-config's words would link what is to be opened at the first request and submit.
        .systemLibrary(name: "CCurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),

        // The operating system: threads, files, clocks, digests.
        target("Platform"),
        tests(of: "Platform"),

        // Libraries in their own right: no word of fal in them.
        target("JSON", ["CJansson"]),
        tests(of: "JSON"),
        target("SQLite", ["CSQLite", "Platform"]),
        tests(of: "SQLite"),
        target("JSONSchema", ["CPCRE2", "JSON", "Platform"]),
        tests(of: "JSONSchema"),
        target("JSONRPC", ["JSON", "JSONSchema", "Platform"]),
        tests(of: "JSONRPC"),
        target("Recording", ["JSON", "JSONRPC", "Platform"]),
        tests(of: "Recording", ["JSONRPC", "Platform"]),
        target("HTTP", ["CCurl", "Platform"]),
        tests(of: "HTTP"),

        // fal: what both ends of the wire share, then the client end.
        target("FalProtocol", ["JSON", "JSONSchema", "Platform"]),
        tests(of: "FalProtocol"),
        target("Models", ["FalProtocol", "JSON", "JSONSchema", "Platform"]),
        tests(of: "Models"),
        target("FalClient", ["FalProtocol", "HTTP", "JSON", "Platform"]),
        tests(of: "FalClient"),

        // What was asked of the queue, on disk.
        target("Journal", ["Platform", "SQLite"]),
        tests(of: "Journal", ["Platform", "SQLite"]),

        // The bridge: its methods as data, as code, as an agent's tools, and what is generated from the schemas.
        target("Surface", ["JSON"]),
        target(
            "Bridge",
            [
                "FalClient", "FalProtocol", "HTTP", "JSON", "JSONRPC", "JSONSchema", "Journal", "Models", "Platform",
                "Surface",
            ]
        ),
        tests(of: "Bridge", ["Models"]),
        target(
            "MCP",
            ["Bridge", "FalProtocol", "JSON", "JSONRPC", "JSONSchema", "Journal", "Models", "Platform", "Surface"]
        ),
        tests(of: "MCP", ["JSON"]),
        target("Generator", ["FalProtocol", "JSON", "JSONSchema", "Models", "Surface"]),
        tests(of: "Generator", ["JSON", "Models", "Surface"]),
        .executableTarget(
            name: "fal-bridge",
            dependencies: [
                "Bridge", "FalClient", "FalProtocol", "Generator", "HTTP", "JSON", "JSONRPC", "JSONSchema", "Journal",
                "MCP", "Models", "Platform", "Recording", "SQLite", "Surface",
            ],
            swiftSettings: lean
        ),

        // The local server: the other end of the same wire. The bridge links nothing of it.
        target("LocalQueue", ["FalProtocol", "HTTP", "JSON", "JSONSchema", "Models", "Platform", "SQLite"], strict),
        tests(of: "LocalQueue"),
        .executableTarget(
            name: "fal-local",
            dependencies: [
                "FalProtocol",
                "JSON",
                "LocalQueue",
                "Platform",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
    ]
)

// libFuzzer's targets, which only `make fuzz` builds: they want the sanitizer's flags, and a look inside the layers.
if Context.environment["FAL_BRIDGE_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "fuzz",
            dependencies: ["Bridge", "FalProtocol", "HTTP", "JSON", "JSONRPC", "JSONSchema", "Platform"],
            path: "Tests/fuzz",
            exclude: ["run", "seeds"],
            swiftSettings: strict
        )
    )
}
