package import Model

/// A component: what goes in, what comes out, and how. Source: KFP `ComponentSpec`.
package struct ComponentSpec: Hashable, Sendable {
    /// How a component does its work.
    package enum Implementation: Hashable, Sendable {
        /// A pipeline of tasks.
        case dag(DagSpec)
        /// An executor, by label.
        case executor(label: String)
        /// The spec says neither.
        case missing
    }

    /// Parameters that go in.
    package var inputParameters: [String: InputParameterSpec] = [:]
    /// Artifacts that go in.
    package var inputArtifacts: [String: InputArtifactSpec] = [:]
    /// Parameters that come out.
    package var outputParameters: [String: OutputParameterSpec] = [:]
    /// Artifacts that come out.
    package var outputArtifacts: [String: OutputArtifactSpec] = [:]
    /// How it works.
    package var implementation: Implementation = .missing
    /// Platform settings carried inside of the component; kept.
    package var singlePlatformSpecs: [JSONValue] = []
    /// Which of a task's settings go to its `TASK_CONFIG` inputs.
    package var taskConfig = TaskConfig()
    /// Fields this build does not know.
    package var unknown: [String: JSONValue] = [:]

    init() {}

    init(reading reader: inout SpecReader) {
        reader.message("inputDefinitions") { inputs in
            (
                inputs.map("parameters", InputParameterSpec.init(reading:)),
                inputs.map("artifacts", InputArtifactSpec.init(reading:))
            )
        }.map { (inputParameters, inputArtifacts) = $0 }
        reader.message("outputDefinitions") { outputs in
            (
                outputs.map("parameters", OutputParameterSpec.init(reading:)),
                outputs.map("artifacts", OutputArtifactSpec.init(reading:))
            )
        }.map { (outputParameters, outputArtifacts) = $0 }
        if let dag = reader.message("dag", DagSpec.init(reading:)) {
            implementation = .dag(dag)
        } else if let label = reader.string("executorLabel") {
            implementation = .executor(label: label)
        }
        singlePlatformSpecs = reader.elements("singlePlatformSpecs")
        taskConfig = TaskConfig(reading: &reader)
        unknown = reader.unknown
    }
}

/// The type of a parameter. Source: KFP `ParameterType.ParameterTypeEnum`.
package enum ParameterType: Hashable, Sendable {
    case double
    case integer
    case string
    case boolean
    case list
    case structure
    case taskFinalStatus
    case taskConfig
    /// A type this build does not know; values pass unchecked.
    case unknown(String)

    /// The name in the spec: `NUMBER_DOUBLE`, `STRING`, ….
    package var name: String {
        switch self {
        case .double: "NUMBER_DOUBLE"
        case .integer: "NUMBER_INTEGER"
        case .string: "STRING"
        case .boolean: "BOOLEAN"
        case .list: "LIST"
        case .structure: "STRUCT"
        case .taskFinalStatus: "TASK_FINAL_STATUS"
        case .taskConfig: "TASK_CONFIG"
        case .unknown(let name): name
        }
    }

    /// Reads a name, including the names of formats before 2.1 (`INT`, `DOUBLE`).
    package init(name: String) {
        switch name {
        case "NUMBER_DOUBLE", "DOUBLE": self = .double
        case "NUMBER_INTEGER", "INT": self = .integer
        case "STRING": self = .string
        case "BOOLEAN": self = .boolean
        case "LIST": self = .list
        case "STRUCT": self = .structure
        case "TASK_FINAL_STATUS": self = .taskFinalStatus
        case "TASK_CONFIG": self = .taskConfig
        default: self = .unknown(name)
        }
    }

    init(reading reader: inout SpecReader) {
        self.init(
            name: reader.string("parameterType") ?? reader.string("type") ?? "PARAMETER_TYPE_ENUM_UNSPECIFIED"
        )
    }
}

/// A parameter that goes into a component. Source: KFP `ComponentInputsSpec.ParameterSpec`.
package struct InputParameterSpec: Hashable, Sendable {
    /// Its type.
    package var type: ParameterType
    /// What it is when nothing is given.
    package var defaultValue: JSONValue?
    /// Whether it may be left out.
    package var isOptional: Bool
    /// Free text, empty when absent.
    package var description: String
    /// The only values allowed; empty when any will do.
    package var literals: [JSONValue]

    init(reading reader: inout SpecReader) {
        type = ParameterType(reading: &reader)
        defaultValue = reader.value("defaultValue")
        isOptional = reader.bool("isOptional") ?? false
        description = reader.string("description") ?? ""
        literals = reader.elements("literals")
    }

    /// Whether a value must come from outside.
    package var isRequired: Bool { !isOptional && defaultValue == nil }
}

/// A parameter that comes out of a component. Source: KFP `ComponentOutputsSpec.ParameterSpec`.
package struct OutputParameterSpec: Hashable, Sendable {
    /// Its type.
    package var type: ParameterType
    /// Free text, empty when absent.
    package var description: String

    init(reading reader: inout SpecReader) {
        type = ParameterType(reading: &reader)
        description = reader.string("description") ?? ""
    }
}

/// The type of an artifact. Source: KFP `ArtifactTypeSchema`.
package struct ArtifactTypeSchema: Hashable, Sendable {
    /// `system.Dataset`, `google.VertexModel`, …; `system.Artifact` when the spec says nothing.
    package var title: String
    /// `0.0.1` when the spec says nothing.
    package var version: String

    init(reading reader: inout SpecReader) {
        let schema = reader.message("artifactType") { type in
            (title: type.string("schemaTitle"), version: type.string("schemaVersion"))
        }
        title = schema?.title ?? "system.Artifact"
        version = schema?.version ?? "0.0.1"
    }
}

/// An artifact that goes into a component. Source: KFP `ComponentInputsSpec.ArtifactSpec`.
package struct InputArtifactSpec: Hashable, Sendable {
    /// Its type.
    package var type: ArtifactTypeSchema
    /// Whether it is a list of artifacts.
    package var isList: Bool
    /// Whether it may be left out.
    package var isOptional: Bool

    init(reading reader: inout SpecReader) {
        type = ArtifactTypeSchema(reading: &reader)
        isList = reader.bool("isArtifactList") ?? false
        isOptional = reader.bool("isOptional") ?? false
    }
}

/// An artifact that comes out of a component. Source: KFP `ComponentOutputsSpec.ArtifactSpec`.
package struct OutputArtifactSpec: Hashable, Sendable {
    /// Its type.
    package var type: ArtifactTypeSchema
    /// Whether it is a list of artifacts.
    package var isList: Bool
    /// Metadata the author gave it beforehand.
    package var metadata: [String: JSONValue]

    init(reading reader: inout SpecReader) {
        type = ArtifactTypeSchema(reading: &reader)
        isList = reader.bool("isArtifactList") ?? false
        metadata = reader.members("metadata")
    }
}
