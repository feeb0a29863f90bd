import Model
import Synchronization
import Wire

@testable import Commands

let moment = Instant(milliseconds: 1_787_392_802_345)
let runID = RunID("0a6c2f4e-7d3b-4a51-9c0e-1f2d3b4c5a69")

func sampleRun(_ state: RuntimeState = .running) -> Run {
    var run = Run(
        id: runID,
        experimentID: ExperimentID("e"),
        displayName: "hello",
        pipelineName: "hello",
        createdAt: moment
    )
    run.enter(state, at: moment + .milliseconds(4_200))
    return run
}

func sampleTask(
    _ path: String,
    _ state: TaskState,
    in parent: TaskPath? = .root,
    reason: Reason? = nil,
    kind: TaskKind = .container
) -> TaskMessage {
    let path = TaskPath(path)
    var task = TaskRecord(
        runID: runID,
        path: path,
        parent: parent,
        name: path.text,
        displayName: path.text,
        kind: kind,
        createdAt: moment
    )
    task.state = state
    task.reason = reason
    if state != .pending { task.startedAt = moment }
    if state.isFinal { task.endedAt = moment + .milliseconds(1_200) }
    guard kind == .container else { return TaskMessage(task: task) }
    var attempt = Attempt(path: path, number: 0, createdAt: moment)
    attempt.state = state.isFinal ? .succeeded : .running
    return TaskMessage(task: task, attempts: state == .pending ? [] : [attempt])
}

func sampleRoot(_ state: TaskState = .running) -> TaskMessage {
    sampleTask("root", state, in: nil, kind: .root)
}

/// A server that answers from a table of its routes and remembers what it was asked.
final class ScriptedServer: Sendable {
    private let asked = Mutex<[String]>([])

    /// Every request so far: method and path.
    var requests: [String] { asked.withLock { $0 } }

    /// A client of the server; `answer` gets the route, its parameters and the path with the query.
    func client(
        _ answer: @escaping @Sendable (Route, [String: String], String) throws -> JSONValue
    ) -> PlatformClient {
        let exchange: PlatformClient.Exchange = { method, path, _ in
            self.asked.withLock { $0.append("\(method.rawValue) \(path)") }
            guard
                case .found(let route, let parameters) = RouteTable.match(method: method.rawValue, path: path)
            else { return PlatformClient.Answer(status: 404, body: []) }
            do {
                let json = try answer(route, parameters, path)
                // A log is text, which scripts give as a string.
                return PlatformClient.Answer(
                    status: 200,
                    body: json.string.map { Array($0.utf8) } ?? json.jsonBytes
                )
            } catch let error as PlatformError {
                let envelope = ErrorEnvelope(error)
                return PlatformClient.Answer(status: envelope.status, body: envelope.body.jsonBytes)
            }
        }
        return PlatformClient(
            endpoint: "http://test",
            exchange: exchange,
            download: { path, take in
                var answer = try await exchange(.get, path, nil)
                guard answer.status == 200 else { return answer }
                // In two pieces, as from a network.
                try take(Array(answer.body.prefix(3)))
                try take(Array(answer.body.dropFirst(3)))
                answer.body = []
                return answer
            }
        )
    }
}

func tasksJSON(_ tasks: [TaskMessage]) -> JSONValue { ["tasks": .array(tasks.map(\.json))] }
