import FoundationEssentials
import Glibc
import Model
import PodDrivers
import Pods
import Testing

@Suite(.timeLimit(.minutes(15)))
struct LocalPodsTests {
    @Test("a program's exit status, start and log are reported, in order")
    func exitStatus() async throws {
        let world = try PodWorld()
        // Long enough for somebody to have looked whether it runs.
        let end = await world.run(PodWorld.shell("echo out; echo err >&2; sleep 0.3; exit 7"))
        #expect(end?.outcome == .exited(code: 7))
        #expect(end?.startedAt != nil)
        #expect(end?.logTail == "out\nerr\n")
        let events = world.events[PodWorld.name()] ?? []
        #expect(events.count == 2 && events[0].isStart && events[1].isEnd)
        await world.tearDown()
    }

    @Test("a program that a signal ends is reported as signaled")
    func signaled() async throws {
        let world = try PodWorld()
        #expect(await world.run(PodWorld.shell("kill -SEGV $$"))?.outcome == .signaled(number: 11))
        await world.tearDown()
    }

    @Test("a missing program is explained with its name, the image and what to do")
    func missingProgram() async throws {
        let world = try PodWorld()
        let spec = PodSpec(
            name: PodWorld.name(),
            image: "alpine:3",
            command: ["no-such-program"],
            args: ["x"]
        )
        let end = await world.run(spec)
        let reason = try #require(end?.outcome.refusal)
        #expect(reason.code == .startFailed)
        #expect(reason.message.contains("'no-such-program' was not found on this machine's PATH"))
        #expect(reason.message.contains("image 'alpine:3'"))
        #expect(world.events[spec.name]?.contains(where: \.isStart) == false)
        await world.tearDown()
    }

    @Test("a task without a command is told that images are not used")
    func noCommand() async throws {
        let world = try PodWorld()
        let end = await world.run(
            PodSpec(name: PodWorld.name(), image: "trainer:1", command: [], args: ["--fast"])
        )
        #expect(end?.outcome.refusal?.message.contains("image 'trainer:1'") == true)
        await world.tearDown()
    }

    @Test("a request beyond the machine, or for a device, is refused naming both sides")
    func tooLarge() async throws {
        let world = try PodWorld(cpu: 4)
        let large = PodWorld.shell("true", task: "large", requests: ResourceRequests(cpu: Quantity("64")))
        let message = await world.run(large)?.outcome.refusal?.message ?? ""
        #expect(message.contains("64 cores") && message.contains("4 cores"))
        let gpu = PodWorld.shell(
            "true",
            task: "gpu",
            requests: ResourceRequests(devices: ["nvidia.com/gpu": 1])
        )
        #expect(await world.run(gpu)?.outcome.refusal?.message.contains("nvidia.com/gpu") == true)
        await world.tearDown()
    }

