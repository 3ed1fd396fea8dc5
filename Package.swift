// swift-tools-version: 6.0
// SPDX-License-Identifier: Apache-2.0
//
// Dependencies point down only:
//
//   segstore ─▶ Query  ─▶ CodeGraph ─▶ SegmentStore ─▶ Codec ─▶ CSegstoreLZ4, CSegstoreZstd,
//            ├▶ Ingest ─▶ CodeGraph        ├─────────▶ Platform      CSegstoreXXHash
//            │    └─────▶ CSegstoreTreeSitter
//            ├▶ Exchange ─▶ SegmentStore ──┤
//            │        └───▶ CSegstoreJSON  │
//            ├▶ SQL ─▶ Exchange ───────────┘
//            │   └───▶ CSegstoreSQLite
//            └▶ CSegstoreHTTP
//
import PackageDescription

let strict: [SwiftSetting] = [.swiftLanguageMode(.v6)]

let package = Package(
    name: "segstore",
    products: [
        .library(name: "SegmentStore", targets: ["SegmentStore"]),
        .library(name: "CodeGraph", targets: ["CodeGraph"]),
        .library(name: "Query", targets: ["Query"]),
        .library(name: "Exchange", targets: ["Exchange"]),
        .library(name: "SQL", targets: ["SQL"]),
        .executable(name: "segstore", targets: ["segstore"]),
        // For Tests/Fuzz, which is a package of its own.
        .library(name: "TestSupport", targets: ["TestSupport"]),
    ],
    targets: [
        // C libraries out of Debian: a module map and a header each.
        .systemLibrary(
            name: "CSegstoreLZ4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"])]),
        .systemLibrary(
            name: "CSegstoreZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(
            name: "CSegstoreXXHash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"])]),
        .systemLibrary(
            name: "CSegstoreSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),

        // C++ out of Debian behind C of ours: simdjson.
        .target(
            name: "CSegstoreJSON",
            linkerSettings: [.linkedLibrary("simdjson")]),

        // libmicrohttpd, which it loads, and zlib.
        .target(
            name: "CSegstoreHTTP",
            linkerSettings: [.linkedLibrary("z")]),

        // The parser, whose sources and grammars scripts/setup fetches. Grammars find what they need
        // of Python in the program that loads them, so it exports that.
        .target(
            name: "CSegstoreTreeSitter",
            cSettings: [
                .headerSearchPath("../../ThirdParty/tree-sitter/core/include"),
                .headerSearchPath("../../ThirdParty/tree-sitter/core/src"),
                // Also in a debug build, where it would take nearly all of the time.
                .unsafeFlags(["-O2", "-w"]),
            ],
            linkerSettings: [.unsafeFlags(["-Xlinker", "--export-dynamic"])]),

        // The engine.
        .target(name: "Platform", swiftSettings: strict),
        .target(
            name: "Codec",
            dependencies: ["CSegstoreLZ4", "CSegstoreZstd", "CSegstoreXXHash"],
            swiftSettings: strict),
        .target(
            name: "SegmentStore", dependencies: ["Codec", "Platform"], swiftSettings: strict),

        // Rows as text, in and out.
        .target(
            name: "Exchange",
            dependencies: ["SegmentStore", "Codec", "Platform", "CSegstoreJSON"],
            swiftSettings: strict),

        // Questions in SQL.
        .target(
            name: "SQL",
            dependencies: ["Exchange", "SegmentStore", "Codec", "Platform", "CSegstoreSQLite"],
            swiftSettings: strict),

        // What is known of code.
        .target(name: "CodeGraph", dependencies: ["SegmentStore"], swiftSettings: strict),
        .target(
            name: "Ingest",
            dependencies: [
                "CodeGraph", "SegmentStore", "Platform", "Codec", "CSegstoreTreeSitter",
            ],
            swiftSettings: strict),
        .target(
            name: "Query", dependencies: ["CodeGraph", "SegmentStore", "Codec", "Platform"],
            swiftSettings: strict),

        .executableTarget(
            name: "segstore",
            dependencies: [
                "Query", "Ingest", "Exchange", "SQL", "CodeGraph", "SegmentStore", "Codec",
                "Platform", "CSegstoreHTTP",
            ],
            resources: [
                .embedInCode("Server/Page/page.html"), .embedInCode("Server/Page/page.css"),
                .embedInCode("Server/Page/page.js"),
            ],
            swiftSettings: strict),

        // In this package, for a package of its own could not see `package` declarations.
        .executableTarget(
            name: "EngineBenchmarks",
            dependencies: [
                "Query", "Ingest", "Exchange", "CodeGraph", "SegmentStore", "Codec", "Platform",
                "BenchmarkCounters",
            ],
            path: "Benchmarks/EngineBenchmarks",
            swiftSettings: strict),
        .target(name: "BenchmarkCounters", path: "Benchmarks/Counters"),

        .target(
            name: "TestSupport",
            dependencies: [
                "Query", "Exchange", "CodeGraph", "SegmentStore", "Platform", "Codec",
            ],
            path: "Tests/TestSupport", swiftSettings: strict),
        // A process that tests start and kill.
        .executableTarget(
            name: "StressTool", dependencies: ["CodeGraph", "SegmentStore", "TestSupport"],
            path: "Tests/StressTool",
            swiftSettings: strict),
        .testTarget(
            name: "CodecTests", dependencies: ["Codec", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "SegmentStoreTests",
            dependencies: [
                "segstore", "SegmentStore", "Codec", "Platform", "CodeGraph", "TestSupport",
            ],
            exclude: ["Fixtures"], swiftSettings: strict),
        .testTarget(
            name: "QueryTests",
            dependencies: [
                "Query", "Ingest", "CodeGraph", "SegmentStore", "Platform", "TestSupport",
            ],
            exclude: ["Independent"], swiftSettings: strict),
        .testTarget(
            name: "ExchangeTests",
            dependencies: ["Exchange", "SegmentStore", "CodeGraph", "Codec", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "SQLTests",
            dependencies: [
                "SQL", "CSegstoreSQLite", "Exchange", "SegmentStore", "CodeGraph", "Codec",
                "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "IngestTests",
            dependencies: ["Ingest", "SegmentStore", "CodeGraph", "Platform", "TestSupport"],
            exclude: ["Samples", "Links", "Traced"], swiftSettings: strict),
        .testTarget(
            name: "CommandLineTests",
            dependencies: ["segstore", "SegmentStore", "Codec", "CodeGraph", "TestSupport"],
            exclude: ["Golden", "Independent"],
            swiftSettings: strict),
        .testTarget(
            name: "ServerTests", dependencies: ["segstore", "Query", "Platform", "TestSupport"],
            exclude: ["Independent"], swiftSettings: strict),
        .testTarget(
            name: "TidyTests", dependencies: ["SegmentStore", "Codec", "TestSupport"],
            swiftSettings: strict),
    ],
    cxxLanguageStandard: .cxx17
)
