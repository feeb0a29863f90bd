package import Model

extension KubernetesExecutorConfig {
    /// Fills in what depends on the task's inputs.
    ///
    /// An entry whose value is `null` or not there is left out. A JSON node selector replaces the labels
    /// beside it; JSON tolerations and affinities join the others. Source: KFP driver, `extendPodSpecPatch`.
    /// - Parameter lookup: the value of a source, as for the task's own inputs; a constant comes with its
    ///   placeholders.
    /// - Throws: ``InvalidSpec`` with a path for every value of the wrong type and for volumes that exclude
    ///   each other; whatever `lookup` throws.
    package func resolved(
        _ lookup: (ParameterBinding.Source) throws -> JSONValue?
    ) throws -> PodSettings {
        var resolution = Resolution(path: path)
        for entry in secretAsEnv + configMapAsEnv { try resolution.add(entry, lookup) }
        resolution.settings.env += fieldPathAsEnv
        for entry in secretAsVolume + configMapAsVolume { try resolution.add(entry, lookup) }
        for entry in pvcMount { try resolution.add(entry, lookup) }
        for entry in genericEphemeralVolume + emptyDirMounts { resolution.add(entry) }
        if let enabledSharedMemory { resolution.add(enabledSharedMemory) }
        if let nodeSelector { try resolution.add(nodeSelector, lookup) }
        for entry in tolerations { try resolution.add(entry, lookup) }
        for entry in nodeAffinity { try resolution.add(entry, lookup) }
        for name in imagePullSecret {
            if let secret = try resolution.name(name, lookup) {
                resolution.settings.imagePullSecrets.append(secret)
            }
        }
        resolution.settings.placement.podAffinity = podAffinity
        resolution.settings.labels = podLabels
        resolution.settings.annotations = podAnnotations
        resolution.settings.imagePullPolicy = imagePullPolicy
        resolution.settings.activeDeadline = activeDeadline
        resolution.settings.securityContext = securityContext
        resolution.add(initContainers)
        resolution.settings.unknown = unknown.keys.sorted()
        if !resolution.problems.isEmpty { throw InvalidSpec(resolution.problems) }
        return resolution.settings
    }
}

/// Pod settings in the making, with what is wrong with them.
private struct Resolution {
    typealias Lookup = (ParameterBinding.Source) throws -> JSONValue?

    let path: String
    var settings = PodSettings()
    var problems: [SpecProblem] = []
    private var volumes: [String: PodSettings.VolumeSource] = [:]
    private var mounted: [String: String] = [:]

    init(path: String) {
        self.path = path
    }

    /// The name a value gives; `nil` for no name, and for a wrong one, which is reported.
    mutating func name(_ deferred: DeferredValue, _ lookup: Lookup) throws -> String? {
        guard let value = try value(deferred, lookup) else { return nil }
        guard let name = value.string, KubernetesName.isName(name) else {
            problems.append(
                SpecProblem(deferred.path, "\(describe(value)) is no \(KubernetesName.expectation)")
            )
            return nil
        }
        return name
    }

    mutating func add(_ entry: KubernetesExecutorConfig.ObjectEnvironment, _ lookup: Lookup) throws {
        guard let name = try name(entry.name, lookup) else { return }
        settings.env += entry.entries.map {
            .init(
                name: $0.variable,
                source: .key($0.key, of: entry.kind, name: name, isOptional: entry.isOptional)
            )
        }
    }

    mutating func add(_ entry: KubernetesExecutorConfig.ObjectVolume, _ lookup: Lookup) throws {
        guard let name = try name(entry.name, lookup) else { return }
        let source = PodSettings.VolumeSource.object(entry.kind, name: name, isOptional: entry.isOptional)
        add(.init(name: name, source: source), at: entry.mountPath)
    }

    mutating func add(_ entry: KubernetesExecutorConfig.ClaimMount, _ lookup: Lookup) throws {
        guard let name = try name(entry.name, lookup) else { return }
        add(.init(name: name, source: .claim(name)), at: entry.mountPath, subPath: entry.subPath)
    }

    mutating func add(_ entry: KubernetesExecutorConfig.PodVolume) {
        add(entry.volume, at: entry.mountPath)
    }

    mutating func add(_ entry: KubernetesExecutorConfig.NodeSelector, _ lookup: Lookup) throws {
        switch entry {
        case .labels(let labels): settings.placement.nodeSelector = labels
        case .json(let deferred):
            guard let value = try value(deferred, lookup) else { return }
            settings.placement.nodeSelector = read(value, deferred.path) { $0.takeTexts() }
        }
    }

    mutating func add(_ entry: KubernetesExecutorConfig.Toleration, _ lookup: Lookup) throws {
        switch entry {
        case .literal(let toleration): settings.placement.tolerations.append(toleration)
        case .json(let deferred):
            guard let value = try value(deferred, lookup) else { return }
            let places =
                value.array?.enumerated().map { ($1, "\(deferred.path)[\($0)]") } ?? [(value, deferred.path)]
            for (value, path) in places where value != [:] {
                settings.placement.tolerations.append(
                    read(value, path, PodPlacement.Toleration.init(reading:))
                )
            }
        }
    }

    mutating func add(_ entry: KubernetesExecutorConfig.NodeAffinityTerm, _ lookup: Lookup) throws {
        switch entry {
        case .required(let term):
            if !term.isEmpty { settings.placement.requiredNodes.append(term) }
        case .preferred(let preferred):
            if !preferred.term.isEmpty { settings.placement.preferredNodes.append(preferred) }
        case .json(let deferred):
            guard let value = try value(deferred, lookup) else { return }
            var placement = settings.placement
            read(value, deferred.path) { placement.add(readingNodeAffinity: &$0) }
            settings.placement = placement
        }
    }

    mutating func add(_ containers: [InitContainer]) {
        for (index, container) in containers.enumerated() {
            for mount in container.mounts where volumes[mount.volumeName] == nil {
                problems.append(
                    SpecProblem(
                        "\(path).initContainers[\(index)]",
                        "mounts the volume '\(mount.volumeName.prefix(100))', which is not there; there are: "
                            + volumes.keys.sorted().joined(separator: ", ")
                    )
                )
            }
        }
        settings.initContainers = containers
    }

    /// A secret or claim that is mounted twice is one volume; Kubernetes takes neither two volumes of one
    /// name nor two volumes at one path.
    private mutating func add(_ volume: PodSettings.Volume, at mountPath: String, subPath: String? = nil) {
        if let other = volumes.updateValue(volume.source, forKey: volume.name) {
            if other != volume.source {
                problems.append(
                    SpecProblem(
                        path,
                        "two different volumes are named '\(volume.name)': \(other) and \(volume.source)"
                    )
                )
            }
        } else {
            settings.volumes.append(volume)
        }
        if let other = mounted.updateValue(volume.name, forKey: mountPath) {
            problems.append(
                SpecProblem(path, "'\(other)' and '\(volume.name)' are both mounted at \(mountPath)")
            )
        }
        settings.mounts.append(.init(volumeName: volume.name, path: mountPath, subPath: subPath))
    }

    private func value(_ deferred: DeferredValue, _ lookup: Lookup) throws -> JSONValue? {
        let value = try lookup(deferred.source)
        return value == .null ? nil : value
    }

    private mutating func read<Message>(
        _ value: JSONValue,
        _ path: String,
        _ read: (inout SpecReader) -> Message
    ) -> Message {
        var reader = SpecReader(value, path: path)
        let message = read(&reader)
        problems += reader.problems
        return message
    }
}
