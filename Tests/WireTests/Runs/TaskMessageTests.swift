import Model
import Testing
import Wire

@Suite("Task messages")
struct TaskMessageTests {
    @Test(
        "States are told in each generation's own words",
        arguments: [
            (TaskState.pending, nil, "PENDING"), (.running, "RUNNING", "RUNNING"),
            (.succeeded, "SUCCEEDED", "SUCCEEDED"), (.cached, "CACHED", "SUCCEEDED"),
            (.skipped, "SKIPPED", "SKIPPED"), (.failed, "FAILED", "FAILED"),
            (.canceled, "FAILED", "CANCELED"),
        ] as [(TaskState, String?, String)]
    )
    func states(state: TaskState, new: String?, old: String) throws {
        let message = TaskMessage(task: sampleTask("train", state))
        #expect(message.json["state"]?.string == new)
        #expect(message.detailJSON["state"]?.string == old)
        #expect(try TaskMessage(json: message.json).task.state == state)
    }

    @Test("A task of a 3.0 client has its values, pods and place, and ours beside them")
    func newShape() throws {
        var task = sampleTask("train", .failed)
        task.reason = Reason(.exitedNonZero, "exited with 3")
        task.inputs = TaskValues(parameters: ["n": 0], artifacts: ["data": [ArtifactID("a1")]])
        task.outputs = TaskValues(parameters: ["accuracy": 0.5])
        task.startedAt = moment
        task.endedAt = moment + .milliseconds(1_200)
        var attempt = Attempt(path: task.path, number: 0, createdAt: moment)
        attempt.state = .failed
        attempt.exitCode = 0
        let data = Artifact(
            id: ArtifactID("a1"),
            name: "data",
            schemaTitle: "system.Dataset",
            schemaVersion: "0.0.1",
            uri: "/d",
            metadata: ["rows": 0],
            createdAt: moment
        )
        let message = TaskMessage(task: task, attempts: [attempt], artifacts: [data.id: data])
        let json = message.json
        #expect(json["task_id"] == .string("\(runID).train"))
        #expect(json["parent_task_id"] == .string("\(runID).root"))
        #expect(json["scope_path"] == ["root", "train"])
        #expect(json["pods"] == [["name": .string("\(runID).train:0"), "type": "EXECUTOR"]])
        #expect(
            json["status_metadata"]
                == ["message": "exited with 3", "custom_properties": ["reason_code": "EXITED_NON_ZERO"]]
        )
        #expect(json["inputs"]?["parameters"] == [["parameter_key": "n", "value": 0]])
        #expect(json["inputs"]?["artifacts"]?.array?.first?["artifacts"]?.array?.first?["type"] == "Dataset")
        #expect(
            json["outputs"]?["parameters"]
                == [
                    [
                        "parameter_key": "accuracy", "value": 0.5, "type": "OUTPUT",
                        "producer": ["task_name": "train"],
                    ]
                ]
        )
        #expect(
            json["attempts"]
                == [
                    [
                        "number": 0, "state": "FAILED", "exit_code": 0,
                        "create_time": .string(moment.rfc3339Milliseconds),
                    ]
                ]
        )
        // Whole seconds and sentences are all that KFP keeps of a history.
        var back = try TaskMessage(json: JSONValue(json: json.jsonText))
        #expect(back.artifacts[data.id]?.metadata == data.metadata)
        back.artifacts = message.artifacts
        back.task.stateHistory = task.stateHistory
        #expect(back == message)
    }

    @Test("What the cache said of a task stands beside its reason, and is unset if it was not asked")
    func cache() throws {
        var task = sampleTask("train", .succeeded)
        #expect(TaskMessage(task: task).json["cache"] == nil)
        let changes: JSONValue = ["the code changed"]
        task.cache = Reason(.cacheMiss, "It differs: the code changed.", details: ["changes": changes])
        let json = TaskMessage(task: task).json
        #expect(json["cache"]?["code"] == "CACHE_MISS")
        #expect(json["cache"]?["message"] == "It differs: the code changed.")
        #expect(json["cache"]?["details"] == ["changes": changes])
        #expect(json["reason"] == nil)
        #expect(try TaskMessage(json: json).task.cache == task.cache)
    }

    @Test("A null that came out of a task is a value, not an unset field")
    func nullValue() throws {
        var task = sampleTask("t", .succeeded)
        task.outputs.parameters = ["nothing": .null]
        #expect(try TaskMessage(json: TaskMessage(task: task).json).task.outputs == task.outputs)
    }

    @Test("A loop says how many passes it has and a pass which one it is, as 64-bit integers do: in quotes")
    func loops() throws {
        var iteration = sampleTask("loop.0", kind: .iteration)
        iteration.iteration = 0
        iteration.parent = TaskPath("loop")
        let messages = TaskMessage.all(
            [sampleTask("loop", kind: .loop), iteration],
            attempts: [],
            children: [TaskPath("loop"): [iteration.path]]
        )
        #expect(messages[0].json["type_attributes"] == ["iteration_count": "1"])
        #expect(messages[0].json["child_tasks"] == [["task_id": .string("\(runID).loop.0")]])
        #expect(messages[1].json["type_attributes"] == ["iteration_index": "0"])
        #expect(messages[1].json["type"] == "DAG")
        var long = sampleTask("loop", kind: .loop)
        long.reason = Reason(.iterating, "Goes over 9 items.", details: ["iterations": .number(9)])
        #expect(TaskMessage(task: long).json["type_attributes"] == ["iteration_count": "9"])
        let back = try TaskMessage(json: messages[1].json)
        #expect(back.task.kind == .iteration)
        #expect(back.task.iteration == 0)
    }

    @Test("A task of a 2.x client is filled in: times, parent, children, pod, artifacts, error")
    func oldShape() {
        var task = sampleTask("train", .failed)
        task.reason = Reason(.exitedNonZero, "exited with 3")
        task.startedAt = moment
        task.outputs.artifacts = ["model": [ArtifactID("m1")]]
        let attempts = [0, 1].map { Attempt(path: task.path, number: $0, createdAt: moment) }
        let json = TaskMessage(task: task, attempts: attempts, children: [TaskPath("train.sub")]).detailJSON
        #expect(
            json.jsonText
                == #"{"child_tasks":[{"task_id":"\#(runID).train.sub"}],"create_time":"2026-08-22T10:00:02Z","#
                + #""display_name":"train","error":{"code":2,"message":"exited with 3"},"#
                + #""executor_detail":{"failed_main_jobs":["\#(runID).train:0"],"main_job":"\#(runID).train:1"},"#
                + #""outputs":{"model":{"artifact_ids":["m1"]}},"parent_task_id":"\#(runID).root","#
                + #""pod_name":"\#(runID).train:1","run_id":"\#(runID)","start_time":"2026-08-22T10:00:02Z","#
                + #""state":"FAILED","state_history":[{"state":"PENDING","update_time":"2026-08-22T10:00:02Z"},"#
                + #"{"state":"FAILED","update_time":"2026-08-22T10:00:02Z"}],"task_id":"\#(runID).train"}"#
        )
    }
}

@Suite("Task identities")
struct TaskIDTests {
    @Test("An identity reads back, with its run known and without")
    func roundTrip() {
        let id = TaskID(runID: runID, path: TaskPath("for-loop-1.3.train"))
        #expect(TaskID(id.description, in: runID) == id)
        #expect(TaskID("for-loop-1.3.train", in: runID) == id)
        #expect(TaskID(id.description) == id)
    }

    @Test(
        "Without its run, only a run's UUID and a path will do",
        arguments: ["", ".", "train", "a.b", "\(runID).", "\(runID)"]
    )
    func refused(text: String) {
        #expect(TaskID(text) == nil)
    }

    @Test("A node of a run is a task or one attempt at it")
    func nodes() {
        let id = TaskID(runID: runID, path: TaskPath("train"))
        for (text, attempt) in [("train", nil), (id.description, nil), (id.podName(attempt: 2), 2)]
            as [(String, Int?)]
        {
            let node = TaskID.node(text, in: runID)
            #expect(node.task == id)
            #expect(node.attempt == attempt)
        }
    }
}
