import Model
import Pods

/// Decides how environments come about: which interpreter, one build for all who want it, few builds at once.
///
///     demanded ─► interpreter asked (once) ─► looked at on disk ─► ready
///                                                   └─► waits for a place ─► create ─► install ─► ready
///     a step failed ─► failed: everybody who waits is told, and the next demand builds anew
///
/// Nothing that is ready or failed is remembered: the disk is the truth, and looking is cheap.
struct PythonEnvironments: Sendable {
    /// What the shell has to do or pass on, in order.
    enum Action: Hashable, Sendable {
        /// Ask the interpreter of this name about itself.
        case ask(candidate: String)
        /// Look whether the environment is on disk.
        case look(PythonEnvironment)
        /// Run a step, or attach to it if it runs already.
        case run(PythonEnvironment, PythonEnvironment.Step, build: Int)
        /// The environment can be used.
        case ready(EnvironmentRequest, PythonEnvironment)
        /// It cannot be had.
        case failed(EnvironmentRequest, Reason, logTail: String)
        /// Something to tell those who wait.
        case progress(EnvironmentRequest, String)
    }

    /// How a step ended.
    struct StepEnd: Hashable, Sendable {
        var record: ExitRecord
        var logPath: String
        var logTail: String
    }

    private struct Undecided {
        var request: EnvironmentRequest
        var candidate = 0
        var objections: [String] = []
    }

    private enum Phase {
        case looking
        case waiting(build: Int)
        case building(build: Int, step: PythonEnvironment.Step)
    }

    private struct Preparation {
        var environment: PythonEnvironment
        var requests: [EnvironmentRequest]
        var phase: Phase
        var progress: String
    }

    /// Builds at once; pip uses the network and the disk, rarely the cores.
    static let buildsMax = 2

    private let root: String
    private var interpreters: [String: PythonInterpreter] = [:]
    private var undecided: [Undecided] = []
    private var preparations: [String: Preparation] = [:]
    private var queue: [String] = []

    init(root: String) {
        self.root = root
    }

    /// Environments being built, whose logs are worth looking at.
    var building: [(environment: PythonEnvironment, build: Int)] {
        preparations.values.compactMap {
            if case .building(let build, .install) = $0.phase { ($0.environment, build) } else { nil }
        }
    }

    /// Somebody needs an environment.
    mutating func demanded(_ request: EnvironmentRequest) -> [Action] {
        if undecided.contains(where: { $0.request == request }) {
            return [.progress(request, Self.beginning)]
        }
        if let preparation = preparations.values.first(where: { $0.requests.contains(request) }) {
            return [.progress(request, preparation.progress)]
        }
        return [.progress(request, Self.beginning)] + decide(Undecided(request: request))
    }

    /// An interpreter has answered, or cannot.
    mutating func answered(
        _ candidate: String,
        _ answer: Result<PythonInterpreter, PythonInterpreter.Objection>
    ) -> [Action] {
        let waiting = undecided.filter { $0.request.candidates[$0.candidate] == candidate }
        undecided.removeAll { $0.request.candidates[$0.candidate] == candidate }
        switch answer {
        case .success(let interpreter):
            interpreters[candidate] = interpreter
            return waiting.flatMap { prepare($0.request, interpreter) }
        case .failure(let objection):
            return waiting.flatMap { waiting in
                var next = waiting
                next.candidate += 1
                next.objections.append(objection.message)
                return decide(next)
            }
        }
    }

    /// The disk has been looked at: `build` is the number of the build to start or go on with, `nil` if it
    /// is ready.
    mutating func looked(at environment: PythonEnvironment, build: Int?) -> [Action] {
        guard var preparation = preparations[environment.path] else { return [] }
        guard let build else { return finish(environment) }
        preparation.phase = .waiting(build: build)
        preparations[environment.path] = preparation
        queue.append(environment.path)
        return startNext()
            + progress(of: environment, "waiting for other environments to be built", onlyWaiting: true)
    }

    /// The disk cannot be looked at.
    mutating func unreadable(_ environment: PythonEnvironment, _ reason: Reason) -> [Action] {
        let requests = preparations.removeValue(forKey: environment.path)?.requests ?? []
        return requests.map { .failed($0, reason, logTail: "") } + startNext()
    }

    /// A step of a build found the disk full; the disk is looked at again when it is not, see ``looked(at:build:)``.
    mutating func waitingForRoom(_ environment: PythonEnvironment) -> [Action] {
        progress(of: environment, "waiting for room on the disk")
    }

