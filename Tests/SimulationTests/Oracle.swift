import Model
import PipelineIR

/// Says how a run must end, by plain recursion over the graph, without anything the engine uses to get there.
struct Oracle {
    let graph: TaskGraph
    let seed: UInt64
    let failureChance: Double

    func check(_ rows: Rows, _ violation: (String) -> Violation) throws {
        var expected: [TaskPath: TaskState] = [:]
        let root = ends(of: 0, at: .root, retries: nil, &expected)
        expected[.root] = root
        for (path, state) in expected where rows.tasks[path]?.state != state {
            throw violation("task \(path) ended as \(rows.tasks[path]?.state.rawValue ?? "nothing"), expected \(state)")
        }
        let known = Set(expected.keys)
        for path in rows.tasks.keys where !known.contains(path) { throw violation("task \(path) should not exist") }
        let run: RuntimeState = root == .succeeded ? .succeeded : .failed
        if rows.run.state != run { throw violation("the run ended as \(rows.run.state), expected \(run)") }
    }

    private func ends(
        of pipeline: Int, at path: TaskPath, retries: TaskSpec.RetryPolicy?, _ expected: inout [TaskPath: TaskState]
    ) -> TaskState {
        var states: [TaskState] = []
        for task in graph.pipelines[pipeline].tasks {
            let place = path.appending(task.name)
            let policy = task.spec.retryPolicy ?? retries
            var state = TaskState.succeeded
            if task.upstream.contains(where: { states[$0] != .succeeded }) {
                state = .skipped
            } else if task.parameterSources["number"]?.origin == .constant("no number") {
                state = .failed
            } else if case .pipeline(let inner) = task.body {
                state = ends(of: inner, at: place, retries: policy, &expected)
            } else {
                state = attempts(place, policy)
            }
            expected[place] = state
            states.append(state)
        }
        return states.contains(.failed) ? .failed : .succeeded
    }

    private func attempts(_ path: TaskPath, _ policy: TaskSpec.RetryPolicy?) -> TaskState {
        var failures = 0
        var losses = 0
        for attempt in 0... {
            switch SimulatedWorld.fate(of: path, attempt: attempt, seed: seed, failureChance: failureChance) {
            case 0:
                failures += 1
                if failures > policy?.retriesMax ?? 0 { return .failed }
            case 1:
                losses += 1
                if losses > Limits.infrastructureRetriesMax { return .failed }
            default: return .succeeded
            }
        }
        return .failed
    }
}
