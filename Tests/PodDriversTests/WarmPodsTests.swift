import FoundationEssentials
import Glibc
import Model
import PodDrivers
import Pods
import Testing

@Suite("Tasks that are forks of a warm Python", .timeLimit(.minutes(15)), SharedEnvironments())
struct WarmPodsTests {
    @Test("one serves its number of tasks, another the next ones, and no task notices")
    func replaced() async throws {
        let warm = try WarmWorld(WarmPythonLimits(spares: 1, tasksMax: 3))
        var seen: Set<Int32> = []
        for index in 0..<7 {
            #expect(try await warm.how("task-\(index)") == "warm")
            seen.formUnion(warm.warmPythons)
            try await WarmWorld.wait { index % 3 != 2 || warm.warmPythons.isEmpty }
        }
        #expect(seen.count == 3)
        try await warm.tearDown()
    }

    @Test("one that is idle ends with its spares, and the next task has another")
    func idle() async throws {
        let warm = try WarmWorld(WarmPythonLimits(idleMax: .milliseconds(100)))
        #expect(try await warm.how("before") == "warm")
        try await WarmWorld.wait { warm.processes().isEmpty }
        #expect(try await warm.how("after") == "warm")
        try await warm.tearDown()
    }

    @Test("killing it harms no task that runs, and the next one is served by another")
    func killed() async throws {
        let warm = try WarmWorld()
        let root = warm.world.root
        let running = warm.python(
            WarmWorld.sayHow
                + "import os, time\nwhile not os.path.exists('\(root)/go'): time.sleep(0.02)\nraise SystemExit(7)",
            task: "running"
        )
        await warm.world.ensure(running)
        _ = await warm.world.start(of: running.name)
        let first = try #require(warm.warmPythons.first)
        kill(first, SIGKILL)
        try await PodWorld.waitForEnd(ofProcess: first)
        #expect(try await warm.how("next") == "warm")
        #expect(warm.warmPythons != [first])
        try Data().write(to: URL(filePath: root + "/go"))
        #expect(await warm.world.end(of: running.name)?.outcome == .exited(code: 7))
        #expect(try await warm.log(running) == "warm")
        try await warm.tearDown()
    }

    @Test("a task that it was told of and does not take before it is killed starts in the ordinary way, once")
    func notTaken() async throws {
        let warm = try WarmWorld(WarmPythonLimits(spares: 1))
        _ = try await warm.how("first")
        let (python, pairs) = try await warm.settled()
        // Nobody takes what the supervisors of the pairs do not take.
        try await WarmWorld.stop([python] + pairs.map(\.supervisor))
        let specs = (0..<3).map {
            warm.python("open('\(warm.world.root)/count-\($0)', 'a').write('x')", task: "task-\($0)")
        }
        for spec in specs { await warm.world.ensure(spec) }
        try await Task.sleep(for: .milliseconds(200))
        for index in specs.indices { #expect(PodWorld.contents("\(warm.world.root)/count-\(index)") == nil) }
        for process in [python] + pairs.map(\.supervisor) { kill(process, SIGKILL) }
        for (index, spec) in specs.enumerated() {
            #expect(await warm.world.end(of: spec.name)?.outcome == .exited(code: 0))
            #expect(PodWorld.contents("\(warm.world.root)/count-\(index)") == "x")
        }
        try await warm.tearDown()
    }

    @Test(
        "a task that is not taken in time starts in the ordinary way, once, though its supervisor is there again later"
    )
    func stopped() async throws {
        let warm = try WarmWorld(WarmPythonLimits(spares: 1, takenMax: .seconds(10)))
        // In less than that it must begin, on a busy machine too.
        #expect(try await warm.how("first") == "warm")
        let supervisors = try await warm.settled().pairs.map(\.supervisor)
        try await WarmWorld.stop(supervisors)
        let source = WarmWorld.sayHow + "open('\(warm.world.root)/count', 'a').write('x')"
        let spec = warm.python(source, task: "second")
        #expect(await warm.world.run(spec)?.outcome == .exited(code: 0))
        #expect(try await warm.world.log(spec.name).contains("fresh"))
        for process in supervisors { kill(process, SIGCONT) }
        for process in supervisors { try await PodWorld.waitForEnd(ofProcess: process) }
        #expect(try await warm.how("third") == "warm")
        #expect(PodWorld.contents("\(warm.world.root)/count") == "x")
        try await warm.tearDown()
    }

    @Test("as many as may run at once do, though only one waited")
    func parallel() async throws {
        let warm = try WarmWorld(WarmPythonLimits(spares: 1))
        #expect(try await warm.how("first") == "warm")
        let root = warm.world.root
        // Each waits for all others.
        let source = """
            import os, time
            open('\(root)/here-' + str(os.getpid()), 'w').close()
            while sum(name.startswith('here-') for name in os.listdir('\(root)')) < 4: time.sleep(0.01)
            """
        let specs = (0..<4).map { warm.python(WarmWorld.sayHow + source, task: "task-\($0)") }
        for spec in specs { await warm.world.ensure(spec) }
        for spec in specs {
            #expect(await warm.world.end(of: spec.name)?.outcome == .exited(code: 0))
            #expect(try await warm.log(spec) == "warm")
        }
        try await warm.tearDown()
    }

    /// Whoever is told of a task while it dies takes the task along, which counts as lost.
    private func end(_ processes: [Int32]) async throws {
        for process in processes { kill(process, SIGKILL) }
        for process in processes { try await PodWorld.waitForEnd(ofProcess: process) }
    }

    @Test("a task that stops, or ends, what is around it harms only itself")
    func hostile() async throws {
        let warm = try WarmWorld(WarmPythonLimits(spares: 1))
        let stops = warm.python(
            "import os, signal; os.kill(os.getppid(), signal.SIGSTOP); raise SystemExit(3)",
            task: "stops"
        )
        #expect(await warm.world.run(stops)?.outcome == .exited(code: 3))
        #expect(try await warm.how("after-stop") == "warm")
        for (what, processes) in [("task", \WarmWorld.Pair.task), ("forker", \WarmWorld.Pair.forker)] {
            try await WarmWorld.stop(warm.settled().pairs.map { $0[keyPath: processes] })
            #expect(try await warm.how("after-stop-of-\(what)") == "warm")
            // Of several, only one was needed; the others are still stopped.
            try await end(warm.settled().pairs.map { $0[keyPath: processes] })
            #expect(try await warm.how("after-end-of-\(what)") == "warm")
        }
        try await warm.tearDown()
    }

    @Test("an executor that starts threads is never kept, and its tasks run all the same")
    func refused() async throws {
        let warm = try WarmWorld(startsThreads: true)
        for index in 0..<4 {
            #expect(try await warm.how("task-\(index)") == "fresh")
        }
        #expect(warm.warmPythons.isEmpty)
        try await warm.tearDown()
    }

    @Test(
        "turned off, or with variables that an interpreter reads when it starts, each task has its own Python"
    )
    func turnedOff() async throws {
        let off = try WarmWorld(nil)
        #expect(try await off.how("task") == "fresh")
        try await off.tearDown()
        let warm = try WarmWorld()
        let seed = EnvironmentVariable(name: "PYTHONHASHSEED", value: "0")
        #expect(try await warm.how("seeded", env: [seed]) == "fresh")
        #expect(
            try await warm.how("plain", env: [EnvironmentVariable(name: "COLOR", value: "red")]) == "warm"
        )
        try await warm.tearDown()
    }

