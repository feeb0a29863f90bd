package import Model

/// A kind of setting that a component can ask to be told of. Source: KFP `TaskConfigPassthroughType`.
package enum TaskConfigField: String, Hashable, Sendable, CaseIterable {
    case resources = "RESOURCES"
    case env = "ENV"
    case affinity = "KUBERNETES_AFFINITY"
    case tolerations = "KUBERNETES_TOLERATIONS"
    case nodeSelector = "KUBERNETES_NODE_SELECTOR"
    case volumes = "KUBERNETES_VOLUMES"
}

/// Which of a task's settings its component is told of, in inputs of type `TASK_CONFIG`, and which its own pod gets.
///
/// A component that starts workloads of its own hands them on. A setting it asks for is kept from its own pod unless it
/// says otherwise; one it does not ask for is only for the pod. Source: KFP driver, `getTaskConfigOptions`.
package struct TaskConfig: Hashable, Sendable {
    /// The settings the component is told of.
    package private(set) var passed: Set<TaskConfigField> = []
    private var kept: Set<TaskConfigField> = []

    /// A component that asks for nothing.
    package init() {}

    init(reading reader: inout SpecReader) {
        let entries = reader.list("taskConfigPassthroughs") {
            ($0.text("field") ?? "", $0.bool("applyToTask") ?? false)
        }
        for (name, applies) in entries {
            // A kind of a later version has no effect here, on either side.
            guard let field = TaskConfigField(rawValue: name) else { continue }
            passed.insert(field)
            if applies { kept.remove(field) } else { kept.insert(field) }
        }
    }

    /// Whether the task's own pod gets a setting.
    package func applies(_ field: TaskConfigField) -> Bool { !kept.contains(field) }

    /// What is left of the platform settings for the task's own pod: folders that go with a pod are never passed on.
    package func podSettings(_ settings: PodSettings) -> PodSettings {
        var settings = settings
        if !applies(.env) { settings.env = [] }
        if !applies(.volumes) {
            let passed = Set(settings.volumes.filter(\.isPassed).map(\.name))
            settings.mounts.removeAll { passed.contains($0.volumeName) }
            let needed = Set(settings.initContainers.flatMap { $0.mounts.map(\.volumeName) })
            settings.volumes.removeAll { passed.contains($0.name) && !needed.contains($0.name) }
        }
        return settings
    }

    /// The value of the component's `TASK_CONFIG` inputs, in the spelling of Kubernetes; what it is not told of is null, or
    /// empty for resources. Source: KFP driver, `TaskConfig`.
    /// - Parameters:
    ///   - env: variables of the container, placeholders resolved.
    ///   - resources: what the container needs, placeholders resolved.
    ///   - workspace: the claim that is the run's workspace, for a task that uses it.
    package func value(
        env: [(name: String, value: String)],
        resources: ContainerSpec.Resources?,
        settings: PodSettings,
        workspace: (claim: String, path: String)?
    ) -> JSONValue {
        var object: [String: JSONValue] = [
            "affinity": .null, "tolerations": .null, "nodeSelector": .null, "env": .null, "volumes": .null,
            "volumeMounts": .null, "resources": [:],
        ]
        if passed.contains(.env) {
            let all =
                env.map { ["name": .string($0.name), "value": .string($0.value)] } + settings.env.map(\.json)
            if !all.isEmpty { object["env"] = .array(all) }
        }
        if passed.contains(.resources) { object["resources"] = resources?.json ?? [:] }
        if passed.contains(.nodeSelector), !settings.placement.nodeSelector.isEmpty {
            object["nodeSelector"] = .object(settings.placement.nodeSelector.mapValues { .string($0) })
        }
        if passed.contains(.tolerations), !settings.placement.tolerations.isEmpty {
            object["tolerations"] = .array(settings.placement.tolerations.map(\.json))
        }
        if passed.contains(.affinity) { object["affinity"] = settings.placement.nodeAffinityJSON }
        if passed.contains(.volumes) {
            var volumes: [JSONValue] = settings.volumes.filter(\.isPassed).map(\.json)
            let names = Set(settings.volumes.filter(\.isPassed).map(\.name))
            var mounts: [JSONValue] = settings.mounts.filter { names.contains($0.volumeName) }.map(\.json)
            if let workspace {
                let volume = PodSettings.Volume(name: "kfp-workspace", source: .claim(workspace.claim))
                volumes.append(volume.json)
                mounts.append(PodSettings.Mount(volumeName: volume.name, path: workspace.path).json)
            }
            if !volumes.isEmpty {
                object["volumes"] = .array(volumes)
                object["volumeMounts"] = .array(mounts)
            }
        }
        return .object(object)
    }
}

