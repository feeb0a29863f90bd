#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Lets this process open nothing more until it says so. Only for a process of its own, such as an exit test's.
package struct NoDescriptors {
    private var before = rlimit()

    /// Takes all that are left.
    package init() {
        getrlimit(Self.resource, &before)
        // The lowest one that is free; there may be gaps below the highest in use.
        let free = dup(0)
        close(free)
        var none = before
        none.rlim_cur = rlim_t(free)
        setrlimit(Self.resource, &none)
    }

    /// Gives them back.
    package mutating func end() {
        setrlimit(Self.resource, &before)
    }

    #if canImport(Glibc)
        private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
        private static let resource = RLIMIT_NOFILE
    #endif
}
