import FoundationEssentials
import Glibc
import Model
import Pods
import Testing

@testable import PodDrivers

@Suite(.timeLimit(.minutes(15)))
struct DeadlineTests {
    private func spec(_ script: String, _ deadline: Duration) -> PodSpec {
        var spec = PodWorld.shell(script)
        spec.activeDeadline = deadline
        return spec
    }

    @Test("a program that ends before its deadline ends as if there were none")
    func met() async throws {
        let world = try PodWorld()
        #expect(await world.run(spec("exit 3", .seconds(60)))?.outcome == .exited(code: 3))
        await world.tearDown()
    }

    @Test("a program is asked to end at its deadline, and what it returns then does not count")
    func exceeded() async throws {
        let world = try PodWorld()
        // Long enough for the trap to be set, on a busy machine too.
        let script = "trap 'echo bye; exit 0' TERM; while :; do sleep 0.02; done"
        let end = await world.run(spec(script, .seconds(3)))
        #expect(end?.outcome == .deadlineExceeded(after: .seconds(3)))
        #expect(end?.logTail.hasSuffix("bye\n") == true)
        let started = try #require(end?.startedAt)
        #expect(try #require(end).endedAt - started >= .milliseconds(2990))
        let later = try PodWorld(root: world.root)
        #expect(await later.run(spec(script, .seconds(3))) == end)
        await world.tearDown()
    }

    @Test("the deadline counts from the start, also when the server goes away and another comes")
    func exceededAfterReattachment() async throws {
        let root = PodWorld.newRoot()
        let spec = spec("sleep 60", .milliseconds(700))
        do {
            let first = try PodWorld(root: root)
            await first.ensure(spec)
            _ = await first.start(of: spec.name)
        }
        let second = try PodWorld(root: root)
        #expect(await second.run(spec)?.outcome == .deadlineExceeded(after: .milliseconds(700)))
        await second.tearDown()
    }

    @Test("a program that does not listen is killed when its grace after the deadline is over")
    func stubborn() async throws {
        let world = try PodWorld()
        let folder = SupervisedFolder(path: world.root + "/stubborn")
        let program = [
            "", "100 200", "3", "/bin/sh", "-c", "trap '' TERM; while :; do sleep 0.02; done",
            "PATH=/usr/bin:/bin",
        ]
        try Disk.makeFolder(folder.scratchPath)
        try Disk.write(program.flatMap { Array($0.utf8) + [0] }, to: folder.programPath)
        #expect(try runSupervisor(in: folder.path) == 0)
        guard case .ended(.overdue(let allowed, let start, let end)) = try folder.observe() else {
            Issue.record("expected an overdue program, got \(try folder.observe())")
            return
        }
        #expect(allowed == .milliseconds(100))
        #expect(end - start >= .milliseconds(290))
        await world.tearDown()
    }

    @Test("a deadline of nothing is refused")
    func nothing() async throws {
        let world = try PodWorld()
        let reason = await world.run(spec("true", .zero))?.outcome.refusal
        #expect(reason?.message.contains("no time at all") == true)
        await world.tearDown()
    }
}

/// Runs the supervisor by itself and waits for its end; answers its exit status.
func runSupervisor(
    in folder: String,
    through wrapper: [String] = [],
    program: String = PodWorld.supervisor
) throws -> Int32 {
    var pid: pid_t = 0
    let arguments = wrapper + [program, folder]
    var pointers = arguments.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    let problem = posix_spawn(&pid, arguments[0], nil, nil, &pointers, environ)
    guard problem == 0 else { throw Disk.failure("start", arguments[0], problem) }
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    return status >> 8 & 0xff
}
