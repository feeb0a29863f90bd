import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Ctrl-C as a question to ask, so that following a run can end with a word.
enum Interruption {
    private static let seen = Atomic<Bool>(false)

    /// From now on Ctrl-C is noted, not obeyed; a second one ends the process.
    static func watch() {
        seen.store(false, ordering: .relaxed)
        signal(SIGINT) { _ in
            Interruption.seen.store(true, ordering: .relaxed)
            signal(SIGINT, SIG_DFL)
        }
    }

    /// Whether Ctrl-C was pressed.
    static var happened: Bool { seen.load(ordering: .relaxed) }
}
