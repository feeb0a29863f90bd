import CProcesses
import Logging

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Supervisors that were started ahead and wait for a folder, so that a program need not wait for its supervisor.
///
/// They end by themselves when the server does. Confined to the thread of the pods.
struct WaitingSupervisors {
    /// As many as programs of which each waits for the one before; more start at the same time only now and then.
    private static let countMax = 2

    struct Waiting {
        let pid: Int32
        /// What is sent there names the folder; closed before, it ends the supervisor.
        let line: Int32
    }

    private let supervisor: String
    private(set) var waiting: [Waiting] = []
    /// Whether a program was started since they were counted: without programs there are none.
    private var hasRun = false

    /// - Parameter supervisor: absolute path of `martlet-supervisor`.
    init(supervisor: String) {
        self.supervisor = supervisor
    }

    /// Has a supervisor run the program of a folder.
    /// - Returns: the supervisor's process id, and the line if it was one that waited, whose other side is closed when
    ///   the supervisor has told the end.
    /// - Throws: ``PlatformError`` if the system refuses to start one.
    mutating func run(_ folder: SupervisedFolder) throws -> (pid: Int32, line: Int32?) {
        hasRun = true
        let path = Array(folder.path.utf8)
        while let next = waiting.popLast() {
            if martlet_send(next.line, path, path.count, -1) == 0 { return (next.pid, next.line) }
            // Somebody has ended it.
            close(next.line)
            waitpid(next.pid, nil, 0)
        }
        return (try Spawn.start([supervisor, folder.path]), nil)
    }

    /// Starts what was used since the last time. Something that is short must not keep programs from starting, so nothing is thrown.
    mutating func replenish() {
        guard hasRun else { return }
        hasRun = false
        while waiting.count < Self.countMax {
            var ends: [Int32] = [-1, -1]
            guard martlet_message_socket(&ends) == 0 else { return }
            defer { close(ends[1]) }
            guard let pid = try? Spawn.start([supervisor, "--wait"], passing: ends[1], as: 3) else {
                close(ends[0])
                return
            }
            // The newest is the last to be used, so that none is asked before it is ready.
            waiting.insert(Waiting(pid: pid, line: ends[0]), at: 0)
        }
    }

    /// Lets all of them end.
    mutating func release() {
        for one in waiting { close(one.line) }
        LastChildren.reap(waiting.map(\.pid))
        waiting = []
    }
}
