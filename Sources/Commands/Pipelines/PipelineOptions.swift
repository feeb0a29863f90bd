import ArgumentParser
import Model
import Wire

/// Which pipeline is meant: a file, or one that was uploaded.
struct PipelineOptions: ParsableArguments {
    @Argument(
        help: "The pipeline: a .yaml or a .py file.",
        completion: .file(extensions: PipelineFile.extensions)
    )
    var file: String?

    @Option(help: "Instead of a file an uploaded pipeline: id, beginning of the id, or name.")
    var pipeline: String?

    @Option(
        help: ArgumentHelp(
            "Which version of the uploaded pipeline: id, beginning of the id, or name; the newest by default.",
            valueName: "version"
        )
    )
    var pipelineVersion: String?

    /// Checks that exactly one pipeline is named.
    func requireOne() throws {
        guard (file == nil) != (pipeline == nil) else {
            throw ValidationError("give a FILE or --pipeline, one of them")
        }
        guard pipelineVersion == nil || pipeline != nil else {
            throw ValidationError("--pipeline-version needs --pipeline")
        }
    }
}

/// A pipeline that was found: how a request names it, what is in it, and what it is called.
struct FoundPipeline: Sendable {
    let source: RunSubmission.Source
    let spec: JSONValue
    let name: String
}

extension PlatformClient {
    /// The pipeline that options mean; a Python file is compiled.
    func pipeline(_ options: PipelineOptions) async throws -> FoundPipeline {
        if let pipeline = options.pipeline {
            return try await uploadedPipeline(pipeline, version: options.pipelineVersion)
        }
        let document = try await PipelineFile.document(at: options.file ?? "")
        return FoundPipeline(
            source: .spec(document),
            spec: document.pipelineSpec,
            name: document.pipelineSpec["pipelineInfo"]?["name"]?.string ?? "run"
        )
    }

    /// An uploaded pipeline; without a version it is run in its newest one, whichever that is then.
    /// - Throws: ``PlatformError`` with `invalidArgument` if it is not there or has no versions.
    func uploadedPipeline(_ pipeline: String, version: String?) async throws -> FoundPipeline {
        let id = PipelineID(try await id(meant: pipeline, .pipeline))
        let path = ["pipeline_id": id.text]
        let name = try await json(.getPipeline, path)["name"]?.string ?? pipeline
        let found: JSONValue
        var versionID: PipelineVersionID?
        if let version {
            let chosen = try await self.id(meant: version, .version, within: path)
            versionID = PipelineVersionID(chosen)
            found = try await json(.getPipelineVersion, path.merging(["pipeline_version_id": chosen]) { $1 })
        } else {
            found = try await newestVersion(of: id, named: name)
        }
        return FoundPipeline(
            source: .version(pipelineID: id, versionID: versionID),
            spec: PipelineSpecDocument(combined: found["pipeline_spec"] ?? .null).pipelineSpec,
            name: name
        )
    }

    /// A pipeline's newest version as the server sends it.
    /// - Throws: ``PlatformError`` with `invalidArgument` if it has none.
    func newestVersion(of id: PipelineID, named name: String) async throws -> JSONValue {
        let newest = try await rows(
            .listPipelineVersions,
            ["pipeline_id": id.text],
            "pipeline_versions",
            ListQuery(sortField: "created_at", descending: true, pageSize: 1),
            limit: 1
        )
        guard let version = newest.first else {
            throw PlatformError.invalid(
                "the pipeline \(name) has no versions; `martlet versions create` uploads one"
            )
        }
        return version
    }
}
