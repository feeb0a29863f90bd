import Foundation
import Glibc
import Model
import PodDrivers
import Pods
import TestKit
import Testing

@Suite(.timeLimit(.minutes(15)))
struct ReattachTests {
    @Test("a later server finds running and ended pods and reports both in full")
    func secondServer() async throws {
        let root = PodWorld.newRoot()
        let ended = PodWorld.shell("echo x >> \(root)/count; exit 3", task: "ended")
        let running = PodWorld.shell(
            "echo x >> \(root)/count; while [ ! -e \(root)/go ]; do sleep 0.02; done; exit 5",
            task: "running"
        )
        do {
            let first = try PodWorld(root: root)
            _ = await first.run(ended)
            await first.ensure(running)
            _ = await first.start(of: running.name)
        }
        let second = try PodWorld(root: root)
        #expect(await second.run(ended)?.outcome == .exited(code: 3))
        await second.ensure(running)
        #expect(await second.start(of: running.name) != nil)
        try Data().write(to: URL(filePath: root + "/go"))
        #expect(await second.end(of: running.name)?.outcome == .exited(code: 5))
        #expect(PodWorld.contents(root + "/count") == "x\nx\n")
        await second.tearDown()
    }

    @Test("pods of a server that was killed end by themselves and are found, each having run once")
    func killedServer() async throws {
        let root = PodWorld.newRoot()
        await #expect(processExitsWith: .signal(SIGKILL)) { [root = root as String] in
            let world = try PodWorld(root: root, places: 2)
            for index in 0..<4 { await world.ensure(KilledServer.spec(index, root)) }
            _ = await world.start(of: KilledServer.spec(1, root).name)
            kill(getpid(), SIGKILL)
        }
        let world = try PodWorld(root: root, places: 2)
        for index in 0..<4 { await world.ensure(KilledServer.spec(index, root)) }
        for index in 0..<4 {
            #expect(
                await world.end(of: KilledServer.spec(index, root).name)?.outcome == .exited(code: 10 + index)
            )
            #expect(PodWorld.contents(root + "/count-\(index)") == "x\n")
        }
        await world.tearDown()
    }

    @Test("a later server counts the pods it finds running, so the bound holds")
    func countsStrangers() async throws {
        let root = PodWorld.newRoot()
        let running = PodWorld.shell("sleep 60", task: "running")
        do {
            let first = try PodWorld(root: root, places: 1)
            await first.ensure(running)
            _ = await first.start(of: running.name)
        }
        let second = try PodWorld(root: root, places: 1)
        await second.ensure(running)
        let next = PodWorld.shell("true", task: "next")
        await second.ensure(next)
        let waiting = await second.first(of: next.name) { $0.waitingReason?.code }
        #expect(waiting == .waitingForCapacity)
        await second.pods.stop(running.name, grace: .zero)
        #expect(await second.end(of: next.name)?.outcome == .exited(code: 0))
        await second.tearDown()
    }

    @Test("a later server can stop a pod nobody has asked it for")
    func stopStranger() async throws {
        let root = PodWorld.newRoot()
        let running = PodWorld.shell("sleep 60")
        do {
            let first = try PodWorld(root: root)
            await first.ensure(running)
            _ = await first.start(of: running.name)
        }
        let second = try PodWorld(root: root)
        await second.pods.forget(running.name)
        #expect(PodWorld.contents(second.folder(running.name) + "/scratch/program")?.isEmpty == false)
        await #expect(throws: PlatformError.self) { try await second.pods.remove(runID: RunID("run")) }
        await second.pods.stop(running.name, grace: .seconds(20))
        #expect(await second.end(of: running.name)?.outcome == .signaled(number: 15))
        await second.tearDown()
    }

    @Test("when the supervisor is killed, the program dies with it and the pod is lost, once and for all")
    func killedSupervisor() async throws {
        let world = try PodWorld()
        let spec = PodWorld.shell("sleep 300 & echo $$ $!; wait")
        await world.ensure(spec)
        _ = await world.start(of: spec.name)
        let pids = try await PodWorld.waitForFile(world.folder(spec.name) + "/log")
            .split(whereSeparator: \.isWhitespace).compactMap { Int32($0) }
        let supervisor = try #require(world.supervisor(of: spec.name))
        kill(supervisor, SIGKILL)
        let end = try #require(await world.end(of: spec.name))
        guard case .lost(let reason) = end.outcome else {
            Issue.record("expected a loss, got \(end.outcome)")
            return
        }
        #expect(reason.code == .podLost)
        for pid in pids { try await PodWorld.waitForEnd(ofProcess: pid) }
        let later = try PodWorld(root: world.root)
        #expect(await later.run(spec)?.endedAt == end.endedAt)
        await world.tearDown()
    }

    @Test("that a pod never starts is on the disk before anybody hears of it, as soon as it can be")
    func refusalWithoutDescriptors() async throws {
        let root = PodWorld.newRoot()
        await #expect(processExitsWith: .success) { [root = root as String] in
            let world = try PodWorld(root: root, places: 1)
            let running = PodWorld.shell("while [ ! -e \(root)/go ]; do sleep 0.02; done", task: "running")
            let queued = PodWorld.shell("echo x >> \(root)/count", task: "queued")
            await world.ensure(running)
            _ = await world.start(of: running.name)
            await world.ensure(queued)
            _ = await world.first(of: queued.name) { $0.waitingReason }
            var none = NoDescriptors()
            await world.pods.stop(queued.name, grace: .zero)
            // Sleeping as tasks do would need a descriptor, the first time.
            usleep(300_000)
            none.end()
            let end = await world.end(of: queued.name)
            #expect(end?.outcome.refusal?.code == .terminated)
            // Another server, and so the disk alone.
            let later = try PodWorld(root: root, places: 1)
            #expect(await later.run(queued)?.outcome.refusal?.code == .terminated)
            try Data().write(to: URL(filePath: root + "/go"))
            #expect(await world.end(of: running.name)?.outcome == .exited(code: 0))
            #expect(PodWorld.contents(root + "/count") == nil)
            await world.tearDown()
        }
    }

    @Test("a program that was launched and does not begin is said to wait, and no more once it has begun")
    func lateStart() async throws {
        let root = PodWorld.newRoot()
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        let slow = root + "/slow-supervisor"
        let script = """
            #!/bin/sh
            until [ -e \(root)/go ] || [ ! -e "$0" ]; do sleep 0.02; done
            exec \(PodWorld.supervisor) "$@"
            """
        // Another program writes it: what is open for writing here is inherited by what other tests start meanwhile, and
        // is then busy when it is to run.
        try Process.run(
            URL(filePath: "/bin/sh"),
            arguments: ["-c", "echo \"$0\" > \"$1\"; chmod 755 \"$1\"", script, slow]
        ).waitUntilExit()
        let world = try PodWorld(root: root, supervisor: slow)
        let spec = PodWorld.shell("exit 3")
        await world.ensure(spec)
        let reason = try #require(await world.first(of: spec.name) { $0.waitingReason })
        #expect(reason.message.contains("has not begun yet"))
        try Data().write(to: URL(filePath: root + "/go"))
        #expect(await world.end(of: spec.name)?.outcome == .exited(code: 3))
        #expect(world.events[spec.name]?.count { $0.waitingReason != nil } == 1)
        await world.tearDown()
    }

    @Test("a polite signal to the supervisor does not lose the status")
    func politeSignal() async throws {
        let world = try PodWorld()
        let spec = PodWorld.shell("while [ ! -e \(world.root)/go ]; do sleep 0.02; done; exit 6")
        await world.ensure(spec)
        _ = await world.start(of: spec.name)
        kill(try #require(world.supervisor(of: spec.name)), SIGTERM)
        try Data().write(to: URL(filePath: world.root + "/go"))
        #expect(await world.end(of: spec.name)?.outcome == .exited(code: 6))
        await world.tearDown()
    }
}

/// The pods of the server that is killed; its process and ours both need them.
enum KilledServer {
    static func spec(_ index: Int, _ root: String) -> PodSpec {
        PodWorld.shell(
            "echo x >> \(root)/count-\(index); sleep 0.3; exit \(10 + index)",
            task: "task-\(index)"
        )
    }
}