    /// A step of a build is over.
    mutating func ended(_ environment: PythonEnvironment, _ step: PythonEnvironment.Step, _ end: StepEnd)
        -> [Action]
    {
        guard var preparation = preparations[environment.path],
            case .building(let build, step) = preparation.phase
        else { return [] }
        guard end.record.isSuccess else {
            preparations[environment.path] = nil
            let reason = Self.failure(of: step, end, interpreter: environment.interpreter)
            return preparation.requests.map { .failed($0, reason, logTail: end.logTail) } + startNext()
        }
        switch step {
        case .create:
            preparation.phase = .building(build: build, step: .install)
            preparations[environment.path] = preparation
            return [.run(environment, .install, build: build)]
                + progress(of: environment, "installing packages")
        case .install:
            return finish(environment)
        }
    }

    /// pip is at this package.
    mutating func installing(_ package: String, in environment: PythonEnvironment) -> [Action] {
        progress(of: environment, "installing \(package)…")
    }

    private static let beginning = "Preparing the Python environment."

    private mutating func decide(_ next: Undecided) -> [Action] {
        guard next.candidate < next.request.candidates.count else {
            let reason = Reason(
                .environmentFailed,
                "The task is a Python component and needs a Python on this machine: "
                    + next.objections.joined(separator: "; ")
                    + ". Install Python with venv and pip, then retry."
            )
            return [.failed(next.request, reason, logTail: "")]
        }
        let candidate = next.request.candidates[next.candidate]
        if let interpreter = interpreters[candidate] { return prepare(next.request, interpreter) }
        let isAsked = undecided.contains { $0.request.candidates[$0.candidate] == candidate }
        undecided.append(next)
        return isAsked ? [] : [.ask(candidate: candidate)]
    }

    private mutating func prepare(_ request: EnvironmentRequest, _ interpreter: PythonInterpreter) -> [Action]
    {
        let environment = PythonEnvironment(request, of: interpreter, in: root)
        if preparations[environment.path] != nil {
            preparations[environment.path]?.requests.append(request)
            return []
        }
        preparations[environment.path] = Preparation(
            environment: environment,
            requests: [request],
            phase: .looking,
            progress: Self.beginning
        )
        return [.look(environment)]
    }

    private mutating func startNext() -> [Action] {
        var actions: [Action] = []
        while !queue.isEmpty, runningCount < Self.buildsMax {
            let path = queue.removeFirst()
            guard var preparation = preparations[path], case .waiting(let build) = preparation.phase else {
                continue
            }
            preparation.phase = .building(build: build, step: .create)
            preparations[path] = preparation
            actions.append(.run(preparation.environment, .create, build: build))
            actions += progress(of: preparation.environment, "creating it")
        }
        return actions
    }

    private var runningCount: Int {
        preparations.values.count { if case .building = $0.phase { true } else { false } }
    }

    private mutating func finish(_ environment: PythonEnvironment) -> [Action] {
        let requests = preparations.removeValue(forKey: environment.path)?.requests ?? []
        return requests.map { .ready($0, environment) } + startNext()
    }

    private mutating func progress(
        of environment: PythonEnvironment,
        _ what: String,
        onlyWaiting: Bool = false
    ) -> [Action] {
        guard var preparation = preparations[environment.path] else { return [] }
        if onlyWaiting {
            guard case .waiting = preparation.phase else { return [] }
        }
        let text = "Preparing the Python \(environment.interpreter.version) environment: \(what)"
        guard text != preparation.progress else { return [] }
        preparation.progress = text
        preparations[environment.path] = preparation
        return preparation.requests.map { .progress($0, text) }
    }

    private static func failure(
        of step: PythonEnvironment.Step,
        _ end: StepEnd,
        interpreter: PythonInterpreter
    ) -> Reason {
        let how =
            switch end.record {
            case .exited(let code, _, _): "ended with status \(code)"
            case .signaled(let number, _, _): "was ended by signal \(number)"
            case .notExecuted(let errno, _), .notSetUp(let errno, _, _):
                "could not be started (\(Disk.message(of: errno)))"
            case .overdue: "ran longer than it was allowed"
            case .lost: "disappeared without a status"
            case .refused(let reason, _): "could not be started (\(reason.message))"
            }
        let lines = end.logTail.split(separator: "\n").suffix(8).joined(separator: "\n")
        let what: String
        let advice: String
        switch step {
        case .create:
            what = "Creating a virtual environment with \(interpreter.executable) \(how)."
            advice = "Check that this Python can make one: on Debian and Ubuntu, apt install python3-venv."
        case .install:
            what =
                "Installing the component's packages into its Python \(interpreter.version) environment "
                + "\(how)."
            advice =
                "Check the names and versions of the packages, the network, and pip's configuration"
                + " (pip config list)."
        }
        return Reason(
            .environmentFailed,
            "\(what) \(advice) A retry builds it anew. "
                + "The whole log is in \(end.logPath); it ends:\n\(lines)",
            details: ["logPath": .string(end.logPath)]
        )
    }
}
