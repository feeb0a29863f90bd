import CProcesses
import FoundationEssentials
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Folders of pods that are over, passed on to the next ones.
///
/// A folder is renamed, with all that is in it, in a tenth of the time it takes to remove one and make another, and some
/// file systems look long for the place of a new one when many were removed lately. Only what looks as if it were new
/// is passed on, and only after a pod whose supervisor saw to the end of all its processes.
final class SpareFolders: Sendable {
    /// As many as may be in use at the same time on a machine of common size; more are removed.
    private static let countMax = 64

    fileprivate struct Place {
        var path: String
        var free: [String] = []
    }

    private let places: Mutex<[Place]>
    private let next = Atomic<Int>(0)

    /// Removes what servers that are gone have kept.
    /// - Parameter roots: absolute paths, on a file system each, below which folders are made.
    init(in roots: [String]) {
        let places = roots.map { Place(path: $0 + "/" + Self.folderName) }
        self.places = Mutex(places)
        for place in places {
            for name in (try? Disk.names(in: place.path)) ?? [] {
                guard let server = Int32(name.prefix { $0.isNumber }), kill(server, 0) != 0, errno == ESRCH
                else { continue }
                Disk.remove(place.path + "/" + name)
            }
        }
    }

    /// Where they are kept, which is no name of a run.
    static let folderName = ".spare"

    /// Makes a folder, of a spare one if there is any; then it may have parts that were kept, see ``take(_:keeping:)``. One
    /// that exists is fine.
    /// - Throws: ``PlatformError`` naming the folder.
    func make(_ path: String) throws {
        if Disk.isFolder(path) { return }
        let spare = places.withLock { places in
            places.firstIndex { path.hasPrefix($0.root) }.flatMap { places[$0].free.popLast() }
        }
        if let spare {
            if rename(spare, path) == 0 { return }
            Disk.remove(spare)
        }
        try Disk.makeFolder(path)
    }

    /// Takes a folder that is needed no more, with all that is in it.
    /// - Parameter parts: names of files and folders in it that are kept, and emptied.
    func take(_ path: String, keeping parts: [String] = []) {
        guard Self.empty(path, keeping: parts), let spare = place(for: path), Self.move(path, to: spare)
        else {
            // Whatever it is now; what cannot be removed goes with the run.
            Disk.remove(path)
            return
        }
        places.withLock { places in
            if let index = places.firstIndex(where: { spare.hasPrefix($0.path) }) {
                places[index].free.append(spare)
            }
        }
    }

    /// Removes what is in a folder but for some parts, which are emptied; `false` if it does not look like a new one.
    ///
    /// A program may have put a link in its place or in that of a part, and what that leads to is not ours to empty.
    private static func empty(_ path: String, keeping parts: [String]) -> Bool {
        guard martlet_is_plain_folder(path) == 1 else { return false }
        guard let names = try? Disk.names(in: path) else { return false }
        for name in names {
            let entry = path + "/" + name
            if parts.contains(name), empty(entry, keeping: []) || Disk.emptyPlainFile(entry) { continue }
            // The next one must not find it. A name that is no text, for one, is not the one that we were told.
            guard Disk.remove(entry) else { return false }
        }
        return true
    }

    /// Gives a folder another name, in a place that may not be there yet.
    private static func move(_ path: String, to spare: String) -> Bool {
        if rename(path, spare) == 0 { return true }
        guard errno == ENOENT, let slash = spare.lastIndex(of: "/") else { return false }
        return (try? Disk.makeFolder(String(spare[..<slash]))) != nil && rename(path, spare) == 0
    }

    /// A new name for a folder below the same root; `nil` if there are enough.
    private func place(for path: String) -> String? {
        let place = places.withLock { places in
            places.first { path.hasPrefix($0.root) && $0.free.count < Self.countMax }?.path
        }
        guard let place else { return nil }
        let number = next.wrappingAdd(1, ordering: .relaxed).newValue
        return "\(place)/\(getpid())-\(number)"
    }
}

extension SpareFolders.Place {
    /// With a slash at its end.
    fileprivate var root: String { String(path.dropLast(SpareFolders.folderName.count)) }
}
