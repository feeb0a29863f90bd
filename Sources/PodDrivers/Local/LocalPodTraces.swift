package import Model
package import Pods

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What local pods have left on disk, for those who look at it without running pods.
package struct LocalPodTraces: Sendable {
    private let folders: PodFolders

    /// Names the folders; nothing is made.
    /// - Parameters:
    ///   - root: absolute path of the pods' folders.
    ///   - volumesRoot: absolute path of the volumes' folders.
    package init(root: String, volumesRoot: String) {
        folders = PodFolders(root: root, volumesRoot: volumesRoot, shortRoot: nil)
    }

    /// Runs that have a folder, sorted.
    /// - Throws: ``PlatformError`` if the folder cannot be read.
    package func runs() throws -> [RunID] {
        try folders.runs()
    }

    /// Names of all volumes, sorted.
    /// - Throws: ``PlatformError`` if the folder cannot be read.
    package func volumes() throws -> [String] { try Disk.names(in: folders.volumesRoot) }

    /// The folder of all pods of a run.
    package func folder(of run: RunID) -> String { folders.folder(of: run) }

    /// The folder of a volume.
    package func folder(ofVolume name: String) -> String { folders.volume(named: name) }

    /// Whether a pod of the run still runs.
    /// - Throws: ``PlatformError`` if its folder cannot be read.
    package func isLive(_ run: RunID) throws -> Bool {
        try folders.attempts(of: run).contains { attempt in
            if case .live = try attempt.folder.observe() { true } else { false }
        }
    }

    /// The folder of a pod that is over, and the names in it that stay when it is forgotten: its log and its end.
    /// - Throws: ``PlatformError`` if the folder cannot be read.
    package func kept(of name: PodName) throws -> (folder: String, names: [String]) {
        let folder = folders.folder(of: name)
        let working = Set(folders.working(of: name))
        return (folder, try Disk.names(in: folder).filter { !working.contains("\(folder)/\($0)") })
    }
}

extension PodFolders {
    /// Every run that has a folder, sorted.
    func runs() throws -> [RunID] {
        try Disk.names(in: root).filter { $0 != SpareFolders.folderName }.map { RunID($0) }
    }

    /// Every pod of a run that has a folder.
    func attempts(of runID: RunID) throws -> [(task: String, attempt: Int, folder: SupervisedFolder)] {
        let run = folder(of: runID)
        return try Disk.names(in: run).compactMap { name in
            let parts = name.split(separator: "~", omittingEmptySubsequences: false)
            guard parts.count == 2, let attempt = Int(parts[1]) else { return nil }
            return (String(parts[0]), attempt, SupervisedFolder(path: "\(run)/\(name)"))
        }
    }
}

extension Disk {
    /// What is in a folder, sorted; nothing if there is no such folder.
    /// - Throws: ``PlatformError`` naming the folder; `resourceExhausted` if it may be read later.
    static func names(in folder: String) throws -> [String] {
        guard let entries = opendir(folder) else {
            if errno == ENOENT || errno == ENOTDIR { return [] }
            throw failure("read the folder", folder, errno)
        }
        defer { closedir(entries) }
        var names: [String] = []
        while let entry = readdir(entries) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}
