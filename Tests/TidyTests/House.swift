/// Where each target stands and what it may import: the module grid of docs/architecture.md, as a table.
///
/// A new target is added here, in `Package.swift` and on that page, or these tests fail.
enum House {
    /// One folder of `Sources`.
    struct Room: Sendable {
        /// The folder's and target's name.
        let name: String
        /// 0 for the words at the bottom to 6 for the root.
        let row: Int
        /// Our own targets it may import.
        let ours: Set<String>
        /// Modules of packages it may import.
        let packages: Set<String>

        /// Whether it must stay free of clocks, chance, tasks and input or output.
        var isPure: Bool { row <= 2 }
        /// Whether it may go around the compiler's concurrency checks, with a reason at the place.
        var isDriver: Bool { row == 3 }

        init(_ name: String, row: Int, _ ours: Set<String>, packages: Set<String> = []) {
            self.name = name
            self.row = row
            self.ours = ours
            self.packages = packages
        }
    }

    /// Every room, from the bottom up.
    static let rooms: [Room] = [
        Room("Model", row: 0, []),

        Room("PipelineIR", row: 1, ["Model"]),
        Room("Engine", row: 1, ["Model", "PipelineIR"]),
        Room("Wire", row: 1, ["Model"]),

        Room("Store", row: 2, ["Model"]),
        Room("Pods", row: 2, ["Model"]),
        Room("Artifacts", row: 2, ["Model"]),

        Room("StoreDrivers", row: 3, ["Model", "Store"], packages: ["GRDB"]),
        Room("PodDrivers", row: 3, ["Model", "Pods"], packages: ["CProcesses", "Crypto", "Logging"]),
        Room(
            "ArtifactDrivers",
            row: 3,
            ["Model", "Artifacts"],
            packages: networking.union(["AsyncHTTPClient", "Crypto"])
        ),

        Room(
            "Services",
            row: 4,
            ["Model", "PipelineIR", "Engine", "Store", "Pods", "Artifacts"],
            packages: ["Crypto", "CZlib", "Yams"]
        ),
        Room(
            "Orchestrator",
            row: 4,
            ["Model", "PipelineIR", "Engine", "Store", "Pods", "Artifacts"],
            packages: ["Crypto", "Logging", "Metrics", "ServiceLifecycle"]
        ),

        Room(
            "Upkeep",
            row: 4,
            [
                "Model", "PipelineIR", "Wire", "Store", "Pods", "Artifacts", "StoreDrivers", "PodDrivers",
                "ArtifactDrivers",
            ],
            packages: ["Crypto"]
        ),

        Room(
            "API",
            row: 5,
            ["Model", "Wire", "Services"],
            packages: networking.union(["Hummingbird", "Logging", "ServiceLifecycle"])
        ),
        Room(
            "WebUI",
            row: 5,
            ["Model", "PipelineIR", "Wire", "Services"],
            packages: networking.union(["Crypto", "Hummingbird", "Logging", "Mustache", "ServiceLifecycle"])
        ),
        Room(
            "Commands",
            row: 5,
            ["Model", "Wire"],
            packages: networking.union(["ArgumentParser", "AsyncHTTPClient", "Subprocess", "Yams"])
        ),

        Room(
            "martlet",
            row: 6,
            [
                "Model", "Store", "Pods", "Artifacts", "StoreDrivers", "PodDrivers", "ArtifactDrivers",
                "Services", "Orchestrator", "Upkeep", "API", "WebUI", "Commands",
            ],
            packages: networking.union([
                "ArgumentParser", "Configuration", "CoreMetrics", "Hummingbird", "Logging", "Metrics",
                "ServiceLifecycle", "UnixSignals",
            ])
        ),
    ]

    /// Folders of `Sources` that hold no Swift.
    static let foreign: Set<String> = ["supervisor", "CProcesses", "CZlib"]

    /// Modules that come with Hummingbird and AsyncHTTPClient and whose types their interfaces use.
    private static let networking: Set<String> = [
        "HTTPTypes", "HummingbirdCore", "NIOCore", "NIOFoundationCompat", "NIOHTTP1", "NIOPosix",
    ]

    /// Modules of the toolchain that a room may import.
    static func toolchain(for room: Room) -> Set<String> {
        if room.isPure { return ["FoundationEssentials"] }
        return [
            "Darwin", "Dispatch", "Foundation", "FoundationEssentials", "Glibc", "Musl", "Synchronization",
            "System", "SystemPackage",
        ]
    }
}
