import Foundation
import Model
import Testing

@testable import PipelineIR

/// What the SDK compiles from `Tests/Fixtures/Platform/samples.py`.
enum PlatformSamples {
    /// Names of the samples that are platform specs and nothing else.
    static let specs = [
        "environment", "volumes", "placement", "placement-by-json", "pod", "whole-run", "within-a-loop",
    ]

    /// A sample by the name of its pipeline.
    static func sample(_ name: String) throws -> JSONValue {
        let file = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/Platform/samples.json")
        return try #require(JSONValue(json: Data(contentsOf: file))[name], "there is no sample \(name)")
    }

    /// What the executor `label` of a sample asks for.
    static func executor(_ label: String = "exec-step", of name: String) throws -> KubernetesExecutorConfig {
        try #require(PlatformSpec(json: sample(name)).executors[label])
    }

    /// An executor's entry with these fields.
    static func executor(_ fields: JSONValue) throws -> KubernetesExecutorConfig {
        try #require(PlatformSpec(json: spec(fields)).executors["exec-step"])
    }

    /// A platform spec with one executor.
    static func spec(_ fields: JSONValue) -> JSONValue {
        ["platforms": ["kubernetes": ["deploymentSpec": ["executors": ["exec-step": fields]]]]]
    }

    /// Where the executor's fields stand in ``spec(_:)``.
    static let path = "platforms.kubernetes.deploymentSpec.executors.exec-step"
}

/// Looks values up as a run does: constants as they are, inputs and outputs by name.
struct Inputs {
    var inputs: [String: JSONValue] = [:]
    var outputs: [String: JSONValue] = [:]

    func callAsFunction(_ source: ParameterBinding.Source) throws -> JSONValue? {
        switch source {
        case .constant(let value): value
        case .componentInput(let name): inputs[name]
        case .taskOutput(let producer, let key): outputs["\(producer).\(key)"]
        case .runtimeParameter, .taskFinalStatus, .missing: throw UnexpectedSource()
        }
    }
}

/// No platform setting of the samples has such a source.
struct UnexpectedSource: Error {}