    @Test("a stopped task ends with its children, and politely at first")
    func stoppedTask() async throws {
        let warm = try WarmWorld()
        let source = """
            import os, signal, subprocess, sys, time
            child = subprocess.Popen(['sh', '-c', 'setsid sleep 60 & echo $! > \(warm.world.root)/child; wait'])
            def end(number, frame):
                print('asked', flush=True)
                sys.exit(9)
            signal.signal(signal.SIGTERM, end)
            print('ready', flush=True)
            time.sleep(60)
            """
        let spec = warm.python(source)
        await warm.world.ensure(spec)
        _ = await warm.world.start(of: spec.name)
        try await WarmWorld.wait {
            PodWorld.contents(warm.world.folder(spec.name) + "/log") == "imported\nready\n"
        }
        let text = try await PodWorld.waitForFile(warm.world.root + "/child")
        let child = try #require(Int32(text.dropLast()))
        await warm.world.pods.stop(spec.name, grace: .seconds(30))
        #expect(await warm.world.end(of: spec.name)?.outcome == .exited(code: 9))
        #expect(try await warm.log(spec) == "ready asked")
        #expect(!PodWorld.isAlive(child))
        try await warm.tearDown()
    }

    @Test("a deadline ends a task, and a task dies with its supervisor")
    func ends() async throws {
        let warm = try WarmWorld()
        let late = warm.python("import time; time.sleep(60)", task: "late", deadline: .milliseconds(200))
        #expect(await warm.world.run(late)?.outcome == .deadlineExceeded(after: .milliseconds(200)))
        let orphan = warm.python(
            "import os, time; print(os.getpid(), os.getppid(), flush=True); time.sleep(60)"
        )
        await warm.world.ensure(orphan)
        _ = await warm.world.start(of: orphan.name)
        var pids: [Int32] = []
        try await WarmWorld.wait {
            let text = PodWorld.contents(warm.world.folder(orphan.name) + "/log") ?? ""
            pids = text.split(whereSeparator: \.isWhitespace).compactMap { Int32($0) }
            return pids.count == 2 && text.hasSuffix("\n")
        }
        kill(pids[1], SIGKILL)
        guard case .lost = await warm.world.end(of: orphan.name)?.outcome else {
            Issue.record("a task whose supervisor is gone is lost")
            return
        }
        try await PodWorld.waitForEnd(ofProcess: pids[0])
        try await warm.tearDown()
    }

    @Test("a later server finds the tasks of an earlier one, whose warm Python has ended with it")
    func laterServer() async throws {
        let root = PodWorld.newRoot()
        let spec: PodSpec
        do {
            let first = try WarmWorld(root: root)
            spec = first.python(
                "import os, time\nopen('\(root)/count', 'a').write('x')\n"
                    + "while not os.path.exists('\(root)/go'): time.sleep(0.02)\nraise SystemExit(5)"
            )
            await first.world.ensure(spec)
            _ = await first.world.start(of: spec.name)
        }
        let second = try WarmWorld(root: root)
        try await WarmWorld.wait { second.warmPythons.isEmpty }
        await second.world.ensure(spec)
        #expect(await second.world.start(of: spec.name) != nil)
        try Data().write(to: URL(filePath: root + "/go"))
        #expect(await second.world.end(of: spec.name)?.outcome == .exited(code: 5))
        #expect(PodWorld.contents(root + "/count") == "x")
        try await second.tearDown()
    }
}
