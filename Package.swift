// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target is built with the same strict settings.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .treatAllWarnings(as: .error),
]

/// A library of the house: which of our targets below it and which packages it may import; `resources` are files and
/// folders that become part of the program.
func library(
    _ name: String,
    _ ours: [String] = [],
    packages: [Target.Dependency] = [],
    embedding resources: [String] = []
) -> Target {
    .target(
        name: name,
        dependencies: ours.map { .target(name: $0) } + packages,
        resources: resources.map { .embedInCode($0) },
        swiftSettings: strict
    )
}

/// The tests of a target, or of a concern that crosses targets; `data` names folders they read from the sources.
func tests(
    _ name: String,
    _ ours: [String],
    packages: [Target.Dependency] = [],
    data: [String] = []
) -> Target {
    .testTarget(
        name: name,
        dependencies: ours.map { .target(name: $0) } + packages,
        exclude: data,
        swiftSettings: strict
    )
}

let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdTesting = Target.Dependency.product(
    name: "HummingbirdTesting",
    package: "hummingbird"
)
let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let argumentParser = Target.Dependency.product(
    name: "ArgumentParser",
    package: "swift-argument-parser"
)
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let coreMetrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let metricsTestKit = Target.Dependency.product(name: "MetricsTestKit", package: "swift-metrics")
let configuration = Target.Dependency.product(
    name: "Configuration",
    package: "swift-configuration"
)
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let unixSignals = Target.Dependency.product(
    name: "UnixSignals",
    package: "swift-service-lifecycle"
)
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let lifecycle = Target.Dependency.product(
    name: "ServiceLifecycle",
    package: "swift-service-lifecycle"
)

