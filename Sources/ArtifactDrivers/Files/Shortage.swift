import FoundationEssentials
import Model

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The system has too little of something just now: descriptors, memory, or room on the disk. It comes back.
enum Shortage {
    /// Whether a system call that failed so may do better after a while.
    static func mayPass(_ problem: Int32) -> Bool {
        [ENOSPC, EDQUOT, EMFILE, ENFILE, ENOMEM, EAGAIN].contains(problem)
    }

    /// The same of what Foundation throws.
    static func isMet(by error: any Error) -> Bool {
        if let error = error as? POSIXError { return mayPass(error.code.rawValue) }
        guard let error = error as? CocoaError else { return false }
        if error.code == .fileWriteOutOfSpace { return true }
        return error.underlying.map { isMet(by: $0) } ?? false
    }

    /// What to throw.
    static func failure(_ message: String, cause: String? = nil) -> PlatformError {
        PlatformError(.resourceExhausted, message, cause: cause, retry: .after(.seconds(1)))
    }
}
