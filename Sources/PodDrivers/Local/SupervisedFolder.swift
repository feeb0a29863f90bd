import Model
import Pods

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A folder in which `martlet-supervisor` runs one program, once.
///
/// The folder is the truth about the program: `status` says that a supervisor took it, is locked while that one lives,
/// and goes on with when the program began and how it ended.
struct SupervisedFolder: Hashable, Sendable {
    /// Absolute path.
    let path: String

    /// What a folder says about its program.
    enum Observation: Hashable, Sendable {
        /// No supervisor has ever taken it.
        case untouched
        /// A supervisor with this process id lives, and may have started the program.
        case live(pid: Int32, started: StartRecord?)
        /// It is over.
        case ended(ExitRecord)
        /// A supervisor took it, is gone and left no status.
        case vanished
    }

    /// What the program writes to stdout and stderr.
    var logPath: String { path + "/log" }
    /// What is of use only to the program and until it is over.
    var scratchPath: String { path + "/scratch" }
    /// What the program is started with; it may hold secrets.
    var programPath: String { scratchPath + "/" + Self.programName }
    /// The name of that file.
    static let programName = "program"
    /// What became of it, see ``SupervisedStatus``.
    var statusPath: String { path + "/" + Self.statusName }
    /// The name of that file.
    static let statusName = "status"