    @Test("a log keeps its bytes, is read from an offset, and says when nothing follows")
    func binaryLog() async throws {
        let world = try PodWorld()
        let spec = PodWorld.shell(#"printf 'a\000\377b'; head -c 10485760 /dev/zero"#)
        _ = await world.run(spec)
        let head = try #require(try await world.pods.log(of: spec.name, from: 0, bytesMax: 4))
        #expect(head.bytes == [97, 0, 255, 98] && head.nextOffset == 4 && head.isComplete)
        var offset = 4
        while let chunk = try await world.pods.log(of: spec.name, from: offset, bytesMax: 1 << 20),
            !chunk.bytes.isEmpty
        {
            offset = chunk.nextOffset
        }
        #expect(offset == 10_485_764)
        #expect(try await world.pods.log(of: PodWorld.name("unknown"), from: 0, bytesMax: 4) == nil)
        await world.tearDown()
    }

    @Test("never more pods than places run at once, and all of them do run")
    func placesBound() async throws {
        let world = try PodWorld(places: 3)
        let marks = world.root + "/marks"
        try FileManager.default.createDirectory(atPath: marks, withIntermediateDirectories: true)
        // Each pod counts those that run with it, itself included.
        let script =
            "touch \(marks)/$KFP_POD_NAME; ls \(marks) | wc -l; sleep 0.05; rm \(marks)/$KFP_POD_NAME"
        let specs = (0..<12).map { PodWorld.shell(script, task: "task-\($0)") }
        for spec in specs { await world.ensure(spec) }
        var most = 0
        for spec in specs {
            #expect(await world.end(of: spec.name)?.outcome == .exited(code: 0))
            let log = try await world.log(spec.name)
            most = max(most, Int(log.split(whereSeparator: \.isWhitespace).first ?? "99") ?? 99)
        }
        #expect((1...3).contains(most))
        let waited = world.events[specs[11].name]?.first?.waitingReason
        #expect(waited?.code == .waitingForCapacity)
        await world.tearDown()
    }

    @Test("stopping ends a program that ignores SIGTERM when its grace is over")
    func stubborn() async throws {
        let world = try PodWorld()
        let spec = PodWorld.shell("trap '' TERM; echo ready; while :; do sleep 0.05; done")
        await world.ensure(spec)
        _ = await world.start(of: spec.name)
        _ = try await PodWorld.waitForFile(world.folder(spec.name) + "/log")
        await world.pods.stop(spec.name, grace: .milliseconds(150))
        #expect(await world.end(of: spec.name)?.outcome == .signaled(number: 9))
        await world.tearDown()
    }

    @Test("stopping is polite first: a program may clean up and choose its status")
    func polite() async throws {
        let world = try PodWorld()
        let spec = PodWorld.shell("trap 'echo bye; exit 4' TERM; echo ready; while :; do sleep 0.05; done")
        await world.ensure(spec)
        _ = try await PodWorld.waitForFile(world.folder(spec.name) + "/log")
        await world.pods.stop(spec.name, grace: .seconds(30))
        let end = await world.end(of: spec.name)
        #expect(end?.outcome == .exited(code: 4))
        #expect(end?.logTail.hasSuffix("bye\n") == true)
        await world.tearDown()
    }

    @Test("a program that has stopped its supervisor can be stopped all the same")
    func stoppedSupervisor() async throws {
        let world = try PodWorld()
        let spec = PodWorld.shell("kill -STOP $PPID; echo ready; sleep 60")
        await world.ensure(spec)
        // Whether its start was told before is not known, and must not matter.
        _ = try await PodWorld.waitForFile(world.folder(spec.name) + "/log")
        await world.pods.stop(spec.name, grace: .zero)
        #expect(await world.end(of: spec.name)?.outcome == .signaled(number: 9))
        await world.tearDown()
    }

    @Test(
        "a program that takes its status away fails, and nothing else does",
        arguments: [
            "", "mkdir ../../status", "mkfifo ../../status", "ln -s nowhere ../../status",
            "ln -s status ../../status",
        ]
    )
    func statusTakenAway(instead: String) async throws {
        let world = try PodWorld()
        let end = await world.run(PodWorld.shell("rm ../../status; \(instead)"))
        let reason = try #require(end?.outcome.refusal)
        #expect(reason.message.hasPrefix("How the program ended is not known. "), "\(reason.message)")
        #expect(reason.message.contains("/status"), "\(reason.message)")
        #expect(await world.run(PodWorld.shell("true", task: "next"))?.outcome == .exited(code: 0))
        await world.tearDown()
    }

    @Test("a pod stopped in the queue never runs, also when it is asked for again")
    func stoppedInQueue() async throws {
        let world = try PodWorld(places: 1)
        let first = PodWorld.shell("sleep 60", task: "first")
        let second = PodWorld.shell("touch \(world.root)/ran", task: "second")
        await world.ensure(first)
        await world.ensure(second)
        await world.pods.stop(second.name, grace: .seconds(1))
        #expect(await world.end(of: second.name)?.outcome.refusal?.code == .terminated)
        await world.pods.stop(first.name, grace: .zero)
        #expect(await world.end(of: first.name)?.outcome == .signaled(number: 9))
        let later = try PodWorld(root: world.root)
        #expect(await later.run(second)?.outcome.refusal?.code == .terminated)
        #expect(PodWorld.contents(world.root + "/ran") == nil)
        await world.tearDown()
    }

    @Test("when a program ends, its children end, in its process group or not")
    func descendants() async throws {
        let world = try PodWorld()
        let script = "sleep 300 & echo $!; setsid sh -c 'sleep 300 & echo $!; wait' & sleep 0.2; exit 0"
        let spec = PodWorld.shell(script)
        #expect(await world.run(spec)?.outcome == .exited(code: 0))
        let pids = try await world.log(spec.name).split(whereSeparator: \.isWhitespace).compactMap {
            Int32($0)
        }
        #expect(pids.count == 2)
        for pid in pids { try await PodWorld.waitForEnd(ofProcess: pid) }
        await world.tearDown()
    }

    @Test("asking twice runs once")
    func onceOnly() async throws {
        let world = try PodWorld()
        let spec = PodWorld.shell("echo x >> \(world.root)/count; sleep 0.1")
        await world.ensure(spec)
        await world.ensure(spec)
        _ = await world.end(of: spec.name)
        await world.ensure(spec)
        await world.ensure(PodWorld.shell("true", task: "other"))
        _ = await world.end(of: PodWorld.name("other"))
        #expect(PodWorld.contents(world.root + "/count") == "x\n")
        #expect(world.events[spec.name]?.count(where: \.isEnd) == 2)
        // The end says it all, should it have come before anybody looked for the start.
        #expect(world.events[spec.name]?.count(where: \.isStart) ?? 2 <= 1)
        await world.tearDown()
    }

    @Test(
        "the task's own variables win, the server's settings are kept back, folders are in place"
    )
    func variables() async throws {
        let world = try PodWorld(variables: ["MARTLET_SECRET": "no", "FROM_SERVER": "yes", "COLOR": "red"])
        let env = [("COLOR", "green"), ("COLOR", "blue"), ("KFP_POD_UID", "mine")]
            .map { EnvironmentVariable(name: $0.0, value: $0.1) }
        let spec = PodWorld.shell(
            #"echo "$FROM_SERVER $COLOR ${MARTLET_SECRET-unset}"; "#
                + #"echo "$KFP_POD_NAME $KFP_POD_UID $KFP_RETRY_INDEX"; "#
                + #"pwd; echo $TMPDIR; touch $TMPDIR/x"#,
            env: env
        )
        _ = await world.run(spec)
        let folder = world.folder(spec.name)
        let lines = try await world.log(spec.name).split(separator: "\n").map(String.init)
        #expect(lines.dropLast() == ["yes blue unset", "run-task-0 mine 0", "\(folder)/scratch/work"])
        // Sockets that programs make there have paths of 107 bytes at most.
        let temporary = try #require(lines.last)
        #expect(temporary.utf8.count <= 70)
        #expect(FileManager.default.fileExists(atPath: temporary + "/x"))
        await world.tearDown()
    }

    @Test("others can read neither a pod's folder nor its environment")
    func permissions() async throws {
        let world = try PodWorld()
        var spec = PodWorld.shell("true")
        let outputs = world.pods.layout(of: spec.name).outputParametersFolder
        spec.args.append(outputs + "/a")
        spec.outputPaths = [outputs + "/a"]
        _ = await world.run(spec)
        func mode(_ path: String) -> UInt32 {
            var status = stat()
            return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
        }
        let folder = world.folder(spec.name)
        #expect(mode(folder) == 0o700)
        #expect(mode(outputs) == 0o700)
        #expect(mode(folder + "/scratch/program") == 0o600)
        #expect(mode(folder + "/log") == 0o600)
        await world.tearDown()
    }

    @Test("the file system keeps the runs' folders apart, where it can", .enabled(if: hasExtents("/tmp")))
    func apart() async throws {
        let world = try PodWorld()
        #expect(await world.run(PodWorld.shell("true"))?.outcome == .exited(code: 0))
        #expect(Self.flags(of: world.root + "/pods") & 0x0002_0000 != 0)
        await world.tearDown()
    }

    /// ext4 has them, and knows the flag that is looked for.
    private static func hasExtents(_ folder: String) -> Bool { flags(of: folder) & 0x0008_0000 != 0 }

    /// Source: Linux ioctl_iflags(2), FS_IOC_GETFLAGS.
    private static func flags(of folder: String) -> Int32 {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY)
        defer { close(descriptor) }
        var flags: Int32 = 0
        return ioctl(descriptor, 0x8008_6601, &flags) == 0 ? flags : 0
    }

