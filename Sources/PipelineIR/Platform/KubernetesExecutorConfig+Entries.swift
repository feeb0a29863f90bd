import Model

extension KubernetesExecutorConfig {
    /// A secret or config map as a folder with one file a key. Source: KFP `SecretAsVolume`,
    /// `ConfigMapAsVolume`.
    package struct ObjectVolume: Hashable, Sendable {
        /// Which of the two it is.
        package var kind: PodSettings.ObjectKind
        /// Its name.
        package var name: DeferredValue
        /// Where the folder appears; absolute.
        package var mountPath: String
        /// Whether the pod may start without it.
        package var isOptional: Bool

        init?(reading reader: inout SpecReader, of kind: PodSettings.ObjectKind) {
            let name = reader.deferred(of: kind)
            mountPath = reader.mountPath()
            isOptional = reader.bool("optional") ?? false
            guard let name else { return nil }
            self.kind = kind
            self.name = name
        }
    }

    /// Values of a secret or config map as variables. Source: KFP `SecretAsEnv`, `ConfigMapAsEnv`.
    package struct ObjectEnvironment: Hashable, Sendable {
        /// A key and the variable that gets its value.
        package struct Entry: Hashable, Sendable {
            /// The key within the secret or config map.
            package var key: String
            /// Name of the variable.
            package var variable: String
        }

        /// Which of the two it is.
        package var kind: PodSettings.ObjectKind
        /// Its name.
        package var name: DeferredValue
        /// What to take from it.
        package var entries: [Entry]
        /// Whether the pod may start without it or its keys.
        package var isOptional: Bool

        init?(reading reader: inout SpecReader, of kind: PodSettings.ObjectKind) {
            let name = reader.deferred(of: kind)
            let keyField = kind == .secret ? "secretKey" : "configMapKey"
            entries = reader.list("keyToEnv") {
                Entry(key: $0.requiredText(keyField), variable: $0.variableName("envVar"))
            }
            isOptional = reader.bool("optional") ?? false
            guard let name else { return nil }
            self.kind = kind
            self.name = name
        }
    }

    /// A folder of a volume that stays. Source: KFP `PvcMount`.
    package struct ClaimMount: Hashable, Sendable {
        /// Name of the volume claim.
        package var name: DeferredValue
        /// Where the folder appears; absolute.
        package var mountPath: String
        /// The folder within the volume, relative and within it; `nil` for the whole volume.
        package var subPath: String?

        init?(reading reader: inout SpecReader) {
            let parameter = reader.deferred("pvcNameParameter")
            // Older compilers wrote the reference into this very message; newer ones write both.
            let constant = reader.text("constant").map { ParameterBinding.Source.constant(.string($0)) }
            let reference = ParameterBinding(reading: &reader).source
            let older = constant ?? (reference == .missing ? nil : reference)
            let name = parameter ?? older.map { DeferredValue($0, path: reader.path) }
            if name == nil, reader.problems.isEmpty {
                reader.report("pvcNameParameter", "is missing: which volume claim should be mounted?")
            }
            mountPath = reader.mountPath()
            subPath = reader.text("subPath")
            if let subPath, subPath.hasPrefix("/") || subPath.split(separator: "/").contains("..") {
                reader.report("subPath", "'\(subPath.prefix(200))' must be relative and without '..'")
            }
            guard let name else { return nil }
            self.name = name
        }
    }

    /// Labels a node must have. Source: KFP `NodeSelector`.
    package enum NodeSelector: Hashable, Sendable {
        /// These labels.
        case labels([String: String])
        /// The labels in a parameter; they replace those written beside them.
        case json(DeferredValue)

        init(reading reader: inout SpecReader) {
            let labels = reader.texts("labels")
            self = reader.deferred("nodeSelectorJson").map(Self.json) ?? .labels(labels)
        }
    }

    /// Taints of nodes the pod puts up with. Source: KFP `Toleration`.
    package enum Toleration: Hashable, Sendable {
        /// This one.
        case literal(PodPlacement.Toleration)
        /// The one, or the list of them, in a parameter.
        case json(DeferredValue)

        init(reading reader: inout SpecReader) {
            let literal = PodPlacement.Toleration(reading: &reader)
            self = reader.deferred("tolerationJson").map(Self.json) ?? .literal(literal)
        }
    }

    /// Nodes the pod must or would rather be on. Source: KFP `NodeAffinityTerm`.
    package enum NodeAffinityTerm: Hashable, Sendable {
        /// Nodes it must be on: those that match one of the terms.
        case required(PodPlacement.NodeTerm)
        /// Nodes it would rather be on.
        case preferred(PodPlacement.PreferredNodes)
        /// The Kubernetes `NodeAffinity` in a parameter.
        case json(DeferredValue)

        init(reading reader: inout SpecReader) {
            let term = PodPlacement.NodeTerm(reading: &reader)
            let weight = reader.integer("weight", in: 1...100)
            if let json = reader.deferred("nodeAffinityJson") {
                self = .json(json)
            } else if let weight {
                self = .preferred(.init(weight: weight, term: term))
            } else {
                self = .required(term)
            }
        }
    }

    /// A volume that is known before the inputs are, and where it appears.
    package struct PodVolume: Hashable, Sendable {
        /// The volume.
        package var volume: PodSettings.Volume
        /// Where the folder appears; absolute.
        package var mountPath: String

        /// Source: KFP `GenericEphemeralVolume`.
        init(readingEphemeral reader: inout SpecReader) {
            var claim = VolumeClaim()
            claim.accessModes = reader.accessModes("accessModes")
            claim.size = reader.requiredQuantity("size")
            let storageClass = reader.string("storageClassName") ?? ""
            claim.storageClassName = reader.bool("defaultStorageClass") == true ? nil : storageClass
            let metadata = reader.message("metadata") { ($0.texts("labels"), $0.texts("annotations")) }
            claim.labels = metadata?.0 ?? [:]
            claim.annotations = metadata?.1 ?? [:]
            volume = .init(name: reader.volumeName(), source: .ephemeral(claim))
            mountPath = reader.mountPath()
        }

        /// Source: KFP `EmptyDirMount`.
        init(readingEmptyDir reader: inout SpecReader) {
            let medium = reader.text("medium")
            if let medium, medium != "Memory", medium != "HugePages", !medium.hasPrefix("HugePages-") {
                reader.report("medium", "expected Memory or HugePages, found '\(medium.prefix(100))'")
            }
            let sizeLimit = reader.quantity("sizeLimit")
            volume = .init(
                name: reader.volumeName(),
                source: .emptyDir(medium: medium, sizeLimit: sizeLimit)
            )
            mountPath = reader.mountPath()
        }

        /// KFP's own backend ignores this message; what it asks for is an empty folder in memory at
        /// `/dev/shm`. Source: KFP `EnabledSharedMemory`.
        init(readingSharedMemory reader: inout SpecReader) {
            let name = reader.text("volumeName") == nil ? "shared-memory" : reader.volumeName()
            volume = .init(
                name: name,
                source: .emptyDir(medium: "Memory", sizeLimit: reader.quantity("size"))
            )
            mountPath = "/dev/shm"
        }
    }
}

extension SpecReader {
    fileprivate mutating func deferred(of kind: PodSettings.ObjectKind) -> DeferredValue? {
        switch kind {
        case .secret: deferred("secretNameParameter", orLiteral: "secretName")
        case .configMap: deferred("configMapNameParameter", orLiteral: "configMapName")
        }
    }
}
