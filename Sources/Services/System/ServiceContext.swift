package import Artifacts
package import Model
package import Pods
package import Store

/// What every use case may need: the ports, time, names, and a way to tell the loops that there is work.
package struct ServiceContext: Sendable {
    /// Hints to the loops; they would find out by themselves, only later.
    package struct Hints: Sendable {
        /// A run was stored.
        package var runCreated: @Sendable () -> Void
        /// A run was asked to stop.
        package var terminationRequested: @Sendable (RunID) -> Void
        /// A run's rows are gone.
        package var runDeleted: @Sendable (RunID) -> Void
        /// A recurring run was stored, edited or enabled.
        package var recurringRunsChanged: @Sendable () -> Void

        /// Makes hints.
        package init(
            runCreated: @escaping @Sendable () -> Void,
            terminationRequested: @escaping @Sendable (RunID) -> Void,
            runDeleted: @escaping @Sendable (RunID) -> Void,
            recurringRunsChanged: @escaping @Sendable () -> Void = {}
        ) {
            self.runCreated = runCreated
            self.terminationRequested = terminationRequested
            self.runDeleted = runDeleted
            self.recurringRunsChanged = recurringRunsChanged
        }
    }

    /// Where everything is stored.
    package let database: any Database
    /// Where logs come from.
    package let pods: any PodRuntime
    /// Where artifacts are.
    package let artifacts: any ArtifactStore
    /// The time.
    package let now: @Sendable () -> Instant
    /// A new UUID.
    package let newID: @Sendable () -> String
    /// Hints to the loops.
    package let hints: Hints
    /// Fetches the pipeline file at an address: its name and its bytes.
    package let fetchPackage: @Sendable (String) async throws -> (name: String, bytes: [UInt8])
    /// Says when something was written.
    package let signal: ChangeSignal
    /// What the program knows of itself.
    package let facts: ServerFacts
    /// What came of the last look for what nobody wants to keep.
    let sweeps = SweepJournal()

    /// Makes a context.
    package init(
        database: any Database,
        pods: any PodRuntime,
        artifacts: any ArtifactStore,
        now: @escaping @Sendable () -> Instant,
        newID: @escaping @Sendable () -> String,
        hints: Hints,
        fetchPackage: @escaping @Sendable (String) async throws -> (name: String, bytes: [UInt8]),
        facts: ServerFacts,
        signal: ChangeSignal = ChangeSignal()
    ) {
        self.database = database
        self.pods = pods
        self.artifacts = artifacts
        self.now = now
        self.newID = newID
        self.hints = hints
        self.fetchPackage = fetchPackage
        self.facts = facts
        self.signal = signal
    }
}

/// All use cases, by feature.
package struct UseCases: Sendable {
    /// What changed.
    package let changes: ChangeService
    /// How the server is.
    package let health: HealthService
    /// Experiments.
    package let experiments: ExperimentService
    /// Pipelines and their versions.
    package let pipelines: PipelineService
    /// Runs.
    package let runs: RunService
    /// What happens to runs and artifacts that nobody wants to keep.
    package let retention: RetentionService
    /// Recurring runs.
    package let recurringRuns: RecurringRunService
    /// Tasks and logs.
    package let tasks: TaskService
    /// Artifacts and their lineage.
    package let artifacts: ArtifactService

    /// Makes all use cases over one context.
    package init(_ context: ServiceContext) {
        changes = ChangeService(context: context, signal: context.signal)
        health = HealthService(context: context)
        experiments = ExperimentService(context: context)
        pipelines = PipelineService(context: context)
        runs = RunService(context: context)
        retention = RetentionService(context: context)
        recurringRuns = RecurringRunService(context: context)
        tasks = TaskService(context: context)
        artifacts = ArtifactService(context: context)
    }
}

/// Checks the length of a name that people choose.
func checkName(_ name: String, of thing: String, charactersMax: Int) throws {
    if name.isEmpty {
        throw PlatformError.invalid(
            "The name of the \(thing) is missing; give it 1 to \(charactersMax) characters."
        )
    }
    // Scalars, not what people see as one character: a letter may bear a megabyte of accents.
    let count = name.unicodeScalars.count
    if count > charactersMax {
        throw PlatformError.invalid(
            "The name of the \(thing) has \(count) characters; at most \(charactersMax) are allowed."
        )
    }
}

/// Checks labels. Source: KFP tag limits.
func checkTags(_ tags: [String: String]) throws {
    if tags.count > 20 { throw PlatformError.invalid("tags: found \(tags.count), at most 20 are allowed.") }
    for (key, value) in tags.sorted(by: { $0.key < $1.key }) {
        if key.isEmpty || key.unicodeScalars.count > 63 || key.contains(".") {
            throw PlatformError.invalid("tags.\(key): a key has 1 to 63 characters and no '.'.")
        }
        if value.unicodeScalars.count > 63 {
            throw PlatformError.invalid("tags.\(key): the value has more than 63 characters.")
        }
    }
}
