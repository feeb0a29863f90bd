import Model
import Pods

/// Where volumes are on disk: claims below a folder of their own, what goes with a pod in the pod's folder.
extension PodFolders {
    /// The folder of a volume that pods name as a claim.
    func volume(named name: String) -> String { volumesRoot + "/" + FileName.safe(name, keeping: ".") }

    /// What goes with a pod: its empty folders and its files.
    func volumes(of name: PodName) -> String { folder(of: name) + "/volumes" }

    /// Adds what volumes of a pod need to a program: folders, files and mounts.
    /// - Parameter container: whose volumes they are; files are not shared between containers.
    func add(_ volumes: [PodVolume], of name: PodName, container: String = "", to program: inout Program) {
        for (index, volume) in volumes.enumerated() {
            let folder = source(of: volume, at: "\(container)\(index)", of: name)
            program.folders.append(folder)
            if case .files(let files) = volume.source {
                for (name, bytes) in files.sorted(by: { $0.key < $1.key }) {
                    program.files.append(Program.File(path: folder + "/" + name, bytes: bytes))
                }
            }
            let below = volume.subPath.map { LocalPath.plain($0) } ?? ""
            program.mounts.append(
                Program.Mount(
                    source: folder + below,
                    target: LocalPath.plain(volume.mountPath),
                    isReadOnly: volume.readOnly
                )
            )
        }
        program.mounts.sort { $0.target < $1.target }
    }

    private func source(of volume: PodVolume, at place: String, of name: PodName) -> String {
        switch volume.source {
        case .claim(let claim): self.volume(named: claim)
        case .emptyDir(let folder, _, _): "\(volumes(of: name))/empty-\(FileName.safe(folder))"
        case .files: "\(volumes(of: name))/files-\(place)"
        }
    }
}
