#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The lock on a file by which programs keep out of each other's way.
package enum FileLock {
    /// Takes the lock of an open file for as long as it stays open.
    ///
    /// A program that starts another one leaves its locks to it for a moment, until that is a program of its own; who is
    /// killed then, or is done just then, still holds them. So a lock that is taken gets a second to be let go of.
    /// - Returns: whether it was to be had.
    package static func take(_ descriptor: Int32) -> Bool {
        // By the clock and not by tries, each of which takes long on a busy machine.
        let deadline = ContinuousClock.now + patience
        while true {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
            guard errno == EWOULDBLOCK || errno == EINTR, ContinuousClock.now < deadline else { return false }
            usleep(pauseMicroseconds)
        }
    }

    private static let patience: Duration = .seconds(1)
    private static let pauseMicroseconds: UInt32 = 10_000
}