    /// Looks at the folder. The order matters: a supervisor tells the end before it lets go of the lock.
    /// - Throws: ``PlatformError`` if the file cannot be read.
    func observe() throws -> Observation {
        // Without waiting, as for every file that a program may have put something else in the place of.
        let file = open(statusPath, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return .untouched }
            throw Disk.failure("read", statusPath, errno)
        }
        defer { close(file) }
        if let end = try status(of: file).end { return .ended(end) }
        let isFree = flock(file, LOCK_SH | LOCK_NB) == 0
        guard isFree || errno == EWOULDBLOCK else { throw Disk.failure("lock", statusPath, errno) }
        let status = try status(of: file)
        if let end = status.end { return .ended(end) }
        if isFree { return .vanished }
        guard let pid = status.supervisor else {
            throw PlatformError(.internalError, "\(statusPath) is locked, but names no supervisor.")
        }
        return .live(pid: pid, started: status.start)
    }

    /// Whether the supervisor had to wait, as it does by the second, until there was room to tell how the program ended:
    /// then there was none for the program either.
    func waitedForRoom(_ record: ExitRecord) -> Bool {
        guard case .exited(_, _, let end) = record, let written = Disk.writtenAt(statusPath) else {
            return false
        }
        return written - end >= .milliseconds(900)
    }

    /// What became of the program, by the words of the file alone.
    /// - Throws: ``PlatformError`` if the file cannot be read.
    func status() throws -> SupervisedStatus {
        SupervisedStatus(Self.text(try Disk.read(statusPath, bytesMax: Self.statusBytesMax)))
    }

    private func status(of file: Int32) throws -> SupervisedStatus {
        SupervisedStatus(Self.text(try Disk.read(file, at: statusPath, bytesMax: Self.statusBytesMax)))
    }

    private static func text(_ bytes: [UInt8]?) -> String { String(decoding: bytes ?? [], as: UTF8.self) }

    private static let statusBytesMax = 64 << 10

    /// Writes what the supervisor needs. Doing it again changes nothing.
    /// - Parameter spares: where folders of its own come from.
    func write(_ program: Program, spares: SpareFolders? = nil) throws {
        try Disk.makeFolder(path)
        try furnish(spares, with: program.ownFolders)
        for folder in program.folders { try Disk.makeFolder(folder) }
        // Nobody reads any of it before somebody is told to, so it need not appear in one step.
        for file in program.files { try Disk.fill(file.path, with: file.bytes) }
        if !program.mounts.isEmpty { try write(program.mounts) }
        if !program.steps.isEmpty { try write(program.steps) }
        let deadline = program.deadline.map {
            "\($0.milliseconds) \(Program.deadlineGrace.milliseconds)"
        }
        try Disk.fill(
            programPath,
            with: Self.bytes(
                [program.workFolder ?? "", deadline ?? "", String(program.arguments.count)]
                    + program.arguments + program.variables.map { "\($0.name)=\($0.value)" }
            )
        )
    }

    /// Makes what every folder has, and other folders as well.
    func furnish(_ spares: SpareFolders?, with others: [String] = []) throws {
        for folder in [scratchPath] + others { try spares?.make(folder) ?? Disk.makeFolder(folder) }
    }

    /// Makes sure that nothing will ever run here and leaves the reason; `false` if a supervisor was faster.
    ///
    /// The reason is in the file before that gets its name, so that want of room leaves no claim without one.
    /// - Throws: ``PlatformError``; `resourceExhausted` if the same may be possible later.
    func refuse(_ reason: Reason, at now: Instant) throws -> Bool {
        try Disk.makeFolder(path)
        return try Disk.create(statusPath, with: Array(ExitRecord.refused(reason, end: now).text.utf8))
    }

    /// Makes sure that what has the name of the status is one.
    /// - Throws: ``PlatformError`` if a program has put something else in its place.
    func checkSaysSomething() throws {
        guard case .untouched = try observe() else { return }
        throw PlatformError(
            .failedPrecondition,
            "Cannot read \(statusPath): it is a link that leads nowhere; a file was expected."
        )
    }

    /// Records an end that only we know of.
    func write(_ record: ExitRecord) throws {
        var text = Self.text(try Disk.read(statusPath, bytesMax: Self.statusBytesMax))
        // Half a line, as there may be after a power failure, must not hide the next.
        if !text.isEmpty, !text.hasSuffix("\n") { text += "\n" }
        try Disk.write(Array((text + record.text).utf8), to: statusPath)
    }

    /// The last bytes of the log, from the start of a line where there is one; empty if there is no log.
    func logTail(bytesMax: Int = Limits.logTailBytesMax) -> String {
        let size = Disk.size(of: logPath) ?? 0
        // The log only explains; a log that cannot be read must not hide the end of the pod.
        guard size > 0, let bytes = try? Disk.read(logPath, from: max(0, size - bytesMax), bytesMax: bytesMax)
        else { return "" }
        guard size > bytesMax else { return String(decoding: bytes, as: UTF8.self) }
        let newline = bytes.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let whole = bytes[newline...].isEmpty ? bytes[...] : bytes[newline...]
        return String(decoding: whole, as: UTF8.self)
    }

    /// Writes what the supervisor mounts: triples of a source, a target and `ro` or `rw`.
    private func write(_ mounts: [Program.Mount]) throws {
        for mount in mounts where !Disk.exists(mount.source) { try Disk.makeFolder(mount.source) }
        let entries = mounts.flatMap { [$0.source, $0.target, $0.isReadOnly ? "ro" : "rw"] }
        try Disk.fill(scratchPath + "/mounts", with: Self.bytes(entries))
    }

    /// The folder of a step, which is like that of a program, but has no claim.
    func step(_ index: Int) -> SupervisedFolder { SupervisedFolder(path: "\(path)/steps/\(index)") }

    /// How a step ended; `nil` for one that has not, and for one that was ended together with the rest.
    func endOfStep(_ index: Int) throws -> ExitRecord? { try step(index).status().end }

    /// Writes what the supervisor runs before and beside the program: triples of a name, a folder and `before` or
    /// `beside`.
    private func write(_ steps: [Program.Step]) throws {
        var entries: [String] = []
        for (index, step) in steps.enumerated() {
            try self.step(index).write(step.program)
            entries += [step.name, "steps/\(index)", step.isSidecar ? "beside" : "before"]
        }
        try Disk.fill(scratchPath + "/steplist", with: Self.bytes(entries))
    }

    private static func bytes(_ strings: [String]) -> [UInt8] {
        strings.flatMap { Array($0.utf8) + [0] }
    }
}
