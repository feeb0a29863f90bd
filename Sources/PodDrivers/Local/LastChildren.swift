#if os(Linux)
    #if canImport(Glibc)
        import Glibc
    #else
        import Musl
    #endif

    /// Reaps the supervisors that outlive the driver which started them, for a process that goes on after it: what
    /// ended and is not reaped would be in the way of whoever else waits for children there.
    final class LastChildren {
        private var children: [(pid: Int32, descriptor: Int32)]

        private init(_ children: [(pid: Int32, descriptor: Int32)]) {
            self.children = children
        }

        /// Takes over processes, of which some may be nobody's children, and their pidfds.
        static func reap(_ children: [(pid: Int32, descriptor: Int32)]) {
            guard !children.isEmpty else { return }
            var thread = pthread_t()
            let passed = Unmanaged.passRetained(LastChildren(children))
            let problem = pthread_create(
                &thread,
                nil,
                { argument in
                    pthread_detach(pthread_self())
                    argument.map { Unmanaged<LastChildren>.fromOpaque($0).takeRetainedValue().wait() }
                    return nil
                },
                passed.toOpaque()
            )
            guard problem != 0 else { return }
            passed.release()
            for child in children { close(child.descriptor) }
        }

        private func wait() {
            while !children.isEmpty {
                var descriptors = children.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
                guard poll(&descriptors, nfds_t(descriptors.count), -1) > 0 || errno == EINTR else { break }
                for (child, seen) in zip(children, descriptors) where seen.revents != 0 {
                    waitpid(child.pid, nil, WNOHANG)
                    close(child.descriptor)
                }
                children = zip(children, descriptors).filter { $0.1.revents == 0 }.map(\.0)
            }
            for child in children { close(child.descriptor) }
        }
    }
#endif