    @Test("outputs are read within their bounds; a folder and a foreign path are errors")
    func outputs() async throws {
        let world = try PodWorld()
        let artifact = world.root + "/artifacts/a/b/model"
        var spec = PodWorld.shell("")
        let outputs = world.pods.layout(of: spec.name).outputParametersFolder
        spec.command = [
            "sh", "-c",
            "echo -n 42 > \(outputs)/answer; mkdir \(outputs)/folder; echo -n m > \(artifact)",
        ]
        spec.outputPaths = [artifact, outputs + "/answer"]
        #expect(await world.run(spec)?.outcome == .exited(code: 0))
        func read(_ path: String, _ most: Int = 100) async throws -> [UInt8]? {
            try await world.pods.readOutput(path, of: spec.name, bytesMax: most)
        }
        #expect(try await read(outputs + "/answer") == Array("42".utf8))
        #expect(try await read(outputs + "/answer", 2) == Array("42".utf8))
        #expect(try await read(artifact) == Array("m".utf8))
        #expect(try await read(outputs + "/missing") == nil)
        for (path, most, code) in [
            (outputs + "/answer", 1, PlatformError.Code.resourceExhausted),
            (outputs + "/folder", 9, .failedPrecondition),
            ("/etc/hostname", 9, .permissionDenied),
            (outputs + "/../../../x", 9, .permissionDenied),
        ] {
            await #expect { try await read(path, most) } throws: { ($0 as? PlatformError)?.code == code }
        }
        await world.tearDown()
    }

