import Model
import Testing

@testable import PipelineIR

@Suite("Volume claim tasks")
struct VolumeClaimTaskTests {
    /// The image and the inputs of a task of the sample, as a run resolves them.
    private func task(_ name: String) throws -> VolumeClaimTask? {
        let sample = try PlatformSamples.sample("volume-claims")
        let image = try #require(sample["executors"]?["exec-" + name]?["container"]?["image"]?.string)
        let inputs = Inputs(inputs: ["name": "kept"], outputs: ["createpvc.name": "made"])
        var parameters: [String: JSONValue] = [:]
        for (key, value) in sample["tasks"]?[name]?["inputs"]?["parameters"]?.object ?? [:] {
            var reader = SpecReader(value, path: key)
            parameters[key] = try inputs(ParameterBinding(reading: &reader).source)
        }
        return try VolumeClaimTask(image: image, parameters: parameters)
    }

    @Test("The SDK's CreatePVC makes a claim with an id for its name and the suffix after it")
    func createBySuffix() throws {
        let claim = VolumeClaim(accessModes: [.readWriteOnce], size: "5Gi", storageClassName: "standard")
        #expect(try task("createpvc") == .create(.generated(suffix: "-data"), claim))
        #expect(VolumeClaimTask.Name.generated(suffix: "-data").text(id: "1f") == "1f-data")
    }

    @Test("The SDK's CreatePVC hands on every input")
    func createWithEverything() throws {
        let claim = VolumeClaim(
            accessModes: [.readOnlyMany],
            size: "1Gi",
            storageClassName: "nfs",
            volumeName: "pv7",
            annotations: ["owner": "birds"],
            dataSource: .init(apiGroup: "snapshot.storage.k8s.io", kind: "VolumeSnapshot", name: "monday")
        )
        #expect(try task("createpvc-2") == .create(.fixed("kept"), claim))
        #expect(VolumeClaimTask.Name.fixed("kept").text(id: "1f") == "kept")
    }

    @Test("The SDK's DeletePVC removes the claim of the name it is given")
    func delete() throws {
        #expect(try task("deletepvc") == .delete(name: "made"))
    }

    @Test("A task with any other image is an ordinary one", arguments: ["step", "busybox", ""])
    func others(image: String) throws {
        #expect(try VolumeClaimTask(image: image, parameters: ["pvc_name": 3]) == nil)
        #expect(try task("step") == nil)
    }

    @Test(
        "A storage class is the driver's default when absent, the cluster's when null, and none when empty",
        arguments: [
            ([:], "standard"), (["storage_class_name": .null], nil), (["storage_class_name": ""], ""),
            (["storage_class_name": "nfs"], "nfs"),
        ] as [([String: JSONValue], String?)]
    )
    func storageClass(parameters: [String: JSONValue], expected: String?) throws {
        let all = parameters.merging(["access_modes": ["ReadWriteOnce"], "size": "1Gi"]) { own, _ in own }
        let task = try VolumeClaimTask(image: VolumeClaimTask.createImage, parameters: all)
        guard case .create(let name, let claim) = task else {
            Issue.record("expected a claim to be made, found \(String(describing: task))")
            return
        }
        #expect(name == .generated(suffix: ""))
        #expect(claim.storageClassName == expected)
    }

    @Test(
        "Inputs that cannot make or remove a claim are named by their path",
        arguments: [
            ("createpvc", ["access_modes": .null], "access_modes", "is missing"),
            ("createpvc", ["access_modes": []], "access_modes", "is missing"),
            ("createpvc", ["access_modes": ["rw"]], "access_modes[0]", "found 'rw'"),
            (
                "createpvc", ["access_modes": "ReadWriteOnce"], "access_modes",
                "expected a list, found a string"
            ),
            ("createpvc", ["size": .null], "size", "is missing"),
            ("createpvc", ["size": "much"], "size", "found 'much'"),
            ("createpvc", ["size": 5], "size", "expected a string, found a number"),
            ("createpvc", ["pvc_name": "a", "pvc_name_suffix": "b"], "pvc_name", "found both"),
            ("createpvc", ["pvc_name": "../a"], "pvc_name", "no Kubernetes name"),
            ("createpvc", ["pvc_name_suffix": "/a"], "pvc_name_suffix", "no Kubernetes name"),
            (
                "createpvc", ["pvc_name_suffix": .string(String(repeating: "a", count: 218))],
                "pvc_name_suffix",
                "no Kubernetes name"
            ),
            ("createpvc", ["volume_name": "/dev"], "volume_name", "no Kubernetes name"),
            ("createpvc", ["annotations": ["a": 1]], "annotations.a", "expected a string"),
            ("createpvc", ["data_source": ["kind": "VolumeSnapshot"]], "data_source.name", "is missing"),
            ("deletepvc", [:], "pvc_name", "is missing"),
            ("deletepvc", ["pvc_name": ""], "pvc_name", "is missing"),
            ("deletepvc", ["pvc_name": "A B"], "pvc_name", "no Kubernetes name"),
        ] as [(String, [String: JSONValue], String, String)]
    )
    func problems(image: String, parameters: [String: JSONValue], path: String, message: String) throws {
        let all = parameters.merging(["access_modes": ["ReadWriteOnce"], "size": "1Gi"]) { own, _ in own }
        let error = #expect(throws: InvalidSpec.self) {
            try VolumeClaimTask(image: "argostub/" + image, parameters: all)
        }
        let problem = try #require(error?.problems.first)
        #expect(error?.problems.count == 1)
        #expect(problem.path == "inputs.parameters." + path)
        #expect(problem.message.contains(message))
    }
}
