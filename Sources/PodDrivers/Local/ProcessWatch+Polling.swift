#if !os(Linux)
    import Darwin
    import Model

    /// Tells when programs start and supervisors end, for one thread, where there are no pidfds: by looking every
    /// 50 milliseconds. The interface is that of the Linux one.
    final class ProcessWatch<Subject: Hashable> {
        enum Sighting {
            case told(Subject)
            case ended(Subject)
            case answered(Subject, WaitingSupervisor)
        }

        private let wakeReader: Int32
        private let wakeWriter: Int32
        private var pids: [Subject: Int32] = [:]
        private var expected: Set<Subject> = []

        init() throws {
            var ends: [Int32] = [-1, -1]
            guard pipe(&ends) == 0 else { throw Disk.failure("make a pipe for", "local pods", errno) }
            for end in ends {
                _ = fcntl(end, F_SETFD, FD_CLOEXEC)
                _ = fcntl(end, F_SETFL, O_NONBLOCK)
            }
            wakeReader = ends[0]
            wakeWriter = ends[1]
        }

        deinit {
            close(wakeReader)
            close(wakeWriter)
        }

        var wake: @Sendable () -> Void {
            let writer = wakeWriter
            return {
                var byte: UInt8 = 0
                _ = write(writer, &byte, 1)
            }
        }

        func expectStart(of subject: Subject, in folder: String) {
            expected.insert(subject)
        }

        func add(_ subject: Subject, pid: Int32) throws -> Bool {
            guard kill(pid, 0) == 0 || errno == EPERM else { return false }
            pids[subject] = pid
            return true
        }

        // Neither is ever called: nobody waits for messages where there are no message sockets.

        func add(_ subject: Subject, line: Int32) {
            close(line)
        }

        func add(_ subject: Subject, _ supervisor: WaitingSupervisor) {
            close(supervisor.line)
        }

        func remove(_ subject: Subject) {
            pids[subject] = nil
            expected.remove(subject)
        }

        func startSeen(_ subject: Subject) {
            expected.remove(subject)
        }

        func wait(atMost limit: Duration?) -> [Sighting] {
            var descriptor = pollfd(fd: wakeReader, events: Int16(POLLIN), revents: 0)
            let look: Duration = .milliseconds(50)
            let most = pids.isEmpty ? limit : min(limit ?? look, look)
            let milliseconds = most.map { Int32(clamping: max(0, $0.milliseconds + 1)) } ?? -1
            if poll(&descriptor, 1, milliseconds) > 0 {
                var bytes = [UInt8](repeating: 0, count: 256)
                while read(wakeReader, &bytes, bytes.count) == bytes.count {}
            }
            var sightings = expected.map { Sighting.told($0) }
            for (subject, pid) in pids {
                let isOver = waitpid(pid, nil, WNOHANG) == pid || (kill(pid, 0) != 0 && errno == ESRCH)
                guard isOver else { continue }
                pids[subject] = nil
                expected.remove(subject)
                sightings.append(.ended(subject))
            }
            return sightings
        }
    }
#endif
