import FoundationEssentials
import Model
import Testing
import Wire

@testable import Commands

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

@Suite("Reading logs")
struct LogReaderTests {
    /// What a reader writes, through a real file.
    private func output(_ read: (Console) async throws -> Void) async throws -> String {
        let path = FileManager.default.temporaryDirectory.appending(path: "logs-" + UUID().uuidString).path
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL, 0o600)
        defer {
            close(descriptor)
            unlink(path)
        }
        try await read(Console(descriptor: descriptor))
        return try PipelineFile.text(at: path)
    }

    private func task(_ path: String, attempts: [AttemptState], _ state: TaskState) -> TaskMessage {
        var message = sampleTask(path, state)
        message.attempts = attempts.enumerated().map { number, state in
            var attempt = Attempt(path: message.task.path, number: number, createdAt: moment)
            attempt.state = state
            return attempt
        }
        return message
    }

    private func offset(in path: String) -> Int {
        path.split(separator: "offset=").dropFirst().first.flatMap { Int($0.prefix(while: \.isNumber)) } ?? 0
    }

    @Test("Without following, the newest attempt of each task is shown once")
    func once() async throws {
        let client = ScriptedServer().client { route, parameters, path in
            switch route {
            case .getRun: return RunMessage(run: sampleRun()).json
            case .listTasks:
                return tasksJSON([
                    sampleRoot(), task("a", attempts: [.failed, .running], .running),
                    task("b", attempts: [], .pending),
                ])
            default: return offset(in: path) == 0 && path.contains("attempt=1") ? "one\ntwo" : ""
            }
        }
        let text = try await output {
            try await LogReader(client: client, console: $0).read(runID, follow: false)
        }
        #expect(text == "[a] one\n[a] two\n")
    }

    @Test("Following shows every attempt, each byte once, and ends with the run")
    func following() async throws {
        let server = ScriptedServer()
        let client = server.client { route, _, path in
            let polls = server.requests.count { $0.hasSuffix(runID.text + "?view=DEFAULT") }
            switch route {
            case .getRun: return RunMessage(run: sampleRun(polls < 4 ? .running : .succeeded)).json
            case .listTasks:
                return tasksJSON([
                    sampleRoot(),
                    polls < 3
                        ? task("a", attempts: [.running], .running)
                        : task("a", attempts: [.failed, .succeeded], .succeeded),
                ])
            default:
                // The first attempt's last words come between two looks at the run.
                let first = polls < 3 ? "try" : "try\nbroken\n"
                let log = path.contains("attempt=0") ? first : "well\n"
                return .string(String(log.dropFirst(offset(in: path))))
            }
        }
        let text = try await output {
            let reader = LogReader(client: client, console: $0, path: TaskPath("a"), pause: .milliseconds(1))
            try await reader.read(runID, follow: true)
        }
        #expect(text == "try\nbroken\nwell\n")
    }

    @Test("A task that the run does not have is refused with those it has")
    func unknownTask() async throws {
        let client = ScriptedServer().client { route, _, _ in
            route == .getRun ? RunMessage(run: sampleRun()).json : tasksJSON([sampleTask("train", .running)])
        }
        let reader = LogReader(client: client, console: .errors, path: TaskPath("trian"))
        let error = await #expect(throws: PlatformError.self) { try await reader.read(runID, follow: false) }
        #expect(error?.message == "the run has no task trian; it has train")
    }
}
