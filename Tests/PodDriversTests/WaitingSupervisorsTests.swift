import FoundationEssentials
import Glibc
import Model
import Pods
import Testing

@testable import PodDrivers

@Suite("Supervisors that wait", .timeLimit(.minutes(2)))
struct WaitingSupervisorsTests {
    private let root = PodWorld.newRoot()

    private func folder(_ name: String) throws -> SupervisedFolder {
        let folder = SupervisedFolder(path: root + "/" + name)
        let script = "echo ran >> \(root)/\(name).ran; exit 7"
        try folder.write(
            Program(
                arguments: ["sh", "-c", script],
                variables: [EnvironmentVariable(name: "PATH", value: "/usr/bin:/bin")]
            )
        )
        return folder
    }

    /// There are none before the first program.
    private func ready() throws -> WaitingSupervisors {
        var supervisors = WaitingSupervisors(supervisor: PodWorld.supervisor)
        supervisors.replenish()
        #expect(supervisors.waiting.isEmpty)
        let folder = try folder("first")
        #expect(try exitCode(folder, try supervisors.run(folder).pid) == 7)
        supervisors.replenish()
        return supervisors
    }

    private func exitCode(_ folder: SupervisedFolder, _ supervisor: Int32) throws -> Int? {
        while waitpid(supervisor, nil, 0) < 0, errno == EINTR {}
        guard case .ended(.exited(let code, _, _)) = try folder.observe() else { return nil }
        return code
    }

    @Test("One that waits runs the program, once, and another takes its place")
    func waiting() throws {
        var supervisors = try ready()
        let pids = supervisors.waiting.map(\.pid)
        #expect(Set(pids).count == 2)
        let folder = try folder("a")
        let pid = try supervisors.run(folder).pid
        #expect(pids.contains(pid))
        #expect(try exitCode(folder, pid) == 7)
        #expect(PodWorld.contents(root + "/a.ran") == "ran\n")
        supervisors.replenish()
        #expect(supervisors.waiting.count == 2 && !supervisors.waiting.map(\.pid).contains(pid))
        supervisors.release()
        try FileManager.default.removeItem(atPath: root)
    }

    @Test("Those that were killed are passed over")
    func killed() async throws {
        var supervisors = try ready()
        let pids = supervisors.waiting.map(\.pid)
        for one in supervisors.waiting {
            kill(one.pid, SIGKILL)
            try await PodWorld.waitForEnd(ofProcess: one.pid)
            // A process that another test is just starting may have the other side for a moment.
            var line = pollfd(fd: one.line, events: 0, revents: 0)
            #expect(poll(&line, 1, 10_000) == 1)
        }
        let folder = try folder("b")
        let pid = try supervisors.run(folder).pid
        #expect(!pids.contains(pid) && supervisors.waiting.isEmpty)
        #expect(try exitCode(folder, pid) == 7)
        try FileManager.default.removeItem(atPath: root)
    }

    @Test("All end when they are let go")
    func released() async throws {
        var supervisors = try ready()
        let pids = supervisors.waiting.map(\.pid)
        supervisors.release()
        #expect(supervisors.waiting.isEmpty)
        for pid in pids { try await PodWorld.waitForEnd(ofProcess: pid) }
    }
}
