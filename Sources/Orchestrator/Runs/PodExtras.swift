import Model
import PipelineIR
import Pods

/// What the platform settings of a task add to its pod: environment, volumes, a deadline.
struct PodExtras {
    let env: [EnvironmentVariable]
    let volumes: [PodVolume]
    let activeDeadline: Duration?

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
        volumes = try settings.mounts.compactMap { mount in
            guard let source = sources[mount.volumeName],
                let volume = try Self.source(source, named: mount.volumeName, objects)
            else { return nil }
            return PodVolume(source: volume, mountPath: mount.path, subPath: mount.subPath)
        }
        activeDeadline = settings.activeDeadline
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

/// The claim that is a run's workspace. Source: KFP `WorkspaceConfig`.
enum Workspace {
    /// Name of the volume: one a run.
    static func volumeName(of run: RunID) -> String { "\(run)-kfp-workspace" }

    /// The mount of the workspace for a pod that speaks of it; `nil` for one that does not, or without a workspace.
    static func volume(_ config: PipelineConfig, for pod: PodSpec, mountedAt path: String) -> PodVolume? {
        guard config.workspace != nil else { return nil }
        let texts = pod.command + pod.args + pod.env.map(\.value)
        guard texts.contains(where: { $0.contains(path) }) else { return nil }
        return PodVolume(source: .claim(volumeName(of: pod.name.runID)), mountPath: path)
    }
}
