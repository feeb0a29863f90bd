import Model
import Pods

/// Every decision about local pods, without a clock or a file: events in, commands out.
///
///     ensured ─► preparing ─► queued ─► starting ─► running ─► ended
///                    │           │          └──────────────────┘  (also without ever running)
///                    └───────────┴─► refusing ─► ended            (stopped, or it cannot run here)
///     found alive on disk ─► starting or running;  found over ─► ended
///
/// Late and repeated events are harmless: they find the pod in a phase in which they mean nothing.
struct LocalPodsState: Sendable {
    /// What the shell has to do, in this order.
    enum Command: Hashable, Sendable {
        case report(PodReport)
        /// Start the pod's program, or attach to it if that has happened already.
        case launch(PodSpec, ProgramStart)
        /// Watch a supervisor that lives.
        case attach(PodName, pid: Int32)
        /// Make sure it never starts and record why, with a log to show; the end comes back as an event.
        case refuse(PodName, Reason, log: String)
        /// Signal its process group.
        case signal(PodName, group: Int32, number: Int32)
        case environment(PythonEnvironments.Action)
    }

    /// What the shell saw of a pod that is new to us.
    enum Observation: Hashable, Sendable {
        case untouched
        case live(pid: Int32, started: StartRecord?)
        case ended(PodEnd)
    }

    private enum Phase {
        case preparing(EnvironmentRequest)
        case queued(ProgramStart)
        case refusing
        case starting(stop: Duration?)
        case running(StartRecord)
        case ended(PodEnd)
    }

    private struct Pod {
        var spec: PodSpec
        var phase: Phase
    }

    /// Source: POSIX signal numbers.
    private static let terminate: Int32 = 15
    private static let kill: Int32 = 9

    private var pods: [PodName: Pod] = [:]
    /// Folders of the server, which no volume may hide or lie in.
    private let ownFolders: [String]
    private var admission: Admission
    private var environments: PythonEnvironments
    private var wrapping = PythonComponent.Wrapping()
    private var preparing: [EnvironmentRequest: [PodName]] = [:]
    private var killsAt: [PodName: Duration] = [:]
    /// When those that wait have waited long enough.
    private var startDeadlines: [PodName: Instant] = [:]

    init(capacity: PodCapacity, environmentsRoot: String, ownFolders: [String]) {
        self.ownFolders = ownFolders
        admission = Admission(capacity: capacity)
        environments = PythonEnvironments(root: environmentsRoot)
    }

    // MARK: - What was asked

    /// Whether a pod is known, so that nobody needs to look at the disk.
    func knows(_ name: PodName) -> Bool { pods[name] != nil }

    /// The specification a pod was ensured with; `nil` for one that is not known.
    func spec(of name: PodName) -> PodSpec? { pods[name]?.spec }

    /// Whether a pod was launched and its program is not known to run.
    func isStarting(_ name: PodName) -> Bool {
        if case .starting? = pods[name]?.phase { true } else { false }
    }

    /// How much there is to do.
    var load: PodLoad {
        pods.values.reduce(into: PodLoad(places: admission.capacity.places, running: 0, waiting: 0)) {
            load,
            pod in
            switch pod.phase {
            case .preparing, .queued: load.waiting += 1
            case .starting, .running: load.running += 1
            case .refusing, .ended: break
            }
        }
    }

    /// Whether any pod of a run is not over.
    func hasLivePods(of runID: RunID) -> Bool {
        pods.values.contains { pod in
            if case .ended = pod.phase { false } else { pod.spec.name.runID == runID }
        }
    }

    /// Somebody wants a pod. `observation` is only looked at for a pod that is not known.
    mutating func ensured(_ spec: PodSpec, _ observation: Observation) -> [Command] {
        let name = spec.name
        if let pod = pods[name] {
            if case .ended(let end) = pod.phase {
                return [.report(PodReport(name: name, event: .ended(end)))]
            }
            return []
        }
        switch observation {
        case .ended(let end):
            pods[name] = Pod(spec: spec, phase: .ended(end))
            return [.report(PodReport(name: name, event: .ended(end)))]
        case .live(let pid, let started):
            return found(spec, pid: pid, started: started)
        case .untouched:
            return begin(spec)
        }
    }

    /// Somebody wants a pod to end. `now` is any clock that only moves forward.
    mutating func stopped(_ name: PodName, grace: Duration, now: Duration) -> [Command] {
        guard let pod = pods[name] else { return [] }
        switch pod.phase {
        case .preparing, .queued:
            return refuse(name, Reason(.terminated, "Stopped before the program was started."))
        case .starting(let earlier):
            pods[name]?.phase = .starting(stop: min(grace, earlier ?? grace))
            return []
        case .running(let started):
            return stop(name, group: started.group, grace: grace, now: now)
        case .refusing, .ended:
            return []
        }
    }

