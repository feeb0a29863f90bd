package import Model

/// The volume that the tasks of a run share. Source: KFP `WorkspaceConfig`.
package enum Workspace {
    /// Where programs find it. Source: KFP `dsl.WORKSPACE_PATH_PLACEHOLDER`.
    package static let path = "/kfp-workspace"

    /// Name of the volume: one a run.
    package static func volumeName(of run: RunID) -> String { "\(run)\(volumeSuffix)" }

    /// Whose workspace a volume is; `nil` for other volumes.
    package static func run(ofVolume name: String) -> RunID? {
        guard name.hasSuffix(volumeSuffix), name.utf8.count > volumeSuffix.utf8.count else { return nil }
        return RunID(String(name.dropLast(volumeSuffix.count)))
    }

    private static let volumeSuffix = "-kfp-workspace"

    /// Whether a task uses it: it speaks of the path, or is given an artifact that lies there.
    ///
    /// Programs that find the path out by themselves are not seen. Source: KFP driver, `needsWorkspaceMount`.
    /// - Parameter texts: the command, its arguments and environment; with or without placeholders.
    package static func isUsed(
        texts: [String],
        parameters: [String: JSONValue],
        artifacts: some Sequence<Artifact>
    ) -> Bool {
        texts.contains { $0.contains(path) || $0.contains("{{$.workspace_path}}") }
            || parameters.values.contains(where: mentions) || artifacts.contains { $0.isInWorkspace }
    }

    private static func mentions(_ value: JSONValue) -> Bool {
        switch value {
        case .string(let text): text.contains(path)
        case .array(let elements): elements.contains(where: mentions)
        case .object(let members): members.values.contains(where: mentions)
        case .null, .bool, .number: false
        }
    }
}
