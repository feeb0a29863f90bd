import ArtifactDrivers
import Artifacts
import Foundation
import Model
import Store
import StoreDrivers
import Upkeep

/// A data directory with one run in it, as a server would have left it.
struct DataFolder {
    static let now = Instant(Date())
    let root: String
    var layout: DataLayout { DataLayout(root: root) }
    var model: String { "\(root)/artifacts/birds/r/train/0/model" }
    var log: String { "\(root)/pods/r/train~0/log" }

    /// Makes the directory and the one it may be restored to, runs `body`, and removes both.
    static func with(_ body: (DataFolder, DataFolder) async throws -> Void) async throws {
        let top = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
            .appending(path: "martlet-upkeep-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: top) }
        let (folder, other) = (DataFolder(root: top + "/data"), DataFolder(root: top + "/other"))
        for root in [folder.root, other.root] {
            try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        }
        try await folder.fill()
        try await body(folder, other)
    }

    private func fill() async throws {
        // Long, not ASCII, executable, empty and linked: what an archive has to carry.
        let deep = model + "/" + String(repeating: "länge", count: 30)
        try write("weights", to: deep + "/weights")
        try write("#!/bin/sh", to: model + "/run.sh")
        chmod(model + "/run.sh", 0o700)
        try FileManager.default.createDirectory(atPath: model + "/empty", withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: model + "/link", withDestinationPath: "run.sh")
        try write("scrap", to: "\(root)/artifacts/birds/r/train/0/scrap")
        try write("hello", to: log)
        try write("secret", to: "\(root)/pods/r/train~0/scratch/program")
        try write("half", to: "\(root)/pods/r/train~1/log")
        try write("token", to: "\(root)/objects/secret/s/k")
        let database = try await SQLiteDatabase.open(path: layout.database)
        try await database.write { [model] store in
            var run = Run(
                id: RunID("r"),
                experimentID: ExperimentID("e"),
                displayName: "r",
                pipelineName: "birds",
                createdAt: Self.now
            )
            run.enter(.running, at: Self.now)
            try store.insertSpec(PipelineSpecDocument(pipelineSpec: [:], platformSpec: nil), id: "s")
            try store.insertRun(run, specID: "s")
            try store.upsertTasks([
                TaskRecord(
                    runID: RunID("r"),
                    path: .root,
                    parent: nil,
                    name: "root",
                    displayName: "root",
                    kind: .root,
                    createdAt: Self.now
                )
            ])
            var first = Attempt(path: TaskPath("train"), number: 0, createdAt: Self.now)
            first.endedAt = Self.now
            let second = Attempt(path: TaskPath("train"), number: 1, createdAt: Self.now)
            try store.upsertAttempts([first, second], of: RunID("r"))
            let artifacts = [
                Self.artifact("m", model), Self.artifact("inside", model + "/run.sh"),
                Self.artifact("gone", model + "-gone"), Self.artifact("elsewhere", "s3://bucket/x"),
            ]
            try store.insertArtifacts(artifacts)
            try store.insertEdges(
                artifacts.map {
                    ArtifactEdge(
                        artifactID: $0.id,
                        runID: RunID("r"),
                        path: TaskPath("train"),
                        direction: .output,
                        key: $0.name,
                        position: 0
                    )
                }
            )
        }
        try database.close()
    }

    static func artifact(_ id: String, _ uri: String) -> Artifact {
        Artifact(
            id: ArtifactID(id),
            name: id,
            schemaTitle: "system.Model",
            schemaVersion: "0.0.1",
            uri: uri,
            createdAt: now
        )
    }

    func write(_ text: String, to path: String) throws {
        let folder = (path as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }

    func text(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Everything in it, sorted.
    var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []).sorted() }
}
