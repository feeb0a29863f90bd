import Model
import PipelineIR
import TestKit
import Testing

/// A way to spoil a good spec, and what must be said of it.
struct Spoilt: Sendable, CustomTestStringConvertible {
    let rule: String
    let expected: [String]
    let spoil: @Sendable (inout JSONValue) -> Void

    init(_ rule: String, _ expected: String..., spoil: @escaping @Sendable (inout JSONValue) -> Void) {
        self.rule = rule
        self.expected = expected
        self.spoil = spoil
    }

    var testDescription: String { rule }
}

@Suite("Validation of specs")
struct ValidationTests {
    /// Root: `a` (work) → `b` (read) → `n`, a pipeline with one task `in` (work).
    private static let good: JSONValue = {
        var builder = SpecBuilder()
        builder.container("work", inputs: ["x": "STRING"], outputs: ["y": "STRING"], artifactsOut: ["data"])
        builder.container("read", inputs: ["x": "STRING"], artifactsIn: ["data"])
        builder.pipeline(
            "nested",
            tasks: ["in": SpecBuilder.task("work", parameters: ["x": SpecBuilder.input("p")])],
            rest: ["inputDefinitions": ["parameters": ["p": ["parameterType": "STRING"]]]]
        )
        return builder.spec(tasks: [
            "a": SpecBuilder.task("work"),
            "b": SpecBuilder.task(
                "read",
                parameters: ["x": SpecBuilder.output("a", "y")],
                artifacts: ["data": SpecBuilder.artifact("a", "data")]
            ),
            "n": SpecBuilder.task("nested", after: ["b"], parameters: ["p": SpecBuilder.constant("c")]),
        ])
    }()

    @Test("The spec that the cases spoil is a good one")
    func baseline() {
        #expect(problems(Self.good) == [])
    }

    @Test("Each mistake is reported once, with its place", arguments: head + shapes + references + structure)
    func mistakes(spoilt: Spoilt) {
        var json = Self.good
        spoilt.spoil(&json)
        #expect(problems(json) == spoilt.expected)
    }

