#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A thread of its own for something that blocks, which must not take one of the few threads tasks share.
final class DetachedThread {
    private let body: () -> Void

    private init(_ body: @escaping () -> Void) {
        self.body = body
    }

    /// Starts a thread that ends with its function.
    /// - Returns: an error number, 0 for none.
    static func start(_ body: sending @escaping () -> Void) -> Int32 {
        let passed = Unmanaged.passRetained(DetachedThread(body))
        #if canImport(Darwin)
            var thread: pthread_t?
            let problem = pthread_create(&thread, nil, { DetachedThread.enter($0) }, passed.toOpaque())
        #else
            var thread = pthread_t()
            let problem = pthread_create(
                &thread,
                nil,
                { $0.flatMap { DetachedThread.enter($0) } },
                passed.toOpaque()
            )
        #endif
        if problem != 0 { passed.release() }
        return problem
    }

    private static func enter(_ thread: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        pthread_detach(pthread_self())
        Unmanaged<DetachedThread>.fromOpaque(thread).takeRetainedValue().body()
        return nil
    }
}
