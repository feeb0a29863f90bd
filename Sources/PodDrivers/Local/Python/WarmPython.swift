import CProcesses
import Model

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The process of a warm Python, and the way to it.
///
/// It is our child and ends when the way to it is closed, so it never outlives the server; the tasks it made
/// are not its children any more and do.
struct WarmPython {
    /// Its process id.
    let pid: Int32
    /// The variables it was started with.
    let variables: [String: String]
    private let control: Int32

    /// Starts one.
    /// - Parameter program: `python3 warm.py …`, in a folder of its own.
    /// - Throws: ``PlatformError`` if the system refuses.
    init(_ program: Program, in folder: SupervisedFolder, variables: [String: String], supervisor: String)
        throws
    {
        try folder.write(program)
        var ends: [Int32] = [-1, -1]
        guard martlet_message_socket(&ends) == 0 else {
            throw Disk.failure("make a socket for", folder.path, errno)
        }
        defer { close(ends[1]) }
        do {
            pid = try Spawn.start([supervisor, "--resident", folder.path], passing: ends[1], as: 3)
        } catch {
            close(ends[0])
            throw error
        }
        control = ends[0]
        self.variables = variables
    }

    /// Tells it of a task's folder.
    /// - Returns: a descriptor that is closed on the other side when the task's supervisor has ended, or when
    ///   there will be none; `nil` if it takes no messages.
    func handOver(_ folder: SupervisedFolder) -> Int32? {
        var line: [Int32] = [-1, -1]
        guard martlet_message_socket(&line) == 0 else { return nil }
        defer { close(line[1]) }
        let path = Array(folder.path.utf8)
        guard martlet_send(control, path, path.count, line[1]) == 0 else {
            close(line[0])
            return nil
        }
        return line[0]
    }

    /// Lets it end by itself.
    func release() {
        close(control)
    }
}
