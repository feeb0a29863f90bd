import Model
import PipelineIR

/// When a task may take the outputs of an earlier execution.
extension RunMachine {
    /// What makes two executions of a task the same; `nil` where caching is off: for the task, or for a group around it.
    ///
    /// The SDK's `enable_caching=False` marks only the tasks of the root, so what stands in them follows.
    /// Arguments count with their placeholders, inputs that were not given do not count. Source: KFP `GenerateCacheKey`.
    func cacheKey(of index: Int) -> CacheKey? {
        guard let task = definition(of: index), task.spec.cachingEnabled,
            !instances[index].isCachingOff, case .container(let container, _) = task.body
        else { return nil }
        // What makes or deletes a volume changes the world; an earlier volume cannot stand for a new one.
        guard !container.image.hasPrefix("argostub/") else { return nil }
        let inputs = executionInputs(of: index)
        var outputs: [String: String] = [:]
        for (name, output) in task.component.outputParameters { outputs[name] = output.type.name }
        for (name, output) in task.component.outputArtifacts { outputs[name] = output.type.title }
        // The workspace is another one in each run, and what a task does to it cannot be repeated by its outputs.
        let usesWorkspace = Workspace.isUsed(
            texts: container.command + container.args + container.env.map(\.value),
            parameters: inputs.parameters,
            artifacts: programArtifacts(inputs.artifacts).values.joined()
        )
        return CacheKey(
            pipelineName: run.pipelineName,
            componentName: task.componentName,
            customKey: task.spec.cacheKey,
            image: container.image,
            command: container.command + container.args,
            parameters: inputs.parameters,
            artifacts: inputs.artifacts.mapValues { ids in ids.map(identity) },
            outputs: outputs,
            volumes: usesWorkspace ? [Workspace.volumeName(of: run.id)] : []
        )
    }

    /// What an input artifact is: its bytes, where they are known, and what is said of it, which programs can read as well.
    private func identity(_ id: ArtifactID) -> String {
        guard let artifact = artifacts[id], let digest = artifact.digest else { return "id:\(id)" }
        return artifact.metadata.isEmpty
            ? digest : digest + " " + JSONValue.object(artifact.metadata).jsonText
    }

    mutating func cacheAnswered(_ index: Int, _ answer: CacheAnswer, _ now: Instant) {
        // Asked before the rows were loaded again: it begins before its loop has got to it. Those that the loop has got to
        // have lower numbers than all that wait.
        if let loop = instances[index].parent, let next = instances[loop].waitingIterations.last,
            index >= next
        {
            instances[loop].waitingIterations.removeAll { $0 == index }
        }
        switch answer {
        case .miss(let reason):
            instances[index].record.cache = reason
            newAttempt(index, now)
        case .hit(let cached):
            for artifact in cached.artifacts { artifacts[artifact.id] = artifact }
            instances[index].record.outputs = cached.outputs
            step.artifacts += cached.artifacts
            addEdges(index, .output, cached.outputs.artifacts)
            let reason = Reason(
                .cacheHit,
                "Took the outputs of task '\(cached.path)' of run \(cached.run).",
                details: ["run_id": .string(cached.run.text), "task": .string(cached.path.text)]
            )
            instances[index].record.cache = reason
            end(index, .cached, now, reason)
        }
    }
}
