package import Model

extension PlatformSpec {
    /// What a driver on one machine, without a cluster, leaves undone of what a pipeline asks for, each once, with the
    /// tasks it is asked for in the detail `tasks`.
    ///
    /// Told before the run, from the spec alone: whether a setting has an effect does not depend on its value.
    package func ignoredLocally(in graph: TaskGraph) -> [Reason] {
        var labels: [String: Set<String>] = [:]
        for task in graph.pipelines.flatMap(\.tasks) {
            if case .container(_, let label) = task.body { labels[label, default: []].insert(task.name) }
        }
        var sentences: [String] = []
        var tasks: [String: Set<String>] = [:]
        for (label, config) in executors.sorted(by: { $0.key < $1.key }) {
            guard let users = labels[label] else { continue }
            for sentence in config.ignoredLocally {
                if tasks[sentence] == nil { sentences.append(sentence) }
                tasks[sentence, default: []].formUnion(users)
            }
        }
        return pipelineConfig.ignoredLocally.map { Reason(.settingIgnored, $0) }
            + sentences.map { sentence in
                Reason(
                    .settingIgnored,
                    sentence,
                    details: ["tasks": .array((tasks[sentence] ?? []).sorted().map { .string($0) })]
                )
            }
    }
}

extension KubernetesExecutorConfig {
    /// ``PodSettings/ignoredLocally``, as far as it can be told before the task's inputs are known.
    fileprivate var ignoredLocally: [String] {
        // What cannot be resolved now fails the task when it is launched, with the reason.
        let settings = try? resolved { source in
            if case .constant(let value) = source { value } else { nil }
        }
        let reason = "there are no nodes here"
        var sentences = settings?.ignoredLocally ?? []
        if case .json(let value) = nodeSelector, value.isOpen {
            sentences.append("node selector from an input: \(reason)")
        }
        if tolerations.contains(where: { if case .json(let value) = $0 { value.isOpen } else { false } }) {
            sentences.append("tolerations from an input: \(reason)")
        }
        if nodeAffinity.contains(where: { if case .json(let value) = $0 { value.isOpen } else { false } }) {
            sentences.append("node affinity from an input: \(reason)")
        }
        if imagePullSecret.contains(where: \.isOpen) {
            sentences.append("image pull secret from an input: no image is pulled here")
        }
        return sentences
    }
}

extension DeferredValue {
    /// Whether the value is not in the spec itself.
    fileprivate var isOpen: Bool { if case .constant = source { false } else { true } }
}

extension PipelineConfig {
    /// What a driver on one machine leaves undone of what a pipeline asks for its runs as a whole.
    fileprivate var ignoredLocally: [String] {
        var sentences: [String] = []
        if let claim = workspace?.claim {
            sentences.append("size \(claim.size) of the workspace: it is an ordinary folder here")
            if let storageClass = claim.storageClassName {
                sentences.append(
                    "storage class \(storageClass) of the workspace: it is an ordinary folder here"
                )
            }
        }
        if lifetimeAfterEnd != nil || lifetimeAfterSuccess != nil || lifetimeAfterFailure != nil {
            sentences.append("time to keep what a run leaves behind: it stays until the run is deleted")
        }
        return sentences
    }
}