let package = Package(
    name: "martlet",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "martlet", targets: ["martlet"]),
        .executable(name: "martlet-supervisor", targets: ["martlet-supervisor"]),
    ],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(
            url: "https://github.com/apple/swift-configuration",
            from: "1.4.0",
            traits: [.defaults, "YAML"]
        ),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
        .package(
            url: "https://github.com/swift-server/swift-service-lifecycle",
            from: "2.13.0"
        ),
    ],
    targets: [
        // Row 0: words.
        library("Model"),
        // Row 1: pure decisions.
        library("PipelineIR", ["Model"]),
        library("Engine", ["Model", "PipelineIR"]),
        library("Wire", ["Model"]),
        // Row 2: ports.
        library("Store", ["Model"]),
        library("Pods", ["Model"]),
        library("Artifacts", ["Model"]),
        // Row 3: drivers.
        library("StoreDrivers", ["Model", "Store"], packages: [grdb]),
        .target(name: "CProcesses"),
        library(
            "PodDrivers",
            ["Model", "Pods", "CProcesses"],
            packages: [crypto, logging],
            embedding: ["Local/Python/warm.py"]
        ),
        library(
            "ArtifactDrivers",
            ["Model", "Artifacts"],
            packages: [crypto, httpClient, nio, nioHTTP, nioPosix]
        ),
        // Row 4: shell.
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        library(
            "Services",
            ["Model", "PipelineIR", "Engine", "Store", "Pods", "Artifacts", "CZlib"],
            packages: [crypto, yams]
        ),
        library(
            "Orchestrator",
            ["Model", "PipelineIR", "Engine", "Store", "Pods", "Artifacts"],
            packages: [crypto, logging, lifecycle, metrics]
        ),
        library(
            "Upkeep",
            [
                "Model", "PipelineIR", "Wire", "Store", "Pods", "Artifacts", "StoreDrivers", "PodDrivers",
                "ArtifactDrivers",
            ],
            packages: [crypto]
        ),
        // Row 5: edges.
        library(
            "API",
            ["Model", "Wire", "Services"],
            packages: [hummingbird, httpTypes, lifecycle, nio, logging]
        ),
        library(
            "WebUI",
            ["Model", "PipelineIR", "Wire", "Services"],
            packages: [crypto, hummingbird, httpTypes, lifecycle, logging, mustache, nio],
            embedding: ["Resources"]
        ),
        library(
            "Commands",
            ["Model", "Wire"],
            packages: [argumentParser, httpClient, nio, nioHTTP, subprocess, yams]
        ),
        // Row 6: the root.
        .executableTarget(
            name: "martlet",
            dependencies: [
                "Model", "Store", "Pods", "Artifacts", "StoreDrivers", "PodDrivers",
                "ArtifactDrivers", "Services", "Orchestrator", "Upkeep", "API", "WebUI", "Commands",
                argumentParser, configuration, coreMetrics, hummingbird, httpTypes, lifecycle, logging,
                metrics, nio, unixSignals,
            ],
            swiftSettings: strict
        ),
        // Outlives the server and keeps a local pod's exit status.
        // It is plain C; linked statically, so that no pod waits for the Swift runtime to be loaded.
        .executableTarget(
            name: "martlet-supervisor",
            path: "Sources/supervisor",
            linkerSettings: [
                .unsafeFlags(["-nostartfiles", "-static-executable"], .when(platforms: [.linux]))
            ]
        ),

        .target(
            name: "TestKit",
            dependencies: ["Model"],
            path: "Tests/TestKit",
            swiftSettings: strict
        ),
        // What the engine alone needs for an iteration; a part of `make bench`.
        .executableTarget(
            name: "loop-bench",
            dependencies: ["Model", "PipelineIR", "Engine", "TestKit"],
            path: "Tests/LoopBench",
            swiftSettings: strict
        ),
        // What answers cost under load; a part of `make bench`.
        .executableTarget(
            name: "load-bench",
            dependencies: [httpClient, nio, nioHTTP],
            path: "Tests/LoadBench",
            swiftSettings: strict
        ),
        // A whole server without its loops: real use cases and database, scripted pods.
        .target(
            name: "ServerKit",
            dependencies: [
                "Model", "Store", "StoreDrivers", "Pods", "Artifacts", "Services", "TestKit",
            ],
            path: "Tests/ServerKit",
            swiftSettings: strict
        ),
        // Runs and servers that no one has written down, by seed.
        .target(
            name: "Simulation",
            dependencies: [
                "Model", "PipelineIR", "Engine", "Store", "StoreDrivers", "Pods", "Services", "Orchestrator",
                "TestKit", "ServerKit", logging,
            ],
            path: "Tests/Simulation",
            swiftSettings: strict
        ),
        // The same from a shell, optimised: `make simulate`.
        .executableTarget(
            name: "simulate",
            dependencies: ["Simulation", argumentParser],
            path: "Tests/Simulate",
            swiftSettings: strict
        ),
        tests("ModelTests", ["Model"]),
        tests("PipelineIRTests", ["Model", "PipelineIR", "TestKit"], data: ["Specs"]),
        tests("EngineTests", ["Model", "PipelineIR", "Engine", "TestKit"]),
        tests("SimulationTests", ["Simulation"]),
        tests("PodDriversTests", ["Model", "Pods", "PodDrivers", "martlet-supervisor", "TestKit"]),
        tests("ArtifactDriversTests", ["Model", "Artifacts", "ArtifactDrivers", "TestKit"]),
        tests("WireTests", ["Model", "Wire", "TestKit"]),
        tests("StoreTests", ["Model", "Store", "StoreDrivers"]),
        tests("StoreDriversTests", ["Model", "Store", "StoreDrivers"], packages: [grdb]),
        tests(
            "ServicesTests",
            ["Model", "PipelineIR", "Services", "Store", "StoreDrivers", "TestKit", "ServerKit"]
        ),
        tests(
            "UpkeepTests",
            [
                "Model", "Store", "Pods", "Artifacts", "StoreDrivers", "PodDrivers", "ArtifactDrivers",
                "Upkeep",
                "ServerKit",
            ]
        ),
        tests(
            "APITests",
            ["Model", "Wire", "Pods", "Services", "Store", "API", "TestKit", "ServerKit"],
            packages: [hummingbird, hummingbirdTesting, httpTypes, nio, logging]
        ),
        tests(
            "OrchestratorTests",
            [
                "Model", "Engine", "Pods", "Artifacts", "ArtifactDrivers", "Services", "Store",
                "StoreDrivers",
                "Orchestrator", "TestKit", "ServerKit",
            ],
            packages: [coreMetrics, metricsTestKit, logging]
        ),
        tests(
            "WebUITests",
            ["Model", "PipelineIR", "Services", "Store", "WebUI", "TestKit", "ServerKit"],
            packages: [hummingbird, hummingbirdTesting, httpTypes, nio, logging]
        ),
        // Reads the sources for rules the compiler does not know.
        tests("CommandsTests", ["Model", "Wire", "Commands"], packages: [argumentParser]),
        tests("TidyTests", []),
    ]
)
