import Model
import PipelineIR
import Pods

/// What the platform settings of a task add to its pod: environment, volumes, a deadline.
struct PodExtras {
    let env: [EnvironmentVariable]
    let volumes: [PodVolume]
    let activeDeadline: Duration?
    let initContainers: [PodContainer]
    private let settings: PodSettings

    /// - Parameters:
    ///   - settings: resolved for this task.
    ///   - objects: secrets and config maps.
    /// - Throws: ``PlatformError`` naming the secret, config map or key that is missing, and how to add it.
    init(_ settings: PodSettings, for name: PodName, _ objects: any ObjectStore) throws {
        env = try settings.env.compactMap { entry in
            try Self.value(of: entry.source, settings, name, objects).map {
                EnvironmentVariable(name: entry.name, value: $0)
            }
        }
        let sources = Dictionary(settings.volumes.map { ($0.name, $0.source) }) { first, _ in first }
        func volumes(_ mounts: [PodSettings.Mount]) throws -> [PodVolume] {
            try mounts.compactMap { mount in
                guard let source = sources[mount.volumeName],
                    let volume = try Self.source(source, named: mount.volumeName, objects)
                else { return nil }
                return PodVolume(source: volume, mountPath: mount.path, subPath: mount.subPath)
            }
        }
        self.volumes = try volumes(settings.mounts)
        initContainers = try settings.initContainers.map { container in
            PodContainer(
                name: container.name,
                image: container.image,
                command: container.command,
                args: container.args,
                env: container.env.map { EnvironmentVariable(name: $0.name, value: $0.value) },
                volumes: try volumes(container.mounts),
                isSidecar: container.isSidecar
            )
        }
        activeDeadline = settings.activeDeadline
        self.settings = settings
    }

    /// What the pod asks of the machine, given what its own container asks: a container before it needs its share only
    /// until it ends, one beside it all along. Source: Kubernetes, effective requests of pods.
    func requests(with own: ResourceRequests) -> ResourceRequests {
        var requests = own
        requests.cpu = Self.most(own.cpu, settings.initContainers, "cpu")
        requests.memory = Self.most(own.memory, settings.initContainers, "memory")
        return requests
    }

    private static func most(_ own: Quantity?, _ containers: [InitContainer], _ resource: String) -> Quantity?
    {
        var beside: Int64 = 0
        var most: Int64 = 0
        for container in containers {
            let text = container.requests[resource] ?? container.limits[resource]
            let amount = text.flatMap { Quantity($0) }?.thousandths ?? 0
            if container.isSidecar { beside += amount } else { most = max(most, beside + amount) }
        }
        let all = max(most, beside + (own?.thousandths ?? 0))
        return all == 0 ? own : Quantity(thousandths: all)
    }

    private static func value(
        of source: PodSettings.EnvironmentSource,
        _ settings: PodSettings,
        _ name: PodName,
        _ objects: any ObjectStore
    ) throws -> String? {
        switch source {
        case .key(let key, let kind, let object, let isOptional):
            let kind = objectKind(kind)
            guard let bytes = try objects.object(kind, named: object)?[key] else {
                if isOptional { return nil }
                throw missing(kind, object, key)
            }
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw PlatformError.invalid(
                    "The value of '\(key)' in \(kind.rawValue) '\(object)' is not UTF-8 text and cannot be an environment variable."
                )
            }
            return text
        case .fieldPath(let path):
            switch LocalField(path) {
            case .name, .uid: return name.description.split(separator: "/").joined(separator: "-")
            case .namespace: return "default"
            case .label(let key): return settings.labels[key] ?? ""
            case .annotation(let key): return settings.annotations[key] ?? ""
            case nil: return ""
            }
        }
    }

    private static func source(
        _ source: PodSettings.VolumeSource,
        named name: String,
        _ objects: any ObjectStore
    ) throws -> PodVolume.Source? {
        switch source {
        case .claim(let claim): return .claim(claim)
        case .emptyDir(let medium, let size):
            return .emptyDir(name: name, medium: medium, sizeLimit: size.flatMap { Quantity($0) })
        case .ephemeral: return .emptyDir(name: name, medium: nil, sizeLimit: nil)
        case .object(let kind, let object, let isOptional):
            let kind = objectKind(kind)
            guard let values = try objects.object(kind, named: object) else {
                if isOptional { return nil }
                throw missing(kind, object, nil)
            }
            return .files(values)
        }
    }

    private static func objectKind(_ kind: PodSettings.ObjectKind) -> ObjectKind {
        switch kind {
        case .secret: .secret
        case .configMap: .configMap
        }
    }

    private static func missing(_ kind: ObjectKind, _ name: String, _ key: String?) -> PlatformError {
        let command = kind == .secret ? "secrets" : "config-maps"
        let what = key.map { "has no key '\($0)'" } ?? "does not exist"
        return PlatformError(
            .failedPrecondition,
            "The \(kind.rawValue) '\(name)' \(what) on this machine; add it with "
                + "`martlet \(command) set \(name) \(key ?? "KEY")=VALUE`."
        )
    }
}
