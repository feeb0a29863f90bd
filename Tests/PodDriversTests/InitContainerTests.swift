import FoundationEssentials
import Glibc
import Model
import Pods
import Testing

@testable import PodDrivers

@Suite(.timeLimit(.minutes(15)))
struct InitContainerTests {
    private func spec(_ script: String, before: String..., deadline: Duration? = nil) -> PodSpec {
        var spec = PodWorld.shell(script)
        spec.activeDeadline = deadline
        spec.initContainers = before.enumerated().map { index, script in
            PodContainer(name: "init-\(index)", image: "alpine:3", command: ["sh", "-c", script])
        }
        return spec
    }

    private func failure(_ end: PodEnd?) -> Reason? {
        if case .notStarted(let reason)? = end?.outcome { reason } else { nil }
    }

    @Test("the pod's program runs after its init containers, each in a folder of its own, and its end counts")
    func order() async throws {
        let world = try PodWorld()
        let spec = spec("ls; exit 3", before: "touch left-behind; echo one", "ls; echo two >&2")
        #expect(await world.run(spec)?.outcome == .exited(code: 3))
        #expect(
            try await world.log(spec.name)
                == "=== init container init-0 ===\none\n=== init container init-1 ===\ntwo\n=== main ===\n"
        )
        await world.pods.forget(spec.name)
        #expect(!FileManager.default.fileExists(atPath: world.folder(spec.name) + "/steps"))
        await world.tearDown()
    }

    @Test("an init container ended by a signal is named with it, and so it is when the end is read again")
    func signaled() async throws {
        let world = try PodWorld()
        let spec = spec("echo never", before: "kill -9 $$")
        let end = await world.run(spec)
        #expect(failure(end)?.code == .initContainerFailed)
        #expect(failure(end)?.message == "The init container 'init-0' was ended by signal 9.")
        let later = try PodWorld(root: world.root)
        #expect(await later.run(spec) == end)
        await world.tearDown()
    }

    @Test("the deadline counts for the init containers together with the program")
    func deadline() async throws {
        let world = try PodWorld()
        let spec = spec("sleep 60", before: "sleep 0.2", deadline: .milliseconds(500))
        let end = await world.run(spec)
        #expect(end?.outcome == .deadlineExceeded(after: .milliseconds(500)))
        let stuck = self.spec("true", before: "sleep 60", deadline: .milliseconds(300))
        var other = stuck
        other.name = PodWorld.name("stuck")
        #expect(await world.run(other)?.outcome == .deadlineExceeded(after: .milliseconds(300)))
        await world.tearDown()
    }

    @Test("stopping a pod reaches an init container, and its program never runs")
    func stopped() async throws {
        let world = try PodWorld()
        let spec = spec("echo never", before: "exec sleep 60")
        await world.ensure(spec)
        _ = await world.start(of: spec.name)
        await world.pods.stop(spec.name, grace: .seconds(5))
        #expect(await world.end(of: spec.name)?.outcome == .signaled(number: 15))
        #expect(try await world.log(spec.name) == "=== init container init-0 ===\n")
        await world.tearDown()
    }

    @Test("a program that is not there is named as such, also after an init container that succeeded")
    func missingProgram() async throws {
        let world = try PodWorld()
        var spec = spec("", before: "true")
        spec.command = ["martlet-no-such-program"]
        #expect(failure(await world.run(spec))?.code == .startFailed)
        await world.tearDown()
    }

    @Test("an init container without a command is refused before anything runs")
    func withoutCommand() throws {
        var spec = spec("true", before: "true")
        spec.initContainers[0].command = []
        #expect(spec.localObjection?.message.contains("'init-0' gives no command") == true)
    }

    @Test("what goes into a volume is copied whole, replaces what was there, and cannot leave the volume")
    func copies() async throws {
        let world = try PodWorld()
        let source = world.root + "/source"
        try FileManager.default.createDirectory(atPath: source, withIntermediateDirectories: true)
        for text in ["one", "two"] {
            try Data(text.utf8).write(to: URL(filePath: source + "/x"))
            try await world.pods.copy(source, toVolume: "v", at: "deep/er")
            #expect(PodWorld.contents(world.root + "/volumes/v/deep/er/x") == text)
        }
        for path in ["../out", "/abs", "", "a/../../out"] {
            await #expect(throws: PlatformError.self) {
                try await world.pods.copy(source, toVolume: "v", at: path)
            }
        }
        await world.tearDown()
    }
}
