package import Model

/// What an executor label runs. Source: KFP `PipelineDeploymentConfig.ExecutorSpec`.
package enum ExecutorSpec: Hashable, Sendable {
    /// A container.
    case container(ContainerSpec)
    /// Registers an artifact.
    case importer(ImporterSpec)
    /// Something only another platform runs; the field's name says what.
    case foreign(kind: String, JSONValue)
    /// The spec says nothing.
    case missing

    init(reading reader: inout SpecReader) {
        if let container = reader.message("container", ContainerSpec.init(reading:)) {
            self = .container(container)
        } else if let importer = reader.message("importer", ImporterSpec.init(reading:)) {
            self = .importer(importer)
        } else if let resolver = reader.value("resolver") {
            self = .foreign(kind: "resolver", resolver)
        } else if let job = reader.value("customJob") {
            self = .foreign(kind: "customJob", job)
        } else {
            self = .missing
        }
    }
}

/// A container and what it needs. Source: KFP `PipelineContainerSpec`.
package struct ContainerSpec: Hashable, Sendable {
    /// CPU, memory and devices. Text may hold placeholders. Source: KFP `ResourceSpec`; its string fields win over the older numbers.
    package struct Resources: Hashable, Sendable {
        /// Cores at most, in Kubernetes' spelling.
        package var cpuLimit: String?
        /// Cores at least.
        package var cpuRequest: String?
        /// Bytes at most.
        package var memoryLimit: String?
        /// Bytes at least.
        package var memoryRequest: String?
        /// Kind of device, such as `nvidia.com/gpu`.
        package var acceleratorType: String?
        /// Number of devices.
        package var acceleratorCount: String?
    }

    /// One variable of the container's environment. Source: KFP `PipelineContainerSpec.EnvVar`.
    package struct EnvironmentEntry: Hashable, Sendable {
        /// Name of the variable.
        package var name: String
        /// Its value, with placeholders.
        package var value: String
    }

    /// The image.
    package var image: String
    /// Program and first arguments, with placeholders.
    package var command: [String]
    /// Further arguments, with placeholders.
    package var args: [String]
    /// Environment, in order, with placeholders in the values.
    package var env: [EnvironmentEntry]
    /// What it needs.
    package var resources: Resources?
    /// A check before the cache is used; Vertex only, kept.
    package var lifecycle: JSONValue?
    /// Fields this build does not know.
    package var unknown: [String: JSONValue]

    init(reading reader: inout SpecReader) {
        image = reader.string("image") ?? ""
        command = reader.strings("command")
        args = reader.strings("args")
        env = reader.list("env") { entry in
            EnvironmentEntry(name: entry.string("name") ?? "", value: entry.string("value") ?? "")
        }
        resources = reader.message("resources", Resources.init(reading:))
        lifecycle = reader.value("lifecycle")
        unknown = reader.unknown
    }
}

extension ContainerSpec.Resources {
    fileprivate init(reading reader: inout SpecReader) {
        // The older fields are numbers: cores, and memory in units of 10^9 bytes.
        let cpuLimit = reader.number("cpuLimit").flatMap { $0 > 0 ? decimalText($0) : nil }
        let cpuRequest = reader.number("cpuRequest").flatMap { $0 > 0 ? decimalText($0) : nil }
        let memoryLimit = reader.number("memoryLimit").flatMap { $0 > 0 ? decimalText($0) + "G" : nil }
        let memoryRequest = reader.number("memoryRequest").flatMap { $0 > 0 ? decimalText($0) + "G" : nil }
        self.init(
            cpuLimit: reader.text("resourceCpuLimit") ?? cpuLimit,
            cpuRequest: reader.text("resourceCpuRequest") ?? cpuRequest,
            memoryLimit: reader.text("resourceMemoryLimit") ?? memoryLimit,
            memoryRequest: reader.text("resourceMemoryRequest") ?? memoryRequest
        )
        let accelerator = reader.message("accelerator") { device in
            let count = device.integer("count").flatMap { $0 > 0 ? String($0) : nil }
            let type = device.text("type")
            return (device.text("resourceType") ?? type, device.text("resourceCount") ?? count)
        }
        acceleratorType = accelerator?.0
        acceleratorCount = accelerator?.1
    }
}

/// Registers an artifact that exists. Source: KFP `PipelineDeploymentConfig.ImporterSpec`.
package struct ImporterSpec: Hashable, Sendable {
    /// The URI, if the spec fixes it.
    package var constantURI: String?
    /// The input that holds the URI, otherwise.
    package var runtimeParameter: String?
    /// Type of the artifact.
    package var typeTitle: String
    /// Whether to register it anew each time.
    package var reimport: Bool
    /// Metadata, with placeholders.
    package var metadata: [String: JSONValue]
    /// Whether the bytes go to the workspace.
    package var downloadsToWorkspace: Bool

    init(reading reader: inout SpecReader) {
        let uri = reader.message("artifactUri") { uri in
            (uri.value("constant") ?? uri.legacyConstant(), uri.string("runtimeParameter"))
        }
        constantURI = uri?.0?.string
        runtimeParameter = uri?.1
        typeTitle =
            reader.message("typeSchema") { $0.string("schemaTitle") }.flatMap { $0 } ?? "system.Artifact"
        reimport = reader.bool("reimport") ?? false
        metadata = reader.members("metadata")
        downloadsToWorkspace = reader.bool("downloadToWorkspace") ?? false
    }
}
