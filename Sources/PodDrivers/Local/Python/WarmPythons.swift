import Pods

/// What a Python that is kept warm may use.
package struct WarmPythonLimits: Hashable, Sendable {
    /// Forks that wait for a task at first; more when they are needed, up to as many as may run at once. At least 1.
    package var spares: Int
    /// Tasks until it is replaced, 1 to 1,000,000. Replacing costs an ordinary start.
    package var tasksMax: Int
    /// Bytes of memory at which it is replaced. It runs no code of users, so it has no reason to grow.
    package var bytesMax: Int
    /// How long it stays without a task.
    package var idleMax: Duration
    /// How long a task may wait to be taken. A warm Python begins within a second on a slow machine.
    package var takenMax: Duration

    /// Makes limits.
    package init(
        spares: Int = 2,
        tasksMax: Int = 10_000,
        bytesMax: Int = 256 << 20,
        idleMax: Duration = .seconds(300),
        takenMax: Duration = .seconds(30)
    ) {
        self.spares = spares
        self.tasksMax = tasksMax
        self.bytesMax = bytesMax
        self.idleMax = idleMax
        self.takenMax = takenMax
    }
}

/// Decides which components are left to a warm Python, and when one begins and ends.
///
///     first component of an environment ─► begun ─► idle too long, or a task is not taken ─► ended
///                                            └─► by itself: enough tasks, too large, killed ─► ended
///     three that ended without having taken a task ─► components start in the ordinary way
///
/// Whatever goes wrong, a task that a warm Python has not taken is started in the ordinary way: a folder is
/// claimed once.
struct WarmPythons: Sendable {
    /// How a component starts.
    enum Way: Hashable, Sendable {
        /// By a Python of its own.
        case ordinary
        /// By the environment's warm Python, which has to be started first.
        case begin
        /// By the environment's warm Python.
        case join
    }

    /// What the shell has to do.
    enum Action: Hashable, Sendable {
        /// Let it end: it has no more to do.
        case release(environment: String)
        /// End it at once: it does not answer.
        case kill(environment: String)
        /// See what became of a task that it was told of.
        case look(PodName)
    }

    private struct Resident {
        var usedAt: Duration
        var hasServed = false
        var isEnding = false
    }

    private struct Untaken {
        var environment: String
        var until: Duration
    }

    /// Warm Pythons in a row that served nothing, after which an environment is left alone.
    private static let failuresMax = 3

    private let limits: WarmPythonLimits
    private var residents: [String: Resident] = [:]
    private var failures: [String: Int] = [:]
    private var untaken: [PodName: Untaken] = [:]

    init(_ limits: WarmPythonLimits) {
        self.limits = limits
    }

    /// Whether a program can be a fork of a Python that was started with these variables. A fork cannot be
    /// given volumes, which are mounted before a program starts, nor programs to run before and beside it, nor what
    /// the interpreter reads at its start.
    static func canFork(_ program: Program, startedWith variables: [String: String]) -> Bool {
        let own = program.variables.map { ($0.name, $0.value) }
        return program.mounts.isEmpty && program.steps.isEmpty
            && Dictionary(own.filter { ProgramVariables.matterAtStart($0.0) }) { $1 }
                == variables.filter { ProgramVariables.matterAtStart($0.key) }
    }

    /// How a component that wants to start does so.
    func way(in environment: String) -> Way {
        if let resident = residents[environment] { return resident.isEnding ? .ordinary : .join }
        return failures[environment, default: 0] < Self.failuresMax ? .begin : .ordinary
    }

    /// An environment's warm Python has begun.
    mutating func began(environment: String, now: Duration) {
        residents[environment] = Resident(usedAt: now)
    }

    /// It has been told of a task.
    mutating func handedOver(_ name: PodName, to environment: String, now: Duration) {
        residents[environment]?.usedAt = now
        untaken[name] = Untaken(environment: environment, until: now + limits.takenMax)
    }

    /// A task has been taken.
    mutating func taken(_ name: PodName) {
        guard let environment = untaken.removeValue(forKey: name)?.environment else { return }
        residents[environment]?.hasServed = true
        failures[environment] = nil
    }

    /// Nobody will take a task any more; whether it had been handed over at all.
    mutating func missed(_ name: PodName) -> Bool {
        untaken.removeValue(forKey: name) != nil
    }

    /// A warm Python is gone, for whatever reason. Of the tasks it had not taken we hear one by one.
    mutating func ended(environment: String) {
        guard let resident = residents.removeValue(forKey: environment) else { return }
        if !resident.hasServed { failures[environment, default: 0] += 1 }
    }

    /// Time has passed.
    mutating func ticked(now: Duration) -> [Action] {
        var actions: [Action] = []
        for (environment, resident) in residents where !resident.isEnding {
            let waiting = untaken.filter { $0.value.environment == environment }
            if waiting.values.contains(where: { $0.until <= now }) {
                actions.append(.kill(environment: environment))
                // Nobody need hear of it: those that were stopped keep what they were told.
                actions += waiting.keys.sorted { $0.description < $1.description }.map { .look($0) }
            } else if waiting.isEmpty, resident.usedAt + limits.idleMax <= now {
                actions.append(.release(environment: environment))
            } else {
                continue
            }
            residents[environment]?.isEnding = true
        }
        return actions
    }

    /// When ``ticked(now:)`` has something to do next.
    var nextDeadline: Duration? {
        let living = residents.filter { !$0.value.isEnding }
        let waiting = untaken.values.filter { living[$0.environment] != nil }
        let busy = Set(waiting.map(\.environment))
        let idle = living.filter { !busy.contains($0.key) }.map { $0.value.usedAt + limits.idleMax }
        return (idle + waiting.map(\.until)).min()
    }
}
