#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Reaps the processes that outlive the driver which started them, for a process that goes on after it: what ended
/// and is not reaped would be in the way of whoever else waits for children there.
final class LastChildren {
    private let pids: [Int32]

    private init(_ pids: [Int32]) {
        self.pids = pids
    }

    /// Takes over processes, of which some may be nobody's children of ours. A thread waits for each in turn.
    static func reap(_ pids: [Int32]) {
        guard !pids.isEmpty else { return }
        let passed = Unmanaged.passRetained(LastChildren(pids))
        #if canImport(Darwin)
            var thread: pthread_t?
            let problem = pthread_create(&thread, nil, { LastChildren.enter($0) }, passed.toOpaque())
        #else
            var thread = pthread_t()
            let problem = pthread_create(
                &thread,
                nil,
                { $0.flatMap { LastChildren.enter($0) } },
                passed.toOpaque()
            )
        #endif
        if problem != 0 { passed.release() }
    }

    private static func enter(_ children: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        pthread_detach(pthread_self())
        Unmanaged<LastChildren>.fromOpaque(children).takeRetainedValue().wait()
        return nil
    }

    private func wait() {
        var left = pids
        while !left.isEmpty {
            // Looking now and then will do: this is for tests, and for a server that is about to end.
            left.removeAll { waitpid($0, nil, WNOHANG) != 0 }
            if !left.isEmpty { usleep(20_000) }
        }
    }
}
