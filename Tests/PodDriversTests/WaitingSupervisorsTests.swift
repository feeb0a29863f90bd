import FoundationEssentials
import Glibc
import Model
import Pods
import Testing

@testable import PodDrivers

@Suite("Supervisors that wait", .timeLimit(.minutes(15)))
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

    /// Runs the program of a new folder and waits for the answer.
    private func run(_ name: String, by supervisors: inout WaitingSupervisors) throws -> WaitingSupervisor {
        let folder = try folder(name)
        let supervisor = try #require(try supervisors.run(folder))
        var answer: UInt8 = 0
        #expect(recv(supervisor.line, &answer, 1, 0) == 1)
        guard case .ended(.exited(7, _, _)) = try folder.observe() else {
            Issue.record("\(name): \(try folder.observe())")
            return supervisor
        }
        #expect(PodWorld.contents(root + "/\(name).ran") == "ran\n")
        return supervisor
    }

    @Test("One runs the programs of many folders, each once, and keeps nothing of them")
    func waiting() throws {
        var supervisors = WaitingSupervisors(supervisor: PodWorld.supervisor)
        let first = try run("first", by: &supervisors)
        // Who is at work is not given anything else.
        let second = try run("second", by: &supervisors)
        #expect(second.pid != first.pid)
        supervisors.takeBack(first)
        let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(first.pid)/fd").sorted()
        for number in 0..<100 {
            let next = try run("next-\(number)", by: &supervisors)
            #expect(next == first)
            supervisors.takeBack(next)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: "/proc/\(first.pid)/fd").sorted() == open)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(first.pid)/cwd") == "/")
        supervisors.takeBack(second)
        supervisors.release()
        try FileManager.default.removeItem(atPath: root)
    }

    @Test("Those that were killed are passed over, and those that were stopped go on")
    func killed() async throws {
        var supervisors = WaitingSupervisors(supervisor: PodWorld.supervisor)
        let first = try run("first", by: &supervisors)
        let second = try run("second", by: &supervisors)
        supervisors.takeBack(first)
        supervisors.takeBack(second)
        kill(second.pid, SIGKILL)
        kill(first.pid, SIGSTOP)
        try await PodWorld.waitForEnd(ofProcess: second.pid)
        // A process that another test is just starting may have the other side for a moment.
        var line = pollfd(fd: second.line, events: 0, revents: 0)
        #expect(poll(&line, 1, 10_000) == 1)
        #expect(try run("third", by: &supervisors) == first)
        #expect(supervisors.waiting.isEmpty)
        supervisors.takeBack(first)
        supervisors.release()
        try FileManager.default.removeItem(atPath: root)
    }

    @Test("A program's deadline is not the next one's")
    func deadline() throws {
        var supervisors = WaitingSupervisors(supervisor: PodWorld.supervisor)
        let folder = SupervisedFolder(path: root + "/slow")
        try folder.write(
            Program(
                arguments: ["sleep", "60"],
                variables: [EnvironmentVariable(name: "PATH", value: "/usr/bin:/bin")],
                deadline: .milliseconds(100)
            )
        )
        let supervisor = try #require(try supervisors.run(folder))
        var answer: UInt8 = 0
        #expect(recv(supervisor.line, &answer, 1, 0) == 1)
        guard case .ended(.overdue) = try folder.observe() else {
            Issue.record("\(try folder.observe())")
            return
        }
        supervisors.takeBack(supervisor)
        // Nor does a late alarm end anybody.
        kill(supervisor.pid, SIGALRM)
        #expect(try run("next", by: &supervisors) == supervisor)
        supervisors.takeBack(supervisor)
        supervisors.release()
        try FileManager.default.removeItem(atPath: root)
    }

    @Test("All end when they are let go")
    func released() async throws {
        var supervisors = WaitingSupervisors(supervisor: PodWorld.supervisor)
        let first = try run("first", by: &supervisors)
        supervisors.takeBack(first)
        supervisors.release()
        #expect(supervisors.waiting.isEmpty)
        try await PodWorld.waitForEnd(ofProcess: first.pid)
    }
}