    /// Somebody has recorded a pod's end.
    mutating func forgotten(_ name: PodName) {
        if case .ended? = pods[name]?.phase { pods[name] = nil }
    }

    /// Nothing of a run is wanted any more.
    mutating func removed(_ runID: RunID) {
        for (name, pod) in pods where name.runID == runID {
            if case .ended = pod.phase { pods[name] = nil }
        }
    }

    // MARK: - What happened

    /// A supervisor holds the pod; one that was refused turns out to live after all.
    mutating func foundLive(_ name: PodName, pid: Int32, started: StartRecord?) -> [Command] {
        guard let pod = pods[name] else { return [] }
        switch pod.phase {
        case .refusing:
            // An earlier server had started it; it must not run on.
            let commands = found(pod.spec, pid: pid, started: nil)
            pods[name]?.phase = .starting(stop: .zero)
            return commands
        case .starting, .running, .queued, .preparing:
            return [.attach(name, pid: pid)]
        case .ended:
            return []
        }
    }

    /// The program runs.
    mutating func started(_ name: PodName, _ record: StartRecord, now: Duration) -> [Command] {
        guard let pod = pods[name], case .starting(let grace) = pod.phase else { return [] }
        pods[name]?.phase = .running(record)
        let report = Command.report(PodReport(name: name, event: .started(at: record.at)))
        guard let grace else { return [report] }
        return [report] + stop(name, group: record.group, grace: grace, now: now)
    }

    /// It is over.
    mutating func ended(_ name: PodName, _ end: PodEnd) -> [Command] {
        guard let pod = pods[name] else { return [] }
        if case .ended = pod.phase { return [] }
        pods[name]?.phase = .ended(end)
        killsAt[name] = nil
        admission.release(name)
        return [.report(PodReport(name: name, event: .ended(end)))] + admit()
    }

    /// Time has passed: programs that had their grace are ended firmly, pods that waited too long never start.
    /// - Parameter today: the same moment by the calendar, which start deadlines go by.
    mutating func ticked(now: Duration, today: Instant) -> [Command] {
        var commands: [Command] = []
        for (name, at) in killsAt.sorted(by: { $0.value < $1.value }) where at <= now {
            killsAt[name] = nil
            guard let pod = pods[name], case .running(let started) = pod.phase else { continue }
            commands.append(.signal(name, group: started.group, number: Self.kill))
        }
        for (name, at) in startDeadlines.sorted(by: { $0.value < $1.value }) where at <= today {
            commands += giveUpWaiting(name)
        }
        return commands
    }

    /// How long until ``ticked(now:today:)`` has something to do next.
    func untilNextDeadline(now: Duration, today: Instant) -> Duration? {
        [killsAt.values.min().map { $0 - now }, startDeadlines.values.min().map { $0 - today }]
            .compactMap { $0 }.min()
    }

    private mutating func giveUpWaiting(_ name: PodName) -> [Command] {
        startDeadlines[name] = nil
        guard let pod = pods[name] else { return [] }
        let cause: Reason
        switch pod.phase {
        case .preparing: cause = Reason(.preparingEnvironment, "Its Python environment was not ready.")
        case .queued: cause = admission.situation(of: name)
        case .refusing, .starting, .running, .ended: return []
        }
        return refuse(
            name,
            Reason(
                .pendingTimeout,
                "The task was not started within the time the server lets tasks wait (--pending-timeout). "
                    + cause.message,
                details: ["cause": cause.json]
            )
        )
    }

    // MARK: - Environments

    /// Environments being built, whose logs are worth looking at.
    var building: [(environment: PythonEnvironment, build: Int)] { environments.building }

    /// An interpreter has answered, or cannot.
    mutating func answered(
        _ candidate: String,
        _ answer: Result<PythonInterpreter, PythonInterpreter.Objection>
    ) -> [Command] {
        apply(environments.answered(candidate, answer))
    }

    /// An environment has been looked for on disk.
    mutating func looked(at environment: PythonEnvironment, build: Int?) -> [Command] {
        apply(environments.looked(at: environment, build: build))
    }

    /// A step of a build is over.
    mutating func ended(
        _ environment: PythonEnvironment,
        _ step: PythonEnvironment.Step,
        _ end: PythonEnvironments.StepEnd
    ) -> [Command] {
        apply(environments.ended(environment, step, end))
    }

