package import Model

/// A compiled pipeline. Source: KFP `pipeline_spec.proto`, `PipelineSpec`.
package struct PipelineSpec: Hashable, Sendable {
    /// `pipelineInfo.name`: `[a-z0-9][a-z0-9-]{0,127}`.
    package var name: String
    /// `pipelineInfo.displayName`, empty when absent.
    package var displayName: String
    /// `pipelineInfo.description`, empty when absent.
    package var description: String
    /// The compiler, such as `kfp-2.17.0`.
    package var sdkVersion: String
    /// Version of the format; `2.1.0`.
    package var schemaVersion: String
    /// Where the author wanted outputs to go. KFP's open-source server ignores it, and so do we.
    package var defaultPipelineRoot: String?
    /// What each executor label runs.
    package var executors: [String: ExecutorSpec]
    /// The pieces tasks refer to, by name.
    package var components: [String: ComponentSpec]
    /// The pipeline itself.
    package var root: ComponentSpec
    /// Fields this build does not know.
    package var unknown: [String: JSONValue]

    /// The only format version there is. Source: KFP `schemaVersion` check at upload.
    package static let supportedSchemaVersion = "2.1.0"

    /// Decodes a spec.
    /// - Throws: ``InvalidSpec`` with a path for every field that has the wrong shape, and for a missing name, root or format
    ///   version. References between parts are checked later, by ``TaskGraph``.
    package init(json: JSONValue) throws(InvalidSpec) {
        guard json.object != nil else {
            throw InvalidSpec([
                SpecProblem(
                    "",
                    "expected a pipeline spec, an object with 'pipelineInfo' and 'root', found \(json.kindDescription)"
                )
            ])
        }
        if json["apiVersion"]?.string?.hasPrefix("argoproj.io/") == true {
            throw InvalidSpec([
                SpecProblem(
                    "apiVersion",
                    "this is an Argo workflow, as kfp 1.8 compiles it; such pipelines are not supported yet: compile with kfp 2"
                )
            ])
        }
        if json["pipelineInfo"] == nil, json["pipeline_info"] == nil, json["root"] == nil {
            throw InvalidSpec([
                SpecProblem(
                    "",
                    "this is no pipeline spec: neither 'pipelineInfo' nor 'root' is there; compile the pipeline with kfp 2"
                )
            ])
        }
        var reader = SpecReader(json, path: "")
        let info = reader.message("pipelineInfo") { info in
            (
                name: info.string("name"), display: info.string("displayName"),
                description: info.string("description")
            )
        }
        name = info?.name ?? ""
        displayName = info?.display ?? ""
        description = info?.description ?? ""
        sdkVersion = reader.string("sdkVersion") ?? ""
        schemaVersion = reader.string("schemaVersion") ?? ""
        defaultPipelineRoot = reader.string("defaultPipelineRoot")
        executors =
            reader.message("deploymentSpec") { $0.map("executors", ExecutorSpec.init(reading:)) } ?? [:]
        components = reader.map("components", ComponentSpec.init(reading:))
        let root = reader.message("root", ComponentSpec.init(reading:))
        self.root = root ?? ComponentSpec()
        unknown = reader.unknown
        Self.checkHead(name: name, schemaVersion: schemaVersion, hasRoot: root != nil, in: &reader)
        if !reader.problems.isEmpty { throw InvalidSpec(reader.problems) }
    }

    private static func checkHead(
        name: String,
        schemaVersion: String,
        hasRoot: Bool,
        in reader: inout SpecReader
    ) {
        let allowed = name.utf8.allSatisfy {
            (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D
        }
        if name.isEmpty {
            if !reader.hasProblem(at: "pipelineInfo.name") {
                reader.report("pipelineInfo.name", "is missing")
            }
        } else if !allowed || name.hasPrefix("-") || name.count > Limits.nameCharactersMax {
            reader.report(
                "pipelineInfo.name",
                "'\(name.prefix(200))' must be 1 to \(Limits.nameCharactersMax) of a-z, 0-9 and '-', not starting with '-'"
            )
        }
        if schemaVersion != supportedSchemaVersion, !reader.hasProblem(at: "schemaVersion") {
            reader.report(
                "schemaVersion",
                schemaVersion.isEmpty
                    ? "is missing; expected \(supportedSchemaVersion)"
                    : "expected \(supportedSchemaVersion), found '\(schemaVersion)'"
            )
        }
        if !hasRoot { reader.report("root", "is missing: the spec has no pipeline") }
    }
}
