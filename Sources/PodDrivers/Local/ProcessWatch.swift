#if os(Linux)
    import CProcesses
    import Model

    #if canImport(Glibc)
        import Glibc
    #else
        import Musl
    #endif

    /// Tells when programs start and supervisors end, for one thread.
    ///
    /// A descriptor per supervisor (pidfd) becomes readable when it ends, also for one that a server before us
    /// has started; that `status` says more in a folder is seen with inotify. Nothing is polled. Not
    /// thread-safe but for ``wake()``.
    final class ProcessWatch<Subject: Hashable> {
        /// What was seen.
        enum Sighting {
            /// The subject's `status` says more; maybe that its program runs.
            case told(Subject)
            /// The subject's supervisor has ended; it is no longer watched.
            case ended(Subject)
            /// The subject's supervisor has told all and may be given something else; it is no longer watched.
            case answered(Subject, WaitingSupervisor)
        }

        private struct Entry {
            /// Becomes readable.
            var descriptor: Int32
            /// A process id to be reaped, if it is our child's.
            var child: Int32?
            /// The supervisor that answers by the descriptor, if it does.
            var supervisor: WaitingSupervisor?
            var folder: Int32?
        }

        private let inotify: Int32
        private let wakeReader: Int32
        private let wakeWriter: Int32
        private var entries: [Subject: Entry] = [:]
        private var folders: [Int32: Subject] = [:]
        /// Children of ours that are about to end.
        private var ending: [Int32] = []

        init() throws {
            var ends: [Int32] = [-1, -1]
            guard pipe(&ends) == 0 else { throw Disk.failure("make a pipe for", "local pods", errno) }
            for end in ends {
                _ = fcntl(end, F_SETFD, FD_CLOEXEC)
                _ = fcntl(end, F_SETFL, O_NONBLOCK)
            }
            inotify = inotify_init1(Int32(O_CLOEXEC | O_NONBLOCK))
            guard inotify >= 0 else {
                let problem = errno
                for end in ends { close(end) }
                throw Disk.failure(
                    "watch folders for",
                    "local pods (see fs.inotify.max_user_instances)",
                    problem
                )
            }
            wakeReader = ends[0]
            wakeWriter = ends[1]
        }

        deinit {
            for entry in entries.values { close(entry.descriptor) }
            for descriptor in [inotify, wakeReader, wakeWriter] { close(descriptor) }
            LastChildren.reap(entries.values.compactMap(\.child) + ending)
        }

        /// A closure that ends a ``wait(atMost:)`` early, from any thread while this watch lives.
        var wake: @Sendable () -> Void {
            let writer = wakeWriter
            return {
                var byte: UInt8 = 0
                // A full pipe means that a wake-up is under way already.
                _ = write(writer, &byte, 1)
            }
        }

        /// Sees to it that whatever `status` says next in the folder of a subject that is watched will be told. Look at
        /// the file afterwards. Where the system cannot watch more, only the end is told.
        func expectStart(of subject: Subject, in folder: String) {
            guard entries[subject] != nil else { return }
            let watch = inotify_add_watch(inotify, folder, UInt32(IN_CREATE | IN_MODIFY | IN_ONLYDIR))
            guard watch >= 0 else { return }
            folders[watch] = subject
            entries[subject]?.folder = watch
        }

        /// Watches a supervisor's process; `false` if it has gone already.
        /// - Throws: ``PlatformError`` when descriptors have run out.
        func add(_ subject: Subject, pid: Int32) throws -> Bool {
            let descriptor = martlet_pidfd_open(pid)
            guard descriptor >= 0 else {
                if errno == ESRCH { return false }
                throw Disk.failure("watch the process", String(pid), errno)
            }
            entries[subject] = Entry(descriptor: descriptor, child: pid)
            return true
        }

        /// Watches a supervisor of which a descriptor that is closed on its side tells that it is done. The descriptor
        /// is ours from now on.
        func add(_ subject: Subject, line: Int32) {
            entries[subject] = Entry(descriptor: line)
        }

        /// Watches a supervisor that answers when it is done. It is ours until then.
        func add(_ subject: Subject, _ supervisor: WaitingSupervisor) {
            entries[subject] = Entry(
                descriptor: supervisor.line,
                child: supervisor.pid,
                supervisor: supervisor
            )
        }

        /// Watches a subject no longer.
        func remove(_ subject: Subject) {
            guard let entry = entries.removeValue(forKey: subject) else { return }
            close(entry.descriptor)
            stopExpecting(entry.folder)
        }

        /// The start is known; no need to look out for it.
        func startSeen(_ subject: Subject) {
            stopExpecting(entries[subject]?.folder)
            entries[subject]?.folder = nil
        }

        /// Waits until something is seen, ``wake`` is called or the time is up; `nil` waits for ever.
        func wait(atMost limit: Duration?) -> [Sighting] {
            let subjects = Array(entries)
            var descriptors = [wakeReader, inotify].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            descriptors += subjects.map { pollfd(fd: $0.value.descriptor, events: Int16(POLLIN), revents: 0) }
            reap()
            let limit = ending.isEmpty ? limit : min(limit ?? Self.reapInterval, Self.reapInterval)
            let milliseconds = limit.map { Int32(clamping: max(0, $0.milliseconds + 1)) } ?? -1
            guard poll(&descriptors, nfds_t(descriptors.count), milliseconds) > 0 else { return [] }
            var sightings: [Sighting] = []
            if descriptors[0].revents != 0 { drainWakeUps() }
            if descriptors[1].revents != 0 { sightings += readChanges().map { .told($0) } }
            for (index, subject) in subjects.enumerated() where descriptors[index + 2].revents != 0 {
                sightings.append(end(of: subject.key, subject.value))
            }
            return sightings
        }

        private func end(of subject: Subject, _ entry: Entry) -> Sighting {
            stopExpecting(entry.folder)
            entries[subject] = nil
            var answer: UInt8 = 0
            if let supervisor = entry.supervisor, recv(supervisor.line, &answer, 1, Int32(MSG_DONTWAIT)) == 1
            {
                return .answered(subject, supervisor)
            }
            close(entry.descriptor)
            if let child = entry.child { ending.append(child) }
            return .ended(subject)
        }

        /// Only our own children need it; for the others it fails and that is fine.
        private func reap() {
            ending.removeAll { waitpid($0, nil, WNOHANG) != 0 }
        }

        /// How often those that are about to end are looked at when nothing else happens.
        private static var reapInterval: Duration { .milliseconds(20) }

        private func stopExpecting(_ folder: Int32?) {
            guard let folder, folders.removeValue(forKey: folder) != nil else { return }
            inotify_rm_watch(inotify, folder)
        }

        private func drainWakeUps() {
            var bytes = [UInt8](repeating: 0, count: 256)
            while read(wakeReader, &bytes, bytes.count) == bytes.count {}
        }

        private func readChanges() -> [Subject] {
            var told: Set<Subject> = []
            let size = 64 << 10
            let buffer = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 8)
            defer { buffer.deallocate() }
            while true {
                let count = read(inotify, buffer, size)
                guard count > 0 else { return Array(told) }
                var offset = 0
                let header = MemoryLayout<inotify_event>.size
                while offset + header <= count {
                    let event = buffer.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
                    let length = Int(event.len)
                    let name = buffer.advanced(by: offset + header).assumingMemoryBound(to: CChar.self)
                    if length > 0, let subject = folders[event.wd],
                        String(cString: name) == SupervisedFolder.statusName
                    {
                        told.insert(subject)
                    }
                    offset += header + length
                }
            }
        }
    }
#endif
