import FoundationEssentials
import Glibc
import Model
import PodDrivers
import Pods
import Testing

/// A world with an environment whose executor is a few lines, so that no package index is needed.
struct WarmWorld {
    let world: PodWorld

    /// - Parameter startsThreads: whether the executor starts a thread when it is imported.
    init(
        root: String? = nil,
        _ limits: WarmPythonLimits? = WarmPythonLimits(),
        startsThreads: Bool = false
    ) throws {
        let root = root ?? PodWorld.newRoot()
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        // Under a name of this world, by which its processes are told from those of others.
        let environments = root + "/environments"
        if let shared = SharedEnvironments.root, !FileManager.default.fileExists(atPath: environments) {
            try FileManager.default.createSymbolicLink(atPath: environments, withDestinationPath: shared)
        }
        world = try PodWorld(
            root: root,
            warmPython: limits,
            variables: startsThreads ? ["START_THREADS": "1"] : [:]
        )
    }

    /// Installs `kfp.dsl.executor_main`, which says `imported` when it is and runs the component's file.
    private static let install: String = {
        let write = """
            import os, sysconfig
            folder = os.path.join(sysconfig.get_path('purelib'), 'kfp', 'dsl')
            os.makedirs(folder)
            for name, text in {
                '../__init__.py': '', '__init__.py': 'import os, threading, time\\nprint(\\'imported\\')\\n'
                    'if \\'START_THREADS\\' in os.environ:\\n'
                    '    threading.Thread(target=time.sleep, args=(2,), daemon=True).start()\\n',
                'executor_main.py': 'import sys\\nif __name__ == \\'__main__\\': exec(open(sys.argv[2]).read())\\n',
            }.items():
                with open(os.path.join(folder, name), 'w') as file:
                    file.write(text)
            """
        return "--help > /dev/null && python3 -c \"\(write)\""
    }()

    /// A component that is nothing but these statements.
    func python(
        _ source: String,
        task: String = "task",
        env: [EnvironmentVariable] = [],
        deadline: Duration? = nil
    ) -> PodSpec {
        PodSpec(
            name: PodWorld.name(task),
            image: "python:3.11",
            command: KFPTexts.command(Self.install, source),
            args: [],
            env: env,
            activeDeadline: deadline
        )
    }

    /// Statements that write how the task was started.
    static let sayHow = """
        how = 'warm' if 'warm.py' in open('/proc/self/cmdline').read() else 'fresh'
        print(how, flush=True)

        """

    /// Runs a component that ends at once and answers how it was started: `warm` or `fresh`.
    func how(_ task: String, env: [EnvironmentVariable] = []) async throws -> String {
        let spec = python(Self.sayHow, task: task, env: env)
        let end = await world.run(spec)
        guard end?.outcome == .exited(code: 0) else { return "\(String(describing: end))" }
        return try await log(spec)
    }

    /// A component's log, in one line, without what every one begins with.
    func log(_ spec: PodSpec) async throws -> String {
        let words = try await world.log(spec.name).split(whereSeparator: \.isWhitespace)
        return words.first == "imported" ? words.dropFirst().joined(separator: " ") : "no import: \(words)"
    }

    /// Process ids of warm Pythons of this world, without the tasks that are forks of them.
    var warmPythons: [Int32] {
        processes { $0.contains("/warm.py") }.filter { Self.parent(of: $0) == getpid() }
    }

    /// Process ids whose command line has this world's folder in it.
    func processes(where wanted: (String) -> Bool = { _ in true }) -> [Int32] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { Int32($0) }.filter { pid in
            guard let line = PodWorld.contents("/proc/\(pid)/cmdline"), line.contains(world.root) else {
                return false
            }
            return wanted(line)
        }
    }

    /// The parent of a process; `nil` if it is gone.
    static func parent(of pid: Int32) -> Int32? {
        PodWorld.status(of: pid).dropFirst().first.flatMap { Int32($0) }
    }

    /// The children of a process.
    static func children(of pid: Int32) -> [Int32] {
        let text = PodWorld.contents("/proc/\(pid)/task/\(pid)/children") ?? ""
        return text.split(separator: " ").compactMap { Int32($0) }
    }

    /// The processes of one pair; all wait for a folder, or would if they were not stopped.
    struct Pair {
        let supervisor, forker, task: Int32
    }

    /// Waits until the warm Python has nothing to do but wait, and each of its pairs too, or is stopped.
    func settled() async throws -> (python: Int32, pairs: [Pair]) {
        while true {
            if let python = warmPythons.first, let pairs = Self.waitingPairs(of: python) {
                return (python, pairs)
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// `nil` if the Python or one of them still does something.
    private static func waitingPairs(of python: Int32) -> [Pair]? {
        guard PodWorld.status(of: python).first == "S" else { return nil }
        var pairs: [Pair] = []
        for supervisor in children(of: python) {
            guard let forker = children(of: supervisor).first, let task = children(of: forker).first,
                PodWorld.contents("/proc/\(supervisor)/cmdline")?.contains("--pair") == true,
                [supervisor, forker, task].allSatisfy({ ["S", "T"].contains(PodWorld.status(of: $0).first) })
            else { return nil }
            pairs.append(Pair(supervisor: supervisor, forker: forker, task: task))
        }
        return pairs.isEmpty ? nil : pairs
    }

    /// Stops processes and waits until they are.
    static func stop(_ processes: [Int32]) async throws {
        for process in processes { kill(process, SIGSTOP) }
        try await wait { processes.allSatisfy { PodWorld.status(of: $0).first == "T" } }
    }

    /// Waits until something is so. Bounded by the test's time limit.
    static func wait(until condition: () -> Bool) async throws {
        while !condition() { try await Task.sleep(for: .milliseconds(5)) }
    }

    /// Ends everything and sees to it that nothing is left.
    func tearDown() async throws {
        await world.tearDown()
        for pid in warmPythons { kill(pid, SIGKILL) }
        try await Self.wait { processes().filter { PodWorld.isAlive($0) }.isEmpty }
    }
}

/// Gives a suite one folder of environments, with that of most tests in it; removes it in the end.
struct SharedEnvironments: SuiteTrait, TestScoping {
    @TaskLocal static var root: String?

    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    )
        async throws
    {
        let root = PodWorld.newRoot()
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: root) }
        try await Self.$root.withValue(root) {
            // Now: servers may share what is there, and not build at the same time.
            let first = try WarmWorld(nil)
            #expect(try await first.how("first") == "fresh")
            try await first.tearDown()
            try await function()
        }
    }
}
