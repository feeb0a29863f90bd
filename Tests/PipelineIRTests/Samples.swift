import Foundation
import Model
import PipelineIR
import TestKit

/// The compiled pipelines in the folder `Specs`.
enum GoldenSpec: String, CaseIterable, Sendable {
    case values
    case containers
    case flow

    func json() throws -> JSONValue {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "Specs/\(rawValue).json"
        )
        return try JSONValue(json: [UInt8](Data(contentsOf: file)))
    }

    func spec() throws -> PipelineSpec { try PipelineSpec(json: json()) }
}

extension JSONValue {
    /// Reads and changes a member, however deep; `spec["root", "dag", "tasks"] = nil` removes it.
    subscript(path: String...) -> JSONValue? {
        get { path.reduce(self as JSONValue?) { $0?[$1] } }
        set { replace(path[...], newValue) }
    }

    private mutating func replace(_ path: ArraySlice<String>, _ value: JSONValue?) {
        guard let first = path.first else {
            self = value ?? .null
            return
        }
        var members = object ?? [:]
        if path.count == 1 {
            members[first] = value
        } else {
            var inner = members[first] ?? .object([:])
            inner.replace(path.dropFirst(), value)
            members[first] = inner
        }
        self = .object(members)
    }
}

/// What is wrong with a spec, as `path: message`; empty for one that can run.
func problems(_ json: JSONValue) -> [String] {
    do throws(InvalidSpec) {
        _ = try TaskGraph(try PipelineSpec(json: json))
        return []
    } catch {
        return error.problems.map(\.description)
    }
}

/// An artifact that stands at `/store/<name>`.
func artifact(_ name: String, id: String? = nil, metadata: [String: JSONValue] = [:]) -> Artifact {
    Artifact(
        id: ArtifactID(id ?? name),
        name: name,
        schemaTitle: "system.Dataset",
        schemaVersion: "0.0.1",
        uri: "/store/\(name)",
        metadata: metadata,
        createdAt: .epoch
    )
}
