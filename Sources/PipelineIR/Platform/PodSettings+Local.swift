extension PodSettings {
    /// What a driver on one machine, without a cluster, can do of these settings, one sentence each.
    ///
    /// Objects of a cluster (secrets, config maps, claims) need a stand-in on the machine; folders may appear
    /// only where the driver can make them appear.
    package var honouredLocally: [String] {
        var sentences: [String] = []
        for entry in env {
            switch entry.source {
            case .key(let key, let kind, let name, _):
                sentences.append("variable \(entry.name): key \(key) of \(kind.rawValue) \(name)")
            case .fieldPath(let path) where LocalField(path) != nil:
                sentences.append("variable \(entry.name): \(path)")
            case .fieldPath: break
            }
        }
        let sources = Dictionary(volumes.map { ($0.name, $0.source) }) { first, _ in first }
        for mount in mounts {
            guard let source = sources[mount.volumeName] else { continue }
            let folder = mount.subPath.map { "folder \($0) of " } ?? ""
            sentences.append("\(mount.path): \(folder)\(source)")
        }
        for container in initContainers {
            sentences.append("\(container.isSidecar ? "sidecar" : "init container") \(container.name)")
        }
        if let activeDeadline { sentences.append("deadline: \(activeDeadline.components.seconds) seconds") }
        return sentences
    }

    /// What a driver on one machine, without a cluster, leaves undone of these settings, one sentence each,
    /// with the reason.
    package var ignoredLocally: [String] {
        var sentences = env.compactMap(\.ignoredLocally)
        sentences += volumes.flatMap(\.ignoredLocally)
        sentences += placement.ignoredLocally
        for secret in imagePullSecrets {
            sentences.append("image pull secret \(secret): no image is pulled here")
        }
        if let imagePullPolicy {
            sentences.append("image pull policy \(imagePullPolicy.rawValue): no image is pulled here")
        }
        if let user = securityContext?.runAsUser {
            sentences.append("user \(user): processes run as the server's own user")
        }
        if let group = securityContext?.runAsGroup {
            sentences.append("group \(group): processes run as the server's own group")
        }
        if securityContext?.runAsNonRoot == true {
            sentences.append("run as non-root: processes run as the server's own user")
        }
        sentences += unknown.map { "\($0): this version does not know the setting" }
        return sentences
    }
}

extension PodSettings.VolumeSource: CustomStringConvertible {
    package var description: String {
        switch self {
        case .object(let kind, let name, _): "\(kind.rawValue) \(name)"
        case .claim(let name): "volume claim \(name)"
        case .emptyDir(nil, _): "an empty folder"
        case .emptyDir(let medium?, _): "an empty folder in \(medium)"
        case .ephemeral(let claim): "a volume of \(claim.size)"
        }
    }
}

extension PodSettings.EnvironmentEntry {
    fileprivate var ignoredLocally: String? {
        guard case .fieldPath(let path) = source, LocalField(path) == nil else { return nil }
        return "variable \(name) with \(path): only a pod in a cluster has one"
    }
}

extension PodSettings.Volume {
    fileprivate var ignoredLocally: [String] {
        switch source {
        case .object, .claim: return []
        case .emptyDir(let medium, let sizeLimit):
            var sentences: [String] = []
            if let medium, medium != "Memory" {
                sentences.append("medium \(medium) of volume \(name): it is an ordinary folder here")
            }
            if let sizeLimit {
                sentences.append("size limit \(sizeLimit) of volume \(name): folders have no limit here")
            }
            return sentences
        case .ephemeral(let claim):
            let storageClass = claim.storageClassName.map { ", storage class '\($0)'" } ?? ""
            return ["size \(claim.size)\(storageClass) of volume \(name): it is an ordinary folder here"]
        }
    }
}

extension PodPlacement {
    fileprivate var ignoredLocally: [String] {
        let reason = "there are no nodes here"
        var sentences = nodeSelector.sorted { $0.key < $1.key }.map {
            "node selector \($0.key)=\($0.value): \(reason)"
        }
        sentences += tolerations.map { "toleration \($0): \(reason)" }
        sentences += requiredNodes.map { "node affinity \($0): \(reason)" }
        sentences += preferredNodes.map { "node preference \($0.term): \(reason)" }
        sentences += podAffinity.map {
            "pod \($0.isAnti ? "anti-affinity" : "affinity") \($0.topologyKey): \(reason)"
        }
        return sentences
    }
}

extension PodPlacement.Toleration: CustomStringConvertible {
    package var description: String {
        let taint = key.map { key in value.map { "\(key)=\($0)" } ?? key } ?? "of every taint"
        return effect.map { "\(taint):\($0)" } ?? taint
    }
}

extension PodPlacement.Requirement: CustomStringConvertible {
    package var description: String {
        values.isEmpty
            ? "\(key) \(self.operator)" : "\(key) \(self.operator) \(values.joined(separator: ","))"
    }
}

extension PodPlacement.NodeTerm: CustomStringConvertible {
    package var description: String {
        (matchExpressions + matchFields).map(\.description).joined(separator: " and ")
    }
}
