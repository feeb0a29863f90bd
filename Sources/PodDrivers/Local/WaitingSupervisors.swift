import CProcesses

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A supervisor that runs the program of one folder after the other.
struct WaitingSupervisor: Hashable {
    /// Its process id. It is our child.
    let pid: Int32
    /// What is sent there names a folder, and what comes back says that all about it is told. Closed, it ends the
    /// supervisor, as soon as nothing runs there.
    let line: Int32
}

/// Supervisors that wait for the next folder, because starting one takes as long as many a program.
///
/// They end by themselves when the server does. Confined to the thread of the pods.
struct WaitingSupervisors {
    /// As many as may be at work at once on a large machine, at some 100 KB each.
    private static let countMax = 64

    private let supervisor: String
    /// The last to have come back is the first to be used, so that its memory is at hand.
    private(set) var waiting: [WaitingSupervisor] = []

    /// - Parameter supervisor: absolute path of `martlet-supervisor`.
    init(supervisor: String) {
        self.supervisor = supervisor
    }

    /// Has a supervisor run the program of a folder.
    /// - Returns: the supervisor, to be given to ``takeBack(_:)`` when it has answered; `nil` where the system has no
    ///   sockets for messages, and nothing was done.
    /// - Throws: ``PlatformError`` if the system refuses to start one.
    mutating func run(_ folder: SupervisedFolder) throws -> WaitingSupervisor? {
        let path = Array(folder.path.utf8)
        while let next = waiting.popLast() {
            // A program may have stopped it.
            kill(next.pid, SIGCONT)
            if martlet_send(next.line, path, path.count, -1) == 0 { return next }
            // Somebody has ended it.
            end(next)
        }
        guard let new = try start() else { return nil }
        guard martlet_send(new.line, path, path.count, -1) == 0 else {
            let problem = errno
            end(new)
            throw Disk.failure("send a folder to", supervisor, problem)
        }
        return new
    }

    /// One that has told all about its folder.
    mutating func takeBack(_ supervisor: WaitingSupervisor) {
        if waiting.count < Self.countMax { waiting.append(supervisor) } else { end(supervisor) }
    }

    /// Lets all of them end.
    mutating func release() {
        for one in waiting { close(one.line) }
        LastChildren.reap(waiting.map(\.pid))
        waiting = []
    }

    private func start() throws -> WaitingSupervisor? {
        var ends: [Int32] = [-1, -1]
        guard martlet_message_socket(&ends) == 0 else {
            if errno == ENOSYS { return nil }
            throw Disk.failure("make a socket for", supervisor, errno)
        }
        defer { close(ends[1]) }
        do {
            let pid = try Spawn.start([supervisor, "--wait"], passing: ends[1], as: 3)
            return WaitingSupervisor(pid: pid, line: ends[0])
        } catch {
            close(ends[0])
            throw error
        }
    }

    private func end(_ supervisor: WaitingSupervisor) {
        close(supervisor.line)
        kill(supervisor.pid, SIGKILL)
        waitpid(supervisor.pid, nil, 0)
    }
}
