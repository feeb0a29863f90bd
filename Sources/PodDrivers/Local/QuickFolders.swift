import CProcesses

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Makes folders where that, and making files in them, is quick.
///
/// A folder and what is made in it belong to the part of the disk in which it was made, also after it was moved. Without
/// a journal, ext4 passes over whatever was removed from that part in the last minutes, one by one, which can take
/// longer than all else that a short step costs. So once making folders has become slow, other parts are tried, and
/// from then on folders are made there and moved.
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
    /// Where folders are made before they are moved; `nil` for where they belong.
    private(set) var place: String?
    /// A folder that was made in the place already.
    private var ready: String?
    private var slowCount = 0
    private var restCount = 0
    private var number = 0

    /// - Parameter root: absolute path of a folder on the disk of all others, see ``SpareFolders``.
    init(root: String, spent: @escaping () -> Duration = QuickFolders.threadTime) {
        self.root = root
        self.spent = spent
    }

    /// Makes a folder; one that exists is fine.
    /// - Throws: ``PlatformError`` naming the folder.
    mutating func make(_ path: String) throws {
        let before = spent()
        if let folder = ready ?? place.flatMap({ make(in: $0) }) {
            try move(folder, to: path)
        } else {
            try Disk.makeFolder(path)
        }
        ready = nil
        let cost = spent() - before
        slowCount = cost > Self.slow ? slowCount + 1 : 0
        restCount = max(0, restCount - 1)
        if slowCount > Self.slowMax, restCount == 0 { lookElsewhere(for: cost) }
    }

    /// Tries parts of the disk until one is quick, or else takes the quickest.
    /// - Parameter cost: what a folder takes where they are made now, which is good enough unless there is better.
    private mutating func lookElsewhere(for cost: Duration) {
        restCount = Self.restMax
        // A file system that knows no such parts has other reasons to be slow.
        guard (try? Disk.makeFolder(root)) != nil, martlet_keep_subfolders_apart(root) == 1 else { return }
        var best = cost
        // What is not taken is removed at the end only: it would be found again.
        var made = [place].compactMap { $0 }
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

    /// Moves a new folder to where it belongs, unless there is one already.
    private func move(_ folder: String, to path: String) throws {
        if martlet_move_to_new(folder, path) == 0 { return }
        if errno == ENOENT, let slash = path.lastIndex(of: "/") {
            try Disk.makeFolder(String(path[..<slash]))
            if martlet_move_to_new(folder, path) == 0 { return }
        }
        rmdir(folder)
        try Disk.makeFolder(path)
    }

    private static func threadTime() -> Duration {
        var time = timespec()
        // It cannot fail; if it did, everything would look quick.
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
