import Engine
import Model
import PipelineIR
import Store

/// A pipeline found by what a submission says of it.
struct ResolvedSource: Sendable {
    /// The spec.
    var document: PipelineSpecDocument
    /// The stored pipeline, if it is one.
    var pipelineID: PipelineID?
    /// Its version, if it is a stored one.
    var versionID: PipelineVersionID?
}

extension PipelinePackage {
    /// Refuses parameters that do not fit the pipeline's inputs.
    func check(parameters: [String: JSONValue]) throws {
        let problems = graph.problems(inParameters: parameters)
        if !problems.isEmpty {
            throw PlatformError.invalid("The parameters do not fit: \(InvalidSpec(problems))")
        }
    }

    /// What a run of this pipeline asks for without getting it here; a pipeline root is kept and shown only.
    func notes(pipelineRoot root: String?) -> [Reason] {
        let ignored = platform.ignoredLocally(in: graph)
        guard let root, !root.isEmpty else { return ignored }
        return ignored + [
            Reason(
                .settingIgnored,
                "pipeline_root '\(root)': the server keeps all outputs in its own store; each task shows where."
            )
        ]
    }
}

extension SQLConnection {
    /// Stores a run that has not started, with its root task and its spec.
    func insertRun(_ run: Run, of package: PipelinePackage) throws {
        let specID = package.specID
        try insertSpec(package.document, id: specID)
        try insertRun(run, specID: specID)
        try upsertTasks([RunMachine.rootRecord(of: run, graph: package.graph)])
        try appendChange(kind: "run", id: run.id.text, at: run.createdAt)
    }

    /// The pipeline that a submission means.
    /// - Throws: `notFound` for a pipeline or version, `invalidArgument` for a pipeline without versions.
    func resolve(_ source: RunSubmission.Source) throws -> ResolvedSource {
        switch source {
        case .spec(let document): return ResolvedSource(document: document)
        case .version(let pipelineID, let versionID):
            let version = try version(versionID, of: pipelineID)
            guard let spec = try specID(of: version.id).flatMap({ try spec($0) }) else {
                throw PlatformError(
                    .internalError,
                    "The spec of pipeline version \(version.id) is missing."
                )
            }
            return ResolvedSource(document: spec, pipelineID: version.pipelineID, versionID: version.id)
        }
    }

    /// The experiment that a submission means.
    /// - Throws: `notFound`; `failedPrecondition` for one that is archived.
    func experiment(of submission: RunSubmission) throws -> Experiment {
        guard let id = submission.experimentID else {
            guard let experiment = try experiment(named: Experiment.defaultName) else {
                throw PlatformError(.internalError, "The experiment '\(Experiment.defaultName)' is missing.")
            }
            return experiment
        }
        let experiment = try requiredExperiment(id)
        if experiment.storageState == .archived {
            throw PlatformError(
                .failedPrecondition,
                "Experiment '\(experiment.displayName)' is archived; unarchive it first."
            )
        }
        return experiment
    }

    /// A version by id, or a pipeline's newest.
    private func version(_ versionID: PipelineVersionID?, of pipelineID: PipelineID?) throws
        -> PipelineVersion
    {
        if let versionID { return try requiredVersion(versionID, of: pipelineID) }
        guard let pipelineID else {
            throw PlatformError.invalid("run: neither a pipeline nor a version is named.")
        }
        _ = try requiredPipeline(pipelineID)
        guard let version = try newestVersion(of: pipelineID) else {
            throw PlatformError.invalid("Pipeline \(pipelineID) has no versions; upload one first.")
        }
        return version
    }
}
