import Engine
import Model
import PipelineIR
import Pods

/// Turns a launch into a pod: chooses paths, builds the executor input, replaces placeholders.
///
/// Pure, and a function of its arguments: after a restart the same launch gives the same pod, so that
/// outputs are found again.
struct PodAssembly: Sendable {
    /// What the driver gets.
    var pod: PodSpec
    /// The task, for its declared outputs.
    let task: TaskGraph.Task
    /// The output artifacts as the program is told of them.
    let planned: [String: Artifact]
    /// Files for output parameters by name.
    let outputFiles: [String: String]
    /// The file for everything the program returns.
    let executorOutputFile: String

    /// - Parameters:
    ///   - layout: where the driver wants the pod's small files.
    ///   - folder: URI under which the attempt's artifacts go.
    /// - Throws: ``PlaceholderError``, or ``InvalidSpec`` for resources that are no quantities.
    init(_ launch: Launch, of run: Run, container: ContainerSpec, layout: PodLayout, folder: String) throws {
        task = launch.task
        let name = PodName(runID: run.id, path: launch.path, attempt: launch.attempt)
        var files: [String: String] = [:]
        for output in task.component.outputParameters.keys {
            files[output] = layout.outputParametersFolder + "/" + Self.fileName(output)
        }
        outputFiles = files
        executorOutputFile = folder + "/executor_output.json"
        planned = Self.plan(task, folder: folder, now: run.createdAt)
        let input = ExecutorInput(
            parameters: launch.parameters,
            inputArtifacts: launch.artifacts,
            outputFiles: outputFiles,
            outputArtifacts: planned,
            executorOutputFile: executorOutputFile
        )
        var values = PlaceholderValues()
        values.parameters = launch.parameters
        values.inputArtifacts = launch.artifacts
        values.listInputs = Set(task.component.inputArtifacts.filter(\.value.isList).keys)
        values.outputFiles = outputFiles
        values.outputArtifacts = planned
        values.executorInput = input.json.jsonText
        values.executorOutputFile = executorOutputFile
        values.facts = Facts.of(run, path: launch.path, name: task.name)
        values.facts["pipeline_root"] = folder
        let resolver = PlaceholderResolver(values)
        pod = PodSpec(
            name: name,
            image: try resolver.text(container.image),
            command: try resolver.arguments(container.command),
            args: try resolver.arguments(container.args),
            env: try container.env.map {
                EnvironmentVariable(name: $0.name, value: try resolver.text($0.value))
            },
            requests: try Self.requests(container.resources, resolver),
            outputPaths: outputFiles.values.sorted() + planned.values.map(\.uri).sorted() + [
                executorOutputFile
            ]
        )
    }

    /// Adds what the platform settings ask for; a variable that the component sets itself wins.
    mutating func add(_ extras: PodExtras) {
        pod.env = extras.env + pod.env
        pod.volumes += extras.volumes
        pod.activeDeadline = extras.activeDeadline
    }

    private static func plan(_ task: TaskGraph.Task, folder: String, now: Instant) -> [String: Artifact] {
        var planned: [String: Artifact] = [:]
        for (name, output) in task.component.outputArtifacts {
            planned[name] = Artifact(
                id: ArtifactID(name),
                name: name,
                schemaTitle: output.type.title,
                schemaVersion: output.type.version,
                uri: folder + "/" + fileName(name),
                metadata: output.metadata,
                createdAt: now
            )
        }
        return planned
    }

    /// An output's name as a file name; the SDK allows letters, digits and underscores, a hand-written spec
    /// anything.
    private static func fileName(_ name: String) -> String {
        TaskPath.root.appending(name).text
    }

    private static func requests(
        _ resources: ContainerSpec.Resources?,
        _ resolver: PlaceholderResolver
    ) throws -> ResourceRequests {
        guard let resources else { return ResourceRequests() }
        func quantity(_ text: String?, _ field: String) throws -> Quantity? {
            guard let text = try text.map(resolver.text) else { return nil }
            guard let quantity = Quantity(text) else {
                throw InvalidSpec([
                    SpecProblem(
                        "resources.\(field)",
                        "expected an amount such as 500m, 2 or 4Gi, found '\(text)'"
                    )
                ])
            }
            return quantity
        }
        var devices: [String: Int] = [:]
        if let type = try resources.acceleratorType.map(resolver.text) {
            let count = try resources.acceleratorCount.map(resolver.text) ?? "1"
            guard let number = Int(count), number >= 0 else {
                throw InvalidSpec([
                    SpecProblem("resources.accelerator.count", "expected a number, found '\(count)'")
                ])
            }
            if number > 0 { devices[type] = number }
        }
        // A limit has no effect beside a request, but one that is no amount is a mistake all the same.
        let cpuLimit = try quantity(resources.cpuLimit, "cpuLimit")
        let memoryLimit = try quantity(resources.memoryLimit, "memoryLimit")
        return ResourceRequests(
            cpu: try quantity(resources.cpuRequest, "cpuRequest") ?? cpuLimit,
            memory: try quantity(resources.memoryRequest, "memoryRequest") ?? memoryLimit,
            devices: devices
        )
    }
}
