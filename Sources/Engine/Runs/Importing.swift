import Model
import PipelineIR

/// Importers: tasks that register an artifact and run no program. Source: KFP launcher, importer.
extension RunMachine {
    /// Whether a task is an importer that waits for its artifact.
    func isImporting(_ index: Int) -> Bool {
        guard case .importer = definition(of: index)?.body else { return false }
        return instances[index].record.state == .running
    }

    /// Asks for the artifact; asking again after a restart finds the one that was registered before, or makes one that nobody
    /// has seen.
    mutating func startImport(_ index: Int) {
        guard let task = definition(of: index), case .importer(let importer) = task.body else { return }
        let inputs = instances[index].record.inputs
        var values = PlaceholderValues()
        values.parameters = inputs.parameters
        values.facts = Facts.of(run, instances[index].record)
        let resolver = PlaceholderResolver(values)
        do {
            let uri = try uri(importer, inputs, resolver)
            // Unlike those of constants, the keys of metadata may hold placeholders, too.
            var metadata: [String: JSONValue] = [:]
            for (key, value) in importer.metadata {
                metadata[try resolver.text(key)] = try resolver.constant(value)
            }
            let output = task.component.outputArtifacts.first
            underWay.insert(index)
            step.actions.append(
                .register(
                    Import(
                        path: instances[index].record.path,
                        uri: uri,
                        schemaTitle: output?.value.type.title ?? importer.typeTitle,
                        schemaVersion: output?.value.type.version ?? "0.0.1",
                        metadata: metadata,
                        downloadsToWorkspace: importer.downloadsToWorkspace,
                        reimport: importer.reimport,
                        output: output?.key ?? "artifact"
                    )
                )
            )
        } catch {
            end(
                index,
                .failed,
                instances[index].record.startedAt ?? run.createdAt,
                Reason(.inputResolutionFailed, "\(error)")
            )
        }
    }

    private func uri(
        _ importer: ImporterSpec,
        _ inputs: TaskValues,
        _ resolver: PlaceholderResolver
    ) throws -> String {
        if let constant = importer.constantURI { return try resolver.text(constant) }
        let name = importer.runtimeParameter ?? "uri"
        guard let uri = inputs.parameters[name]?.string, !uri.isEmpty else {
            throw InputFailure(
                message: "The importer needs the URI of an artifact, but input '\(name)' is empty."
            )
        }
        return uri
    }

    mutating func imported(_ index: Int, _ result: ImportResult, _ now: Instant) {
        switch result {
        case .failed(let reason): end(index, .failed, now, reason)
        case .registered(let artifact):
            let output = definition(of: index)?.component.outputArtifacts.keys.first ?? "artifact"
            publish(index, [:], [output: [artifact]])
            noteWorkspaceArtifacts(of: index)
            end(index, .succeeded, now, nil)
        }
    }
}

extension RunMachine {
    /// Remembers what an importer has put in the workspace; it follows from the rows. What was taken over from another
    /// run lies in the workspace of that one, and is used where it was imported from.
    mutating func noteWorkspaceArtifacts(of index: Int) {
        guard case .importer(let importer) = definition(of: index)?.body, importer.downloadsToWorkspace,
            instances[index].record.state != .cached
        else { return }
        workspaceArtifacts.formUnion(instances[index].record.outputs.artifacts.values.joined())
    }

    /// Artifacts of the run as its programs find them.
    func programArtifacts(_ ids: [String: [ArtifactID]]) -> [String: [Artifact]] {
        ids.mapValues { ids in
            ids.compactMap { id in
                workspaceArtifacts.contains(id) ? artifacts[id]?.inWorkspace : artifacts[id]
            }
        }
    }
}

extension InputFailure: CustomStringConvertible {
    var description: String { message }
}