/// Settings in the spelling of Kubernetes.
extension PodSettings.EnvironmentEntry {
    fileprivate var json: JSONValue {
        let from: JSONValue =
            switch source {
            case .key(let key, let kind, let name, let isOptional):
                [
                    kind == .secret ? "secretKeyRef" : "configMapKeyRef": [
                        "name": .string(name), "key": .string(key), "optional": .bool(isOptional),
                    ]
                ]
            case .fieldPath(let path): ["fieldRef": ["fieldPath": .string(path)]]
            }
        return ["name": .string(name), "valueFrom": from]
    }
}

extension PodSettings.Volume {
    /// Whether it outlives a pod, so that other workloads can have it, too. Source: KFP driver, `extendPodSpecPatch`.
    fileprivate var isPassed: Bool {
        switch source {
        case .object, .claim: true
        case .emptyDir, .ephemeral: false
        }
    }

    fileprivate var json: JSONValue {
        var object: [String: JSONValue] = ["name": .string(name)]
        switch source {
        case .claim(let claim): object["persistentVolumeClaim"] = ["claimName": .string(claim)]
        case .object(.secret, let name, let isOptional):
            object["secret"] = ["secretName": .string(name), "optional": .bool(isOptional)]
        case .object(.configMap, let name, let isOptional):
            object["configMap"] = ["name": .string(name), "optional": .bool(isOptional)]
        case .emptyDir, .ephemeral: break
        }
        return .object(object)
    }
}

extension PodSettings.Mount {
    fileprivate var json: JSONValue {
        var object: [String: JSONValue] = ["name": .string(volumeName), "mountPath": .string(path)]
        object["subPath"] = subPath.map { .string($0) }
        return .object(object)
    }
}

extension PodPlacement {
    /// `null` where nothing is asked of nodes.
    fileprivate var nodeAffinityJSON: JSONValue {
        var affinity: [String: JSONValue] = [:]
        if !requiredNodes.isEmpty {
            affinity["requiredDuringSchedulingIgnoredDuringExecution"] = [
                "nodeSelectorTerms": .array(requiredNodes.map(\.json))
            ]
        }
        if !preferredNodes.isEmpty {
            affinity["preferredDuringSchedulingIgnoredDuringExecution"] = .array(
                preferredNodes.map { ["weight": .number(Double($0.weight)), "preference": $0.term.json] }
            )
        }
        return affinity.isEmpty ? .null : ["nodeAffinity": .object(affinity)]
    }
}

extension PodPlacement.NodeTerm {
    fileprivate var json: JSONValue {
        var object: [String: JSONValue] = [:]
        if !matchExpressions.isEmpty { object["matchExpressions"] = .array(matchExpressions.map(\.json)) }
        if !matchFields.isEmpty { object["matchFields"] = .array(matchFields.map(\.json)) }
        return .object(object)
    }
}

extension PodPlacement.Requirement {
    fileprivate var json: JSONValue {
        var object: [String: JSONValue] = ["key": .string(key), "operator": .string(self.operator)]
        if !values.isEmpty { object["values"] = .array(values.map { .string($0) }) }
        return .object(object)
    }
}

extension PodPlacement.Toleration {
    fileprivate var json: JSONValue {
        var object: [String: JSONValue] = [:]
        object["key"] = key.map { .string($0) }
        object["operator"] = self.operator.map { .string($0) }
        object["value"] = value.map { .string($0) }
        object["effect"] = effect.map { .string($0) }
        object["tolerationSeconds"] = seconds.map { .number(Double($0)) }
        return .object(object)
    }
}

extension ContainerSpec.Resources {
    /// As Kubernetes `ResourceRequirements`; a device is a limit.
    fileprivate var json: JSONValue {
        var limits: [String: JSONValue] = [:]
        var requests: [String: JSONValue] = [:]
        limits["cpu"] = cpuLimit.map { .string($0) }
        limits["memory"] = memoryLimit.map { .string($0) }
        requests["cpu"] = cpuRequest.map { .string($0) }
        requests["memory"] = memoryRequest.map { .string($0) }
        if let acceleratorType, let acceleratorCount { limits[acceleratorType] = .string(acceleratorCount) }
        var object: [String: JSONValue] = [:]
        if !limits.isEmpty { object["limits"] = .object(limits) }
        if !requests.isEmpty { object["requests"] = .object(requests) }
        return .object(object)
    }
}
