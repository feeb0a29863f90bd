import CProcesses

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Makes folders before they are needed, and where that, and making files in them, is quick.
///
/// A folder and what is made in it belong to the part of the disk in which it was made, also after it was moved. Without
/// a journal, ext4 passes over whatever was removed from that part in the last minutes, one by one, which can take
/// longer than all else that a short step costs. So once making folders has become slow, other parts are tried, and
/// from then on folders are made there.
struct QuickFolders {
    /// What of the processor's time a folder may take; usually it takes a third.
    static let slow: Duration = .microseconds(50)
    /// How often in a row that may be so.
    private static let slowMax = 1
    /// Parts of the disk that are tried each time. Most have lost nothing lately.
    private static let triesMax = 6
    /// How many folders are made where it is not quick until other parts are tried again.
    private static let restMax = 100

    /// Below it are the places that were found, each in a part of its own.
    private let root: String
    /// The time that this thread has had of the processor. Waiting, for the disk or for others, says nothing.
    private let spent: () -> Duration
    /// Where folders are made before they are moved; `nil` before the first.
    private(set) var place: String?
    /// The next folder.
    private var ready: String?
    /// Whether a folder was needed since the last was made ahead.
    private var isWanted = false
    private var slowCount = 0
    private var restCount = 0
    private var number = 0

    /// - Parameter root: absolute path of a folder on the disk of all others, see ``SpareFolders``.
    init(root: String, spent: @escaping () -> Duration = QuickFolders.threadTime) {
        self.root = root
        self.spent = spent
    }

    /// Makes a folder, of the one that was made ahead if there is one; then that may have something in it already. One that
    /// exists is fine.
    /// - Throws: ``PlatformError`` naming the folder.
    mutating func make(_ path: String) throws {
        isWanted = true
        if let folder = ready {
            if try move(folder, to: path) {
                ready = nil
                return
            }
            if !Disk.exists(folder) { (ready, place) = (nil, nil) }
        }
        try Disk.makeFolder(path)
    }

    /// Makes the next folder ahead. Nothing is thrown: what is in the way is told when the folder is needed.
    /// - Returns: the folder, to be furnished; `nil` if there is one already or none is needed soon.
    mutating func prepare() -> String? {
        guard isWanted, ready == nil else { return nil }
        isWanted = false
        if place == nil {
            guard (try? Disk.makeFolder(root)) != nil else { return nil }
            place = make(in: root)
        }
        let before = spent()
        ready = place.flatMap { make(in: $0) }
        let cost = spent() - before
        if ready == nil { place = nil }
        slowCount = cost > Self.slow ? slowCount + 1 : 0
        restCount = max(0, restCount - 1)
        if slowCount > Self.slowMax, restCount == 0 { lookElsewhere(for: cost) }
        return ready
    }

    /// Tries parts of the disk until one is quick, or else takes the quickest.
    /// - Parameter cost: what a folder takes where they are made now, which is good enough unless there is better.
    private mutating func lookElsewhere(for cost: Duration) {
        restCount = Self.restMax
        // A file system that knows no such parts has other reasons to be slow.
        guard martlet_keep_subfolders_apart(root) == 1 else { return }
        var best = cost
        // What is not taken is removed at the end only: it would be found again.
        var made = [place, ready].compactMap { $0 }
        for _ in 0..<Self.triesMax where best > Self.slow {
            guard let other = make(in: root) else { break }
            made.append(other)
            let before = spent()
            guard let first = make(in: other) else { break }
            made.append(first)
            let cost = spent() - before
            if cost < best { (place, ready, best) = (other, first, cost) }
        }
        if best <= Self.slow { restCount = 0 }
        // First what is inside of others.
        for folder in made.sorted(by: { $0.utf8.count > $1.utf8.count })
        where folder != place && folder != ready {
            rmdir(folder)
        }
    }

    /// Makes a folder with a name of its own; `nil` if the system refuses, which it will explain where it matters.
    private mutating func make(in folder: String) -> String? {
        number += 1
        // Led by the process that made it, for ``SpareFolders`` to remove once that is gone.
        let path = "\(folder)/\(getpid())-quick-\(number)"
        return mkdir(path, 0o700) == 0 ? path : nil
    }

    /// Moves a new folder to where it belongs; `false` if there is one already, or something is in the way.
    private func move(_ folder: String, to path: String) throws -> Bool {
        if martlet_move_to_new(folder, path) == 0 { return true }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/") else { return false }
        try Disk.makeFolder(String(path[..<slash]))
        return martlet_move_to_new(folder, path) == 0
    }

    private static func threadTime() -> Duration {
        var time = timespec()
        // It cannot fail; if it did, everything would look quick.
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
