import Foundation
import Model
import Store
import StoreDrivers

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension Doctor {
    /// Whether the bytes of artifacts are where the database says; a data directory that was moved is recognised by
    /// them being at the same place below the new one.
    func artifacts(of database: SQLiteFile) throws -> [Finding] {
        let root = try realPath(of: layout.root) + "/artifacts"
        let places = try database.read { try $0.artifactPlaces() }.filter { $0.hasPrefix("/") }
        var lost: [String] = []
        var moved: [String: Int] = [:]
        for place in places where FileTree.entry(place) == nil {
            if let old = oldRoot(of: place, now: root) {
                moved[old, default: 0] += 1
            } else if place.hasPrefix(root + "/") {
                lost.append(place)
            }
        }
        var findings = try moved.sorted { $0.key < $1.key }.map { old, count in
            try relocated(from: old, to: root, count, database)
        }
        if lost.isEmpty {
            findings.append(
                Finding(
                    .good,
                    "artifacts",
                    "Artifacts are at \(places.count - moved.values.reduce(0, +)) places, all there."
                )
            )
        } else {
            let some = lost.prefix(5).joined(separator: ", ") + (lost.count > 5 ? ", …" : "")
            findings.append(
                Finding(
                    .bad,
                    "artifacts",
                    "Nothing is at \(lost.count) of \(places.count) places of artifacts: \(some). Restore a backup, or run again what made them."
                )
            )
        }
        return findings
    }

    private func relocated(from old: String, to root: String, _ count: Int, _ database: SQLiteFile) throws
        -> Finding
    {
        guard mends else {
            return Finding(
                .bad,
                "artifacts",
                "\(count) places of artifacts are recorded below \(old), but the data directory is now \(layout.root). --repair records where they are."
            )
        }
        let moved = try database.write { try $0.moveArtifacts(from: old, to: root) }
        return Finding(
            .mended,
            "artifacts",
            "\(moved) artifacts were recorded below \(old), and are now below \(root)."
        )
    }

    /// `<old root>/artifacts/<pipeline>/<run>/<task>/<attempt>/<name>`, of which the end is below the root.
    private func oldRoot(of place: String, now root: String) -> String? {
        guard !place.hasPrefix(root + "/") else { return nil }
        let parts = place.split(separator: "/")
        for (index, part) in parts.enumerated().reversed()
        where part == "artifacts" && index + 1 < parts.count {
            let rest = parts[(index + 1)...].joined(separator: "/")
            if FileTree.entry(root + "/" + rest) != nil {
                return "/" + parts[...index].joined(separator: "/")
            }
        }
        return nil
    }

    /// What a sweep would remove.
    func orphans() async throws -> Finding {
        let found = try await Sweeper(layout, grace: .seconds(86_400), now: now).find()
        if found.isEmpty { return Finding(.good, "orphans", "No files belong to nothing.") }
        let bytes = found.reduce(0) { $0 + $1.bytes }
        return Finding(
            .warning,
            "orphans",
            "\(found.count) folders (\(byteText(bytes))) belong to no run any more; martlet sweep removes them."
        )
    }

    private func realPath(of path: String) throws -> String {
        guard let real = realpath(path, nil) else { throw FileTree.failure("find", path, errno) }
        defer { free(real) }
        return String(cString: real)
    }
}
