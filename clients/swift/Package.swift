// swift-tools-version: 6.0

import PackageDescription

let package = Package(
    name: "FalBridgeClient",
    products: [.library(name: "FalBridgeClient", targets: ["FalBridgeClient"])],
    targets: [.target(name: "FalBridgeClient")]
)