    @Test("forgetting a pod keeps its log and end and removes its secrets; removing a run removes all")
    func forgetting() async throws {
        let world = try PodWorld()
        let spec = PodWorld.shell("echo kept")
        _ = await world.run(spec)
        #expect(try await world.pods.hasUnforgotten(of: RunID("run")))
        await world.pods.forget(spec.name)
        #expect(try await !world.pods.hasUnforgotten(of: RunID("run")))
        let folder = world.folder(spec.name)
        let left = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(left == ["log", "status"])
        #expect(try await world.log(spec.name) == "kept\n")
        #expect(await world.run(spec)?.outcome == .exited(code: 0))

        let alive = PodWorld.shell("sleep 60", task: "alive")
        await world.ensure(alive)
        _ = await world.start(of: alive.name)
        await #expect(throws: PlatformError.self) { try await world.pods.remove(runID: RunID("run")) }
        await world.pods.stop(alive.name, grace: .zero)
        _ = await world.end(of: alive.name)
        try await world.pods.remove(runID: RunID("run"))
        #expect(!FileManager.default.fileExists(atPath: world.root + "/pods/run"))
        await world.tearDown()
    }

    @Test("a run's name cannot lead out of the root")
    func names() async throws {
        let world = try PodWorld()
        let spec = PodWorld.shell("pwd", run: "../../etc")
        _ = await world.run(spec)
        #expect(try await world.log(spec.name).hasPrefix(world.root + "/pods/%2E%2E%2F%2E%2E%2Fetc/"))
        await world.tearDown()
    }
}
