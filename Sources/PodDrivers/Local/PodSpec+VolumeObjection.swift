import Model
import Pods

extension PodSpec {
    /// Why its volumes cannot be mounted as they are; `nil` if they can, as far as can be told without
    /// looking at the disk.
    /// - Parameter ownFolders: the server's own, which no volume may hide or lie in.
    func volumeObjection(keepingFree ownFolders: [String]) -> Reason? {
        ([volumes] + initContainers.map(\.volumes)).lazy.compactMap { objection(to: $0, ownFolders) }.first
    }

    /// What speaks against the volumes of one container.
    private func objection(to volumes: [PodVolume], _ ownFolders: [String]) -> Reason? {
        var taken: Set<String> = []
        for volume in volumes {
            let problem =
                volume.pathProblem ?? volume.sourceProblem
                ?? placeProblem(of: LocalPath.plain(volume.mountPath), ownFolders)
                ?? (taken.insert(LocalPath.plain(volume.mountPath)).inserted
                    ? nil : "another volume of the task is mounted there. Choose another path.")
            if let problem {
                return Reason(
                    .startFailed,
                    "A volume cannot be mounted at \(volume.mountPath.debugDescription): \(problem)",
                    details: ["mountPath": .string(volume.mountPath)]
                )
            }
        }
        return nil
    }

    /// What speaks against a place, given as ``LocalPath/plain(_:)``.
    private func placeProblem(of target: String, _ ownFolders: [String]) -> String? {
        for folder in ownFolders.map(LocalPath.plain) {
            if LocalPath.isAtOrBelow(target, folder) || LocalPath.isAtOrBelow(folder, target) {
                return "the server keeps its own data in \(folder). Choose a path elsewhere."
            }
        }
        let outputs = outputPaths.filter { $0.hasPrefix("/") }.map(LocalPath.plain)
        if let output = outputs.first(where: { LocalPath.isAtOrBelow($0, target) }) {
            return "it would hide the task's output \(output). Choose a path elsewhere."
        }
        return nil
    }
}

extension PodVolume {
    /// What is wrong with the path it is to be found at.
    fileprivate var pathProblem: String? {
        let target = LocalPath.plain(mountPath)
        if !mountPath.hasPrefix("/") { return "the path is relative. Give an absolute one, such as /data." }
        if LocalPath.isCrooked(mountPath) {
            return "the path contains '..' or a control character. Give it without."
        }
        if target.isEmpty { return "a volume cannot replace the root. Give a folder, such as /data." }
        if LocalPath.isAtOrBelow(target, "/proc") {
            return "the system itself speaks through /proc. Choose a path elsewhere."
        }
        return nil
    }

    /// What is wrong with what is to be found there.
    fileprivate var sourceProblem: String? {
        if let subPath, subPath.hasPrefix("/") || LocalPath.isCrooked(subPath) {
            return
                "the subPath \(subPath.debugDescription) is absolute or contains '..' or a control "
                + "character. Give a path within the volume."
        }
        switch source {
        case .claim(let name):
            return name.isEmpty ? "the claim has no name. Name one." : nil
        case .emptyDir:
            return nil
        case .files(let files):
            let wrong = files.keys.sorted().first {
                ["", ".", ".."].contains($0) || $0.contains("/") || LocalPath.isCrooked($0)
            }
            if let wrong { return "\(wrong.debugDescription) is not the name of a file. Rename it." }
            guard let subPath, !LocalPath.plain(subPath).isEmpty,
                files[String(LocalPath.plain(subPath).dropFirst())] == nil
            else { return nil }
            return "it has no file \(subPath.debugDescription), only "
                + "\(files.keys.sorted().joined(separator: ", ")). Correct the subPath."
        }
    }
}
