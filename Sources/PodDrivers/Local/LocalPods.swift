import CProcesses
import FoundationEssentials
package import Logging
package import Model
package import Pods
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Runs pods as processes of this machine.
///
/// Each pod is a folder in which a small supervisor process runs the program and records how it ended, so
/// that programs, logs and exit statuses outlive the server; see ``SupervisedFolder``. The image is not
/// used. KFP's Python components run in virtual environments that are built once and shared; see
/// ``PythonEnvironment``.
///
/// One thread owns everything that changes. Calls leave it a message, it decides with ``LocalPodsState``
/// and acts in that order, so the reports of a pod are in order too. Letting go of this value ends the
/// thread and leaves the pods alone.
package final class LocalPods: PodRuntime {
    /// What happens to pods; see ``PodRuntime/reports``.
    package let reports: AsyncStream<PodReport>

    private let folders: PodFolders
    private let inbox: LocalPodsInbox
    private let spares: SpareFolders
    private let logs = FolderWatch()
    private let outputPaths = Mutex<[PodName: [String]]>([:])

    /// Makes the runtime and its folders, and starts its thread.
    /// - Throws: ``PlatformError`` if the folders cannot be made or the supervisor is missing.
    package init(_ configuration: LocalPodsConfiguration, logger: Logger) throws {
        guard Disk.isExecutable(configuration.supervisor) else {
            throw PlatformError(
                .failedPrecondition,
                "The program martlet-supervisor is not at \(configuration.supervisor). "
                    + "It belongs beside the server's own program; install both together."
            )
        }
        try Disk.makeFolder(configuration.root)
        // ext4 looks for room for a new file close to its folder, and without a journal it passes over what was removed
        // in the last minutes piece by piece: the files of runs removed lately would hold up those of all others.
        _ = martlet_keep_subfolders_apart(configuration.root)
        try Disk.makeFolder(configuration.environmentsRoot)
        folders = PodFolders(root: configuration.root, volumesRoot: configuration.volumesRoot)
        let (stream, continuation) = AsyncStream.makeStream(of: PodReport.self)
        reports = stream
        spares = SpareFolders(in: [folders.root] + (folders.shortRoot.map { [$0] } ?? []))
        inbox = try LocalPodsLoop.start(configuration, spares, reports: continuation, logger: logger)
    }

    deinit {
        inbox.post(.close)
    }

    /// Output parameters go to a folder in the pod's own.
    package func layout(of name: PodName) -> PodLayout {
        PodLayout(outputParametersFolder: folders.outputs(of: name), workingFolder: folders.work(of: name))
    }

    /// Leaves the wish with the thread; its folder on disk decides whether the pod is new.
    package func ensure(_ spec: PodSpec) async {
        outputPaths.withLock { $0[spec.name] = spec.outputPaths }
        inbox.post(.ensure(spec))
    }

    /// A pod that an earlier server started and nobody has asked for since is found and ended as well.
    package func stop(_ name: PodName, grace: Duration) async {
        inbox.post(.stop(name, grace: grace))
    }

    /// At most ``Limits/logBytesMax`` bytes at a time.
    /// - Throws: ``PlatformError`` if the log cannot be read.
    @concurrent
    package func log(of name: PodName, from offset: Int, bytesMax: Int) async throws -> LogChunk? {
        let folder = folders.supervised(name)
        guard Disk.isFolder(folder.path) || outputPaths.withLock({ $0[name] != nil }) else { return nil }
        // Whether it is over is asked first: what is read afterwards is then all there is.
        let isComplete =
            switch try folder.observe() {
            case .untouched, .live: false
            case .ended, .vanished: true
            }
        let start = max(0, offset)
        let most = min(max(0, bytesMax), Limits.logBytesMax)
        let bytes = try Disk.read(folder.logPath, from: start, bytesMax: most) ?? []
        return LogChunk(
            bytes: bytes,
            nextOffset: start + bytes.count,
            isComplete: isComplete,
            size: Disk.size(of: folder.logPath)
        )
    }

    /// Woken by the file system. Writes that follow each other closely wake once.
    @concurrent
    package func awaitLog(of name: PodName, beyond offset: Int) async throws {
        let folder = folders.supervised(name)
        try await logs.change(in: folder.path) {
            if Disk.size(of: folder.logPath) ?? 0 > offset { return true }
            switch try folder.observe() {
            case .untouched, .live: return false
            case .ended, .vanished: return true
            }
        }
        try await Task.sleep(for: .milliseconds(20))
    }

    /// Only paths within the pod's own folder or at or below its ``PodSpec/outputPaths`` are read.
    /// - Throws: ``PlatformError``: `permissionDenied` for any other path, `resourceExhausted` for a larger
    ///   file, `failedPrecondition` for a folder.
    @concurrent
    package func readOutput(_ path: String, of name: PodName, bytesMax: Int) async throws -> [UInt8]? {
        let allowed = [folders.folder(of: name)] + outputPaths.withLock { $0[name] ?? [] }
        let isPlain = path.hasPrefix("/") && !path.split(separator: "/").contains { $0 == ".." || $0 == "." }
        guard isPlain, allowed.contains(where: { path == $0 || path.hasPrefix($0 + "/") }) else {
            throw PlatformError(
                .permissionDenied,
                "\(path) is not an output of pod \(name), so it is not read for it."
            )
        }
        let most = min(max(0, bytesMax), Int.max - 1) + 1
        guard let bytes = try await whenPossible({ try Disk.read(path, bytesMax: most) }) else { return nil }
        guard bytes.count <= bytesMax else {
            throw PlatformError(
                .resourceExhausted,
                "The output \(path) of pod \(name) is larger than \(bytesMax) bytes. "
                    + "Pass large data as an artifact instead of a parameter."
            )
        }
        return bytes
    }

    /// Tries again as long as the system has too little of something; what a program put out is not lost by that.
    private func whenPossible<Value>(_ body: () throws -> Value) async throws -> Value {
        while true {
            do {
                return try body()
            } catch let error as PlatformError where error.code == .resourceExhausted {
                try await Task.sleep(for: .milliseconds(200))
            }
        }
    }

    /// Keeps the log, the end and the outputs. A pod that is not over is left alone.
    @concurrent
    package func forget(_ name: PodName) async {
        let isOver: Bool = await withCheckedContinuation { inbox.post(.forget(name, $0)) }
        // The folder is asked as well: an earlier server's pod may live without our knowing it.
        let folder = folders.supervised(name)
        guard isOver, case .ended(let record)? = try? await whenPossible({ try folder.observe() }) else {
            return
        }
        outputPaths.withLock { $0[name] = nil }
        // What cannot be removed now goes later, or with the run; a pod's end is not held up by it.
        for path in folders.disposable(of: name) where Disk.exists(path) {
            Disk.remove(path)
            guard !Disk.exists(path) else { return }
        }
        for path in folders.own(of: name) {
            if record.isWitnessed {
                spares.take(path, keeping: PodFolders.reusableNames)
            } else {
                Disk.remove(path)
            }
            guard !Disk.exists(path) else { return }
        }
    }

    /// Asks the thread, which knows.
    @concurrent
    package func load() async -> PodLoad {
        await withCheckedContinuation { inbox.post(.load($0)) }
    }

    /// What goes last tells.
    @concurrent
    package func hasUnforgotten(of runID: RunID) async throws -> Bool {
        try folders.attempts(of: runID).contains { Disk.exists($0.folder.scratchPath) }
    }

    /// Every folder of a run is a trace.
    @concurrent
    package func runs() async throws -> [RunID] {
        try folders.runs()
    }

    /// The folders say which pods there are.
    @concurrent
    package func stopAll(of runID: RunID) async throws {
        for (task, attempt, folder) in try folders.attempts(of: runID) {
            guard case .live = try folder.observe() else { continue }
            inbox.post(.stop(PodName(runID: runID, path: TaskPath(task), attempt: attempt), grace: .zero))
        }
    }

    /// - Throws: ``PlatformError``: `failedPrecondition` while a pod of the run is not over.
    @concurrent
    package func remove(runID: RunID) async throws {
        let isFree: Bool = await withCheckedContinuation { inbox.post(.remove(runID, $0)) }
        guard try isFree && !hasStrangers(runID) else {
            throw PlatformError(
                .failedPrecondition,
                "Run \(runID) has pods that are not over. Stop it and wait for its end first."
            )
        }
        outputPaths.withLock { paths in
            for name in paths.keys where name.runID == runID { paths[name] = nil }
        }
        try remove(folders.folder(of: runID))
    }

    /// A folder, which a pod that names the volume would make as well.
    /// - Throws: ``PlatformError`` naming the folder.
    @concurrent
    package func makeVolume(named name: String) async throws {
        try Disk.makeFolder(folders.volume(named: name))
    }

    /// Beside its place first, so that nobody finds half of it.
    /// - Throws: ``PlatformError`` naming the place.
    @concurrent
    package func copy(_ source: String, toVolume name: String, at path: String) async throws {
        guard !path.hasPrefix("/"), !LocalPath.isCrooked(path), !LocalPath.plain(path).isEmpty else {
            throw PlatformError.invalid("\(path.debugDescription) is not a path within a volume.")
        }
        guard Disk.exists(source) else { throw PlatformError.notFound("File or folder", source) }
        let target = folders.volume(named: name) + LocalPath.plain(path)
        let incoming = target + ".incoming"
        try Disk.makeFolder(String(target.prefix(upTo: target.lastIndex(of: "/") ?? target.startIndex)))
        do {
            for old in [incoming, target] where Disk.exists(old) {
                try FileManager.default.removeItem(atPath: old)
            }
            // What the link leads to is meant, not the link.
            let real = URL(filePath: source).resolvingSymlinksInPath().path
            try FileManager.default.copyItem(atPath: real, toPath: incoming)
            try FileManager.default.moveItem(atPath: incoming, toPath: target)
        } catch {
            throw Disk.failure("Cannot copy \(source) to \(target). Check permissions and free space.", error)
        }
    }

    /// A pod that still runs keeps what it has opened and loses the rest.
    /// - Throws: ``PlatformError`` naming the folder.
    @concurrent
    package func removeVolume(named name: String) async throws {
        try remove(folders.volume(named: name))
    }

    /// Removes a folder that may be missing.
    private func remove(_ folder: String) throws {
        guard Disk.isFolder(folder) else { return }
        guard !Disk.remove(folder) else { return }
        let problem = errno
        throw PlatformError(
            .failedPrecondition,
            "Cannot remove \(folder). Check who owns the files in it.",
            cause: Disk.message(of: problem)
        )
    }

    /// Whether a pod that an earlier server started, and nobody has asked us for, still runs.
    private func hasStrangers(_ runID: RunID) throws -> Bool {
        for (_, _, folder) in try folders.attempts(of: runID) {
            if case .live = try folder.observe() { return true }
        }
        return false
    }
}
