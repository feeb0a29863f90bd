import Model
import TestKit
import Testing

@testable import PipelineIR

@Suite("Damaged platform specs")
struct PlatformMutationTests {
    @Test("Whatever is damaged, reading and resolving answer or throw InvalidSpec", arguments: 0..<40)
    func mutations(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        var understood = 0
        for name in PlatformSamples.specs {
            let sample = try PlatformSamples.sample(name)
            for _ in 0..<20 {
                let damaged = Self.damaged(sample, &generator)
                do {
                    let spec = try PlatformSpec(json: damaged)
                    for config in spec.executors.values {
                        let settings = try config.resolved { _ in Self.value(&generator) }
                        #expect(settings.ignoredLocally.allSatisfy { !$0.isEmpty })
                        #expect(
                            settings.honouredLocally.count <= settings.env.count + settings.mounts.count + 1
                        )
                    }
                    understood += 1
                } catch is InvalidSpec {
                    continue
                }
            }
        }
        #expect(understood > 0)
    }

    @Test("Whatever its inputs are, a volume claim task answers or throws InvalidSpec", arguments: 0..<40)
    func claims(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let names = [
            "access_modes", "size", "pvc_name", "pvc_name_suffix", "storage_class_name", "volume_name",
            "annotations",
            "data_source",
        ]
        for _ in 0..<50 {
            var parameters: [String: JSONValue] = ["access_modes": ["ReadWriteOnce"], "size": "1Gi"]
            for name in names where generator.chance(0.3) { parameters[name] = Self.value(&generator) }
            for image in [VolumeClaimTask.createImage, VolumeClaimTask.deleteImage] {
                do {
                    #expect(try VolumeClaimTask(image: image, parameters: parameters) != nil)
                } catch {
                    #expect(!error.problems.isEmpty)
                }
            }
        }
    }

    private static func value(_ generator: inout SeededGenerator) -> JSONValue {
        let values: [JSONValue] = [
            .null, true, -1, 1.5, 1e300, .number(.nan), .number(.infinity), "", "name", "\0",
            "9223372036854775808", "é=:/..", [], [.null, 3],
            ["key": "a"], [["key": "b", "tolerationSeconds": -9e15]], [:], ["": [:]], ["constant": .null],
        ]
        return values[generator.below(values.count)]
    }

    /// The value with about one place of it replaced, removed or repeated.
    private static func damaged(_ value: JSONValue, _ generator: inout SeededGenerator) -> JSONValue {
        if generator.chance(0.02) { return self.value(&generator) }
        switch value {
        case .object(let members):
            var result: [String: JSONValue] = [:]
            for (key, member) in members.sorted(by: { $0.key < $1.key }) where !generator.chance(0.01) {
                result[key] = damaged(member, &generator)
            }
            return .object(result)
        case .array(let elements):
            var result = elements.map { damaged($0, &generator) }
            if generator.chance(0.05) { result += result }
            return .array(result)
        case .null, .bool, .number, .string: return value
        }
    }
}