    /// An environment cannot be looked for on disk.
    mutating func unreadable(_ environment: PythonEnvironment, _ reason: Reason) -> [Command] {
        apply(environments.unreadable(environment, reason))
    }

    /// An environment is built when there is room on the disk.
    mutating func waitingForRoom(_ environment: PythonEnvironment) -> [Command] {
        apply(environments.waitingForRoom(environment))
    }

    /// pip is at this package.
    mutating func installing(_ package: String, in environment: PythonEnvironment) -> [Command] {
        apply(environments.installing(package, in: environment))
    }

    private mutating func apply(_ actions: [PythonEnvironments.Action]) -> [Command] {
        var commands: [Command] = []
        for action in actions {
            switch action {
            case .ask, .look, .run:
                commands.append(.environment(action))
            case .progress(let request, let text):
                for name in preparing[request] ?? [] {
                    let reason = Reason(.preparingEnvironment, text)
                    commands.append(.report(PodReport(name: name, event: .waiting(reason))))
                }
            case .ready(let request, let environment):
                for name in preparing.removeValue(forKey: request) ?? [] {
                    guard let spec = pods[name]?.spec else { continue }
                    guard let component = wrapping.component(command: spec.command, args: spec.args) else {
                        continue
                    }
                    commands += enqueue(spec, .python(component, environment))
                }
            case .failed(let request, let reason, let logTail):
                for name in preparing.removeValue(forKey: request) ?? [] {
                    commands += refuse(name, reason, log: logTail)
                }
            }
        }
        return commands
    }

    // MARK: - Steps

    private mutating func begin(_ spec: PodSpec) -> [Command] {
        pods[spec.name] = Pod(spec: spec, phase: .refusing)
        let objection =
            spec.localObjection ?? spec.volumeObjection(keepingFree: ownFolders)
            ?? admission.objection(to: spec.requests)
        if let objection {
            return refuse(spec.name, objection)
        }
        startDeadlines[spec.name] = spec.startDeadline
        guard let component = wrapping.component(command: spec.command, args: spec.args) else {
            return enqueue(spec, .literal)
        }
        let request = EnvironmentRequest(component, image: spec.image, env: spec.env)
        pods[spec.name]?.phase = .preparing(request)
        // Those who wait already have been told; only the newcomer hears where things stand.
        let others = preparing.updateValue([spec.name], forKey: request) ?? []
        let commands = apply(environments.demanded(request))
        if preparing[request] != nil { preparing[request] = others + [spec.name] }
        return commands
    }

    private mutating func found(_ spec: PodSpec, pid: Int32, started: StartRecord?) -> [Command] {
        let name = spec.name
        admission.hold(name, spec.requests)
        pods[name] = Pod(spec: spec, phase: started.map { .running($0) } ?? .starting(stop: nil))
        let commands =
            started.map { [Command.report(PodReport(name: name, event: .started(at: $0.at)))] } ?? []
        return commands + [.attach(name, pid: pid)]
    }

    private mutating func enqueue(_ spec: PodSpec, _ start: ProgramStart) -> [Command] {
        pods[spec.name]?.phase = .queued(start)
        admission.enqueue(spec.name, spec.requests)
        let commands = admit()
        guard case .queued? = pods[spec.name]?.phase else { return commands }
        let reason = admission.situation(of: spec.name)
        return commands + [.report(PodReport(name: spec.name, event: .waiting(reason)))]
    }

    private mutating func admit() -> [Command] {
        admission.admit().compactMap { name in
            guard let pod = pods[name], case .queued(let start) = pod.phase else { return nil }
            pods[name]?.phase = .starting(stop: nil)
            startDeadlines[name] = nil
            return .launch(pod.spec, start)
        }
    }

    private mutating func refuse(_ name: PodName, _ reason: Reason, log: String = "") -> [Command] {
        if case .preparing(let request)? = pods[name]?.phase {
            preparing[request]?.removeAll { $0 == name }
        }
        pods[name]?.phase = .refusing
        startDeadlines[name] = nil
        admission.release(name)
        return [.refuse(name, reason, log: log)]
    }

    private mutating func stop(_ name: PodName, group: Int32, grace: Duration, now: Duration) -> [Command] {
        guard grace > .zero else { return [.signal(name, group: group, number: Self.kill)] }
        killsAt[name] = min(killsAt[name] ?? now + grace, now + grace)
        return [.signal(name, group: group, number: Self.terminate)]
    }
}
