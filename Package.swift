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

/// A library of the house: which of our targets below it and which packages it may import.
func library(
    _ name: String, _ ours: [String] = [], packages: [Target.Dependency] = []
) -> Target {
    .target(name: name, dependencies: ours.map { .target(name: $0) } + packages, swiftSettings: strict)
}

/// The tests of a target, or of a concern that crosses targets.
func tests(_ name: String, _ ours: [String], packages: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: name, dependencies: ours.map { .target(name: $0) } + packages, swiftSettings: strict)
}

let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdTesting = Target.Dependency.product(
    name: "HummingbirdTesting", package: "hummingbird")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let argumentParser = Target.Dependency.product(
    name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let lifecycle = Target.Dependency.product(
    name: "ServiceLifecycle", package: "swift-service-lifecycle")

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
        .package(url: "https://github.com/apple/swift-nio", from: "2.80.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
        .package(
            url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
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
        library("PodDrivers", ["Model", "Pods"], packages: [crypto, logging]),
        library("ArtifactDrivers", ["Model", "Artifacts"]),
        // Row 4: shell.
        library(
            "Services", ["Model", "PipelineIR", "Engine", "Store", "Pods", "Artifacts"],
            packages: [logging, yams]),
        library(
            "Orchestrator", ["Model", "PipelineIR", "Engine", "Store", "Pods", "Artifacts"],
            packages: [logging, lifecycle]),
        // Row 5: edges.
        library("API", ["Model", "Wire", "Services"], packages: [hummingbird, logging]),
        library(
            "Commands", ["Model", "Wire"],
            packages: [argumentParser, httpClient, nioCore, nioHTTP, subprocess, yams]),
        // Row 6: the root.
        .executableTarget(
            name: "martlet",
            dependencies: [
                "Model", "Store", "Pods", "Artifacts", "StoreDrivers", "PodDrivers",
                "ArtifactDrivers", "Services", "Orchestrator", "API", "Commands",
                argumentParser, logging, lifecycle, hummingbird,
            ],
            swiftSettings: strict),
        // Outlives the server and keeps a local pod's exit status.
        .executableTarget(name: "martlet-supervisor", path: "Sources/supervisor"),

        tests("ModelTests", ["Model"]),
        tests("WireTests", ["Model", "Wire"]),
        tests("CommandsTests", ["Model", "Wire", "Commands"], packages: [argumentParser]),
    ])
