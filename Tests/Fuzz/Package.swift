// swift-tools-version: 6.0
// SPDX-License-Identifier: Apache-2.0
//
// The fuzzers, run by scripts/fuzz. What they call is in Tests/TestSupport, so that the tests can
// replay every input.
import PackageDescription

let package = Package(
    name: "Fuzz",
    products: [
        .executable(name: "FuzzCodec", targets: ["FuzzCodec"]),
        .executable(name: "FuzzSegment", targets: ["FuzzSegment"]),
        .executable(name: "FuzzManifest", targets: ["FuzzManifest"]),
        .executable(name: "FuzzNDJSON", targets: ["FuzzNDJSON"]),
        .executable(name: "FuzzCSV", targets: ["FuzzCSV"]),
        .executable(name: "FuzzRequest", targets: ["FuzzRequest"]),
        .executable(name: "FuzzMessage", targets: ["FuzzMessage"]),
    ],
    dependencies: [.package(name: "segstore", path: "../..")],
    targets: [
        .target(name: "CFuzz"),
        .target(
            name: "FuzzDriver",
            dependencies: ["CFuzz", .product(name: "TestSupport", package: "segstore")]),
        .executableTarget(name: "FuzzCodec", dependencies: ["FuzzDriver"]),
        .executableTarget(name: "FuzzSegment", dependencies: ["FuzzDriver"]),
        .executableTarget(name: "FuzzManifest", dependencies: ["FuzzDriver"]),
        .executableTarget(name: "FuzzNDJSON", dependencies: ["FuzzDriver"]),
        .executableTarget(name: "FuzzCSV", dependencies: ["FuzzDriver"]),
        .executableTarget(name: "FuzzRequest", dependencies: ["FuzzDriver"]),
        .executableTarget(name: "FuzzMessage", dependencies: ["FuzzDriver"]),
    ]
)
