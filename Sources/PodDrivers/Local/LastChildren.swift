#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Reaps the processes that outlive the driver which started them, for a process that goes on after it: what ended
/// and is not reaped would be in the way of whoever else waits for children there.
enum LastChildren {
    /// Takes over processes, of which some may be nobody's children of ours.
    static func reap(_ pids: [Int32]) {
        guard !pids.isEmpty else { return }
        // Without another thread they stay as they are, which is how the system cleans up after us anyway.
        _ = DetachedThread.start {
            var left = pids
            while !left.isEmpty {
                // Looking now and then will do: this is for tests, and for a server that is about to end.
                left.removeAll { waitpid($0, nil, WNOHANG) != 0 }
                if !left.isEmpty { usleep(20_000) }
            }
        }
    }
}
