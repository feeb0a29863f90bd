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
    ///   - settings: what the platform spec says of the task, resolved.
    ///   - workspace: the claim that is the run's workspace and its path, for a task that uses it.
    /// - Throws: ``PlaceholderError``, or ``InvalidSpec`` for resources that are no quantities.
    init(
        _ launch: Launch,
        of run: Run,
        container: ContainerSpec,
        settings: PodSettings = PodSettings(),
        workspace: (claim: String, path: String)? = nil,
        layout: PodLayout,
        folder: String
    ) throws {
        task = launch.task
        let name = PodName(runID: run.id, path: launch.path, attempt: launch.attempt)
        var files: [String: String] = [:]
        for output in task.component.outputParameters.keys {
            files[output] = layout.outputParametersFolder + "/" + Self.fileName(output)
        }
        outputFiles = files
        // Names of outputs have no dots in them as file names, see fileName(_:).
        executorOutputFile = layout.outputParametersFolder + "/executor_output.json"
        planned = Self.plan(task, folder: folder, now: run.createdAt)
        var values = PlaceholderValues()
        values.parameters = launch.parameters
        values.inputArtifacts = launch.artifacts
        values.listInputs = Set(task.component.inputArtifacts.filter(\.value.isList).keys)
        values.outputFiles = outputFiles
        values.outputArtifacts = planned
        values.executorOutputFile = executorOutputFile
        values.facts = Facts.of(run, path: launch.path, name: task.name)
        values.facts["pipeline_root"] = folder
        let config = task.component.taskConfig
        let before = PlaceholderResolver(values)
        let env = try container.env.map { (name: $0.name, value: try before.text($0.value)) }
        let resources = try container.resources?.resolved(before)
        for (name, input) in task.component.inputParameters where input.type == .taskConfig {
            values.parameters[name] = config.value(
                env: env,
                resources: resources,
                settings: settings,
                workspace: workspace
            )
        }
        let input = ExecutorInput(
            parameters: values.parameters,
            inputArtifacts: launch.artifacts,
            outputFiles: outputFiles,
            outputArtifacts: planned,
            executorOutputFile: executorOutputFile
        )
        values.executorInput = input.json.jsonText
        let resolver = PlaceholderResolver(values)
        pod = PodSpec(
            name: name,
            image: try resolver.text(container.image),
            command: try resolver.arguments(container.command),
            args: try resolver.arguments(container.args),
            env: config.applies(.env) ? env.map { EnvironmentVariable(name: $0.name, value: $0.value) } : [],
            requests: config.applies(.resources) ? try Self.requests(resources) : ResourceRequests(),
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
        pod.initContainers = extras.initContainers
        pod.requests = extras.requests(with: pod.requests)
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

    private static func requests(_ resources: ContainerSpec.Resources?) throws -> ResourceRequests {
        guard let resources else { return ResourceRequests() }
        func quantity(_ text: String?, _ field: String) throws -> Quantity? {
            guard let text else { return nil }
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
        if let type = resources.acceleratorType {
            let count = resources.acceleratorCount ?? "1"
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

extension ContainerSpec.Resources {
    /// The same with placeholders replaced.
    fileprivate func resolved(_ resolver: PlaceholderResolver) throws -> Self {
        var resources = self
        resources.cpuLimit = try cpuLimit.map(resolver.text)
        resources.cpuRequest = try cpuRequest.map(resolver.text)
        resources.memoryLimit = try memoryLimit.map(resolver.text)
        resources.memoryRequest = try memoryRequest.map(resolver.text)
        resources.acceleratorType = try acceleratorType.map(resolver.text)
        resources.acceleratorCount = try acceleratorCount.map(resolver.text)
        return resources
    }
}
