import Artifacts
import Engine
import Model
import PipelineIR
import Pods

/// From a launch to a pod.
extension RunLoop {
    /// Makes sure of a pod; what stands in the way becomes the end of the attempt.
    mutating func launch(_ launch: Launch, _ id: RunID) async {
        let name = PodName(runID: id, path: launch.path, attempt: launch.attempt)
        do {
            guard case .container(let container, let label) = launch.task.body else {
                throw PlatformError(.unimplemented, "Only containers can be run.")
            }
            if let claim = try VolumeClaimTask(image: container.image, parameters: launch.parameters) {
                try await carryOut(claim, name)
                return
            }
            guard let assembly = try assembly(launch, container, label, name) else { return }
            runs[id]?.assemblies[name] = assembly
            await driver.pods.ensure(assembly.pod)
        } catch {
            end(
                name,
                .failed(Reason(.startFailed, "The task cannot be started: \(error.sentence)"), exitCode: nil)
            )
        }
    }

    private func assembly(
        _ launch: Launch,
        _ container: ContainerSpec,
        _ label: String,
        _ name: PodName
    ) throws -> PodAssembly? {
        guard let live = runs[name.runID] else { return nil }
        let run = live.machine.run
        let settings =
            try live.platform.executors[label]?.resolved { try live.machine.value(of: $0, for: launch.path) }
            ?? PodSettings()
        let usesWorkspace =
            live.platform.pipelineConfig.workspace != nil
            && Workspace.isUsed(
                texts: container.command + container.args + container.env.map(\.value),
                parameters: launch.parameters,
                artifacts: launch.artifacts.values.joined()
            )
        let workspace = usesWorkspace ? Workspace.volumeName(of: run.id) : nil
        var assembly = try PodAssembly(
            launch,
            of: run,
            container: container,
            settings: settings,
            workspace: workspace.map { (claim: $0, path: Workspace.path) },
            layout: driver.pods.layout(of: name),
            folder: driver.artifacts.folder(
                pipelineName: run.pipelineName,
                runID: run.id,
                path: launch.path,
                attempt: launch.attempt
            )
        )
        let config = launch.task.component.taskConfig
        assembly.add(try PodExtras(config.podSettings(settings), for: name, driver.objects))
        if let workspace, config.applies(.volumes) {
            assembly.pod.volumes.append(PodVolume(source: .claim(workspace), mountPath: Workspace.path))
        }
        assembly.pod.startDeadline = driver.timing.pendingMax.map { launch.wantedAt + $0 }
        return assembly
    }

    /// CreatePVC and DeletePVC: tasks with an image that no one runs. Doing them twice finds them done, because a
    /// generated name is a function of the run and the task. Source: KFP driver, `argostub` images.
    private func carryOut(_ claim: VolumeClaimTask, _ name: PodName) async throws {
        switch claim {
        case .create(let wanted, _):
            let volume = wanted.text(id: name.runID.text.prefix(8) + "-" + name.path.text.lowercased())
            try await driver.pods.makeVolume(named: volume)
            end(name, .succeeded(parameters: [VolumeClaimTask.outputName: .string(volume)], artifacts: [:]))
        case .delete(let volume):
            try await driver.pods.removeVolume(named: volume)
            end(name, .succeeded(parameters: [:], artifacts: [:]))
        }
    }

    private func end(_ name: PodName, _ result: AttemptResult) {
        driver.inbox.add(.result(name, result, startedAt: nil, endedAt: driver.now()))
    }
}
