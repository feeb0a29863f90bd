import FoundationEssentials
import Glibc
import Logging
import Model
import Pods

@testable import PodDrivers

/// A folder of its own, a runtime over it and everything that was reported. For one test, in one task.
final class PodWorld {
    let root: String
    private(set) var pods: LocalPods
    private(set) var events: [PodName: [PodEvent]] = [:]
    private var iterator: AsyncStream<PodReport>.Iterator
    private let configuration: LocalPodsConfiguration

    /// - Parameter root: an existing world to come back to; a new one if `nil`.
    init(
        root: String? = nil,
        places: Int = 4,
        cpu: Int64 = 4,
        environments: String? = nil,
        warmPython: WarmPythonLimits? = WarmPythonLimits(),
        supervisor: String = PodWorld.supervisor,
        variables: [String: String] = [:]
    ) throws {
        let root = root ?? Self.newRoot()
        self.root = root
        var inherited = ProcessInfo.processInfo.environment
        inherited.merge(variables) { $1 }
        configuration = LocalPodsConfiguration(
            root: root + "/pods",
            environmentsRoot: environments ?? root + "/environments",
            supervisor: supervisor,
            capacity: PodCapacity(
                places: places,
                cpu: Quantity(thousandths: cpu * 1000),
                memory: Quantity(thousandths: 1_000_000_000_000)
            ),
            warmPython: warmPython,
            variables: inherited
        )
        pods = try LocalPods(configuration, logger: Logger(label: "test"))
        iterator = pods.reports.makeAsyncIterator()
    }

    /// Ends every program that is left and removes the folder.
    func tearDown() async {
        for (name, seen) in events where !seen.contains(where: \.isEnd) {
            await pods.stop(name, grace: .zero)
            _ = await end(of: name)
        }
        try? FileManager.default.removeItem(atPath: root)
    }

    static func newRoot() -> String { "/tmp/martlet-pods-\(UUID().uuidString)" }

    /// The supervisor built beside these tests.
    static let supervisor: String = {
        let test = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return test.prefix(upTo: test.lastIndex(of: "/") ?? test.startIndex) + "/martlet-supervisor"
    }()

    static func name(_ task: String = "task", run: String = "run", attempt: Int = 0) -> PodName {
        PodName(runID: RunID(run), path: TaskPath(task), attempt: attempt)
    }

    /// A pod that runs a shell script.
    static func shell(
        _ script: String,
        task: String = "task",
        run: String = "run",
        env: [EnvironmentVariable] = [],
        requests: ResourceRequests = ResourceRequests()
    ) -> PodSpec {
        PodSpec(
            name: name(task, run: run),
            image: "alpine:3",
            command: ["sh", "-c", script],
            args: [],
            env: env,
            requests: requests
        )
    }

    /// Asks for a pod and counts on hearing of it.
    func ensure(_ spec: PodSpec) async {
        if events[spec.name] == nil { events[spec.name] = [] }
        await pods.ensure(spec)
    }

    /// Asks for a pod and waits for its end.
    func run(_ spec: PodSpec) async -> PodEnd? {
        await ensure(spec)
        return await end(of: spec.name)
    }

    /// Waits for a pod's end.
    func end(of name: PodName) async -> PodEnd? {
        await first(of: name) { if case .ended(let end) = $0 { end } else { nil } }
    }

    /// Waits until a pod's program runs.
    func start(of name: PodName) async -> Instant? {
        await first(of: name) { if case .started(let at) = $0 { at } else { nil } }
    }

    /// Waits for the first event of a pod that is wanted, looking at those seen before first.
    func first<Found>(of name: PodName, _ wanted: (PodEvent) -> Found?) async -> Found? {
        if let found = (events[name] ?? []).lazy.compactMap(wanted).first { return found }
        while let report = await iterator.next(isolation: #isolation) {
            events[report.name, default: []].append(report.event)
            if report.name == name, let found = wanted(report.event) { return found }
        }
        return nil
    }

    /// Waits for the next report of anybody.
    func next() async -> PodReport? {
        guard let report = await iterator.next(isolation: #isolation) else { return nil }
        events[report.name, default: []].append(report.event)
        return report
    }

    func folder(_ name: PodName) -> String {
        String(pods.layout(of: name).outputParametersFolder.dropLast("/outputs".count))
    }

    /// Who keeps a pod's program, or has kept it.
    func supervisor(of name: PodName) -> Int32? {
        SupervisedStatus(Self.contents(folder(name) + "/status") ?? "").supervisor
    }

    func log(_ name: PodName) async throws -> String {
        String(decoding: try await pods.log(of: name, from: 0, bytesMax: 1 << 20)?.bytes ?? [], as: UTF8.self)
    }

    /// Waits until a process is gone. Bounded by the test's time limit; signals take a moment to arrive.
    static func waitForEnd(ofProcess pid: Int32) async throws {
        while isAlive(pid) { try await Task.sleep(for: .milliseconds(5)) }
    }

    /// Whether a process exists and is not a zombie.
    static func isAlive(_ pid: Int32) -> Bool {
        guard kill(pid, 0) == 0, let state = status(of: pid).first else { return false }
        return state != "Z"
    }

    /// What `/proc` says of a process after its name: its state, such as `S` for one that waits and `T` for one that is
    /// stopped, its parent, and so on. Empty if it is gone.
    static func status(of pid: Int32) -> [Substring] {
        let line = contents("/proc/\(pid)/stat") ?? ""
        return line.split(separator: ")").last?.split(separator: " ") ?? []
    }

    static func contents(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Waits until a file has something in it.
    static func waitForFile(_ path: String) async throws -> String {
        while true {
            if let text = contents(path), !text.isEmpty { return text }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}

extension PodEvent {
    var isEnd: Bool { if case .ended = self { true } else { false } }
    var isStart: Bool { if case .started = self { true } else { false } }
    /// What a waiting pod waits for.
    var waitingReason: Reason? { if case .waiting(let reason) = self { reason } else { nil } }
}

extension PodOutcome {
    /// Why it never ran.
    var refusal: Reason? { if case .notStarted(let reason) = self { reason } else { nil } }
}