    @Test("Several mistakes are reported at once")
    func several() {
        var json = Self.good
        json["schemaVersion"] = "2.0.0"
        json["components", "work", "executorLabel"] = 3
        json["root", "dag", "tasks", "a", "dependentTasks"] = ["x", 1]
        #expect(
            problems(json) == [
                "components.work.executorLabel: expected a string, found a number",
                "root.dag.tasks.a.dependentTasks[1]: expected a string, found a number",
                "schemaVersion: expected 2.1.0, found '2.0.0'",
            ]
        )
        json = Self.good
        json["root", "dag", "tasks", "a", "dependentTasks"] = ["x"]
        json["root", "dag", "tasks", "b", "inputs", "parameters", "x"] = SpecBuilder.output("a", "z")
        json["components", "nested", "dag", "tasks", "in", "componentRef", "name"] = "gone"
        #expect(
            problems(json) == [
                "root.dag.tasks.a.dependentTasks[0]: there is no task 'x' here",
                "root.dag.tasks.b.inputs.parameters.x: task 'a' has no output parameter 'z'",
                "components.nested.dag.tasks.in.componentRef.name: there is no component 'gone'",
            ]
        )
    }

    @Test("A long list of problems is cut with a count")
    func longList() {
        let error = InvalidSpec((0..<7).map { SpecProblem("p\($0)", "m") })
        #expect(error.description == "p0: m; p1: m; p2: m; p3: m; p4: m; and 2 more")
        #expect(InvalidSpec([SpecProblem("", "m")]).description == "m")
    }

    // MARK: The cases

    private static let nameRule = "must be 1 to 128 of a-z, 0-9 and '-', not starting with '-'"

    static let head = [
        Spoilt(
            "no object",
            "expected a pipeline spec, an object with 'pipelineInfo' and 'root', found a list"
        ) {
            $0 = []
        },
        Spoilt(
            "nothing of a spec",
            "this is no pipeline spec: neither 'pipelineInfo' nor 'root' is there; compile the pipeline with kfp 2"
        ) { $0 = ["a": 1] },
        Spoilt(
            "an Argo workflow",
            "apiVersion: this is an Argo workflow, as kfp 1.8 compiles it; such pipelines are not supported yet: "
                + "compile with kfp 2"
        ) { $0 = ["apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow"] },
        Spoilt("no root", "root: is missing: the spec has no pipeline") { $0["root"] = nil },
        Spoilt("root without tasks", "root: expected a pipeline of tasks ('dag')") {
            $0["root"] = ["executorLabel": "exec-work"]
        },
        Spoilt("no version", "schemaVersion: is missing; expected 2.1.0") { $0["schemaVersion"] = nil },
        Spoilt("another version", "schemaVersion: expected 2.1.0, found '2.2.0'") {
            $0["schemaVersion"] = "2.2.0"
        },
        Spoilt("a number as version", "schemaVersion: expected a string, found a number") {
            $0["schemaVersion"] = 2.1
        },
        Spoilt("no name", "pipelineInfo.name: is missing") { $0["pipelineInfo"] = [:] },
        Spoilt("a number as name", "pipelineInfo.name: expected a string, found a number") {
            $0["pipelineInfo", "name"] = 1
        },
        Spoilt("upper case in the name", "pipelineInfo.name: 'My' \(nameRule)") {
            $0["pipelineInfo", "name"] = "My"
        },
        Spoilt("dash in front of the name", "pipelineInfo.name: '-a' \(nameRule)") {
            $0["pipelineInfo", "name"] = "-a"
        },
        Spoilt("long name", "pipelineInfo.name: '\(String(repeating: "a", count: 129))' \(nameRule)") {
            $0["pipelineInfo", "name"] = .string(String(repeating: "a", count: 129))
        },
    ]

    static let shapes = [
        Spoilt("list for a map", "components: expected an object, found a list") {
            $0["components"] = []
        },
        Spoilt("text for a message", "root.dag.tasks.a: expected an object, found a string") {
            $0["root", "dag", "tasks", "a"] = "x"
        },
        Spoilt(
            "number for a text in a list",
            "deploymentSpec.executors.exec-work.container.command[0]: expected a string, found a number"
        ) { $0["deploymentSpec", "executors", "exec-work", "container", "command"] = [1] },
        Spoilt(
            "text for a boolean",
            "root.dag.tasks.a.cachingOptions.enableCache: expected a boolean, found a string"
        ) { $0["root", "dag", "tasks", "a", "cachingOptions"] = ["enableCache": "yes"] },
        Spoilt(
            "a fraction for a count",
            "root.dag.tasks.a.iteratorPolicy.parallelismLimit: expected an integer, found a number"
        ) { $0["root", "dag", "tasks", "a", "iteratorPolicy"] = ["parallelismLimit": 1.5] },
        Spoilt(
            "an environment that is no list",
            "deploymentSpec.executors.exec-work.container.env: expected a list, found an object"
        ) { $0["deploymentSpec", "executors", "exec-work", "container", "env"] = ["A": "b"] },
        Spoilt("negative retries", "root.dag.tasks.a.retryPolicy.maxRetryCount: expected 0 to 1000, found -1")
        {
            $0["root", "dag", "tasks", "a", "retryPolicy"] = ["maxRetryCount": -1]
        },
        Spoilt(
            "too many retries",
            "root.dag.tasks.a.retryPolicy.maxRetryCount: expected 0 to 1000, found 1001"
        ) {
            $0["root", "dag", "tasks", "a", "retryPolicy"] = ["maxRetryCount": 1001]
        },
        Spoilt(
            "negative factor",
            "root.dag.tasks.a.retryPolicy.backoffFactor: expected 0 or more, found -1.0"
        ) { $0["root", "dag", "tasks", "a", "retryPolicy"] = ["backoffFactor": -1] },
        Spoilt(
            "infinite factor",
            "root.dag.tasks.a.retryPolicy.backoffFactor: expected a finite number, found a string"
        ) { $0["root", "dag", "tasks", "a", "retryPolicy"] = ["backoffFactor": "Infinity"] },
        Spoilt(
            "factor that is no number",
            "root.dag.tasks.a.retryPolicy.backoffFactor: expected a finite number, found a string"
        ) { $0["root", "dag", "tasks", "a", "retryPolicy"] = ["backoffFactor": "NaN"] },
        Spoilt(
            "pause without a unit",
            "root.dag.tasks.a.retryPolicy.backoffDuration: expected a duration such as \"30s\", found a string"
        ) { $0["root", "dag", "tasks", "a", "retryPolicy"] = ["backoffDuration": "30"] },
        Spoilt(
            "negative pause",
            "root.dag.tasks.a.retryPolicy.backoffDuration: expected a duration such as \"30s\", found a string"
        ) { $0["root", "dag", "tasks", "a", "retryPolicy"] = ["backoffDuration": "-1s"] },
        Spoilt(
            "pause of ages",
            "root.dag.tasks.a.retryPolicy.backoffDuration: expected a duration such as \"30s\", found a string"
        ) { $0["root", "dag", "tasks", "a", "retryPolicy"] = ["backoffDuration": "1e300s"] },
    ]

    static let references = [
        Spoilt("unknown component", "root.dag.tasks.a.componentRef.name: there is no component 'gone'") {
            $0["root", "dag", "tasks", "a", "componentRef", "name"] = "gone"
        },
        Spoilt(
            "unknown executor, used twice",
            "components.work.executorLabel: there is no executor 'gone' in deploymentSpec.executors"
        ) { $0["components", "work", "executorLabel"] = "gone" },
        Spoilt(
            "executor without content",
            "deploymentSpec.executors.exec-work: says neither 'container' nor 'importer'"
        ) {
            $0["deploymentSpec", "executors", "exec-work"] = [:]
        },
        Spoilt(
            "component without content",
            "components.work: expected 'dag' or 'executorLabel'; neither is there"
        ) {
            $0["components", "work", "executorLabel"] = nil
        },
        Spoilt("unknown task before", "root.dag.tasks.n.dependentTasks[1]: there is no task 'gone' here") {
            $0["root", "dag", "tasks", "n", "dependentTasks"] = ["b", "gone"]
        },
        Spoilt("unknown producer", "root.dag.tasks.b.inputs.parameters.x: there is no task 'gone' here") {
            $0["root", "dag", "tasks", "b", "inputs", "parameters", "x"] = SpecBuilder.output("gone", "y")
        },
        Spoilt(
            "producer of another pipeline",
            "components.nested.dag.tasks.in.inputs.parameters.x: there is no task 'a' here"
        ) {
            $0["components", "nested", "dag", "tasks", "in", "inputs", "parameters", "x"] =
                SpecBuilder.output("a", "y")
        },
        Spoilt(
            "unknown output parameter",
            "root.dag.tasks.b.inputs.parameters.x: task 'a' has no output parameter 'z'"
        ) {
            $0["root", "dag", "tasks", "b", "inputs", "parameters", "x"] = SpecBuilder.output("a", "z")
        },
        Spoilt(
            "artifact taken as a parameter",
            "root.dag.tasks.b.inputs.parameters.x: task 'a' has no output parameter 'data'"
        ) {
            $0["root", "dag", "tasks", "b", "inputs", "parameters", "x"] = SpecBuilder.output("a", "data")
        },
        Spoilt(
            "unknown output artifact",
            "root.dag.tasks.b.inputs.artifacts.data: task 'a' has no output artifact 'y'"
        ) {
            $0["root", "dag", "tasks", "b", "inputs", "artifacts", "data"] = SpecBuilder.artifact("a", "y")
        },
        Spoilt(
            "unknown input of the pipeline",
            "components.nested.dag.tasks.in.inputs.parameters.x: the pipeline around it has no input parameter 'q'"
        ) {
            $0["components", "nested", "dag", "tasks", "in", "inputs", "parameters", "x"] = SpecBuilder.input(
                "q"
            )
        },
        Spoilt(
            "unknown input artifact of the pipeline",
            "root.dag.tasks.b.inputs.artifacts.data: the pipeline around it has no input artifact 'q'"
        ) {
            $0["root", "dag", "tasks", "b", "inputs", "artifacts", "data"] = ["componentInputArtifact": "q"]
        },
        Spoilt(
            "unknown task whose status is wanted",
            "root.dag.tasks.b.inputs.parameters.x: there is no task 'gone' here"
        ) {
            $0["root", "dag", "tasks", "b", "inputs", "parameters", "x"] = [
                "taskFinalStatus": ["producerTask": "gone"]
            ]
        },
        Spoilt(
            "parameter from nowhere",
            "root.dag.tasks.b.inputs.parameters.x: expected 'taskOutputParameter', 'runtimeValue', "
                + "'componentInputParameter' or 'taskFinalStatus'"
        ) { $0["root", "dag", "tasks", "b", "inputs", "parameters", "x"] = [:] },
        Spoilt(
            "artifact from nowhere",
            "root.dag.tasks.b.inputs.artifacts.data: expected 'taskOutputArtifact' or 'componentInputArtifact'"
        ) { $0["root", "dag", "tasks", "b", "inputs", "artifacts", "data"] = [:] },
        Spoilt(
            "missing parameter",
            "root.dag.tasks.n.inputs.parameters.p: is missing: component 'nested' needs it"
        ) {
            $0["root", "dag", "tasks", "n", "inputs"] = nil
        },
        Spoilt(
            "missing artifact",
            "root.dag.tasks.b.inputs.artifacts.data: is missing: component 'read' needs it"
        ) {
            $0["root", "dag", "tasks", "b", "inputs", "artifacts"] = nil
        },
        Spoilt("output of an unknown task", "root.dag.outputs.parameters.o: there is no task 'gone' here") {
            $0["root", "dag", "outputs", "parameters", "o"] = [
                "valueFromParameter": ["producerSubtask": "gone", "outputParameterKey": "y"]
            ]
        },
        Spoilt(
            "unknown output behind an output",
            "root.dag.outputs.parameters.o: task 'a' has no output parameter 'z'"
        ) {
            $0["root", "dag", "outputs", "parameters", "o"] = [
                "valueFromOneof": [
                    "parameterSelectors": [
                        ["producerSubtask": "a", "outputParameterKey": "y"],
                        ["producerSubtask": "a", "outputParameterKey": "z"],
                    ]
                ]
            ]
        },
        Spoilt(
            "unknown artifact behind an output",
            "root.dag.outputs.artifacts.o: task 'a' has no output artifact 'z'"
        ) {
            $0["root", "dag", "outputs", "artifacts", "o"] = [
                "artifactSelectors": [["producerSubtask": "a", "outputArtifactKey": "z"]]
            ]
        },
    ]

    static let structure = [
        Spoilt("no tasks", "root.dag.tasks: a pipeline needs at least one task") {
            $0["root", "dag", "tasks"] = [:]
        },
        Spoilt(
            "no tasks in a nested pipeline",
            "components.nested.dag.tasks: a pipeline needs at least one task"
        ) {
            $0["components", "nested", "dag", "tasks"] = [:]
        },
        Spoilt("task without a name", "root.dag.tasks.: a task's name must have 1 to 200 characters") {
            $0["root", "dag", "tasks", ""] = SpecBuilder.task("work")
        },
        Spoilt(
            "task with a long name",
            "root.dag.tasks.\(String(repeating: "n", count: 201)): a task's name must have 1 to 200 characters"
        ) { $0["root", "dag", "tasks", String(repeating: "n", count: 201)] = SpecBuilder.task("work") },
        Spoilt("a task after itself", "root.dag.tasks: the tasks wait for each other: a → a") {
            $0["root", "dag", "tasks", "a", "dependentTasks"] = ["a"]
        },
        Spoilt("two tasks after each other", "root.dag.tasks: the tasks wait for each other: a → b → a") {
            $0["root", "dag", "tasks", "a", "dependentTasks"] = ["b"]
        },
        Spoilt("three tasks in a ring", "root.dag.tasks: the tasks wait for each other: a → b → n → a") {
            $0["root", "dag", "tasks", "a", "dependentTasks"] = ["n"]
        },
        Spoilt("a ring behind a good task", "root.dag.tasks: the tasks wait for each other: n → n") {
            $0["root", "dag", "tasks", "n", "dependentTasks"] = ["b", "n"]
        },
        Spoilt(
            "a component within itself",
            "components.nested.dag.tasks.in.componentRef.name: the component contains itself: nested → nested"
        ) {
            $0["components", "nested", "dag", "tasks", "in"] = SpecBuilder.task(
                "nested",
                parameters: ["p": SpecBuilder.input("p")]
            )
        },
        Spoilt(
            "a component within itself by a detour",
            "components.other.dag.tasks.t.componentRef.name: the component contains itself: nested → other → nested"
        ) {
            $0["components", "nested", "dag", "tasks", "in"] = SpecBuilder.task("other")
            $0["components", "other"] = [
                "dag": [
                    "tasks": ["t": SpecBuilder.task("nested", parameters: ["p": SpecBuilder.constant("c")])]
                ]
            ]
        },
    ]
}
