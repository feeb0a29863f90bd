#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Starts programs of our own, without an environment: that of the user's program is in its folder.
enum Spawn {
    /// Starts a program and answers its process id.
    /// - Parameters:
    ///   - arguments: the program's absolute path, then its arguments.
    ///   - descriptor: one that it gets as number `number`; none by default.
    /// - Throws: ``PlatformError`` naming the program.
    static func start(_ arguments: [String], passing descriptor: Int32? = nil, as number: Int32 = -1) throws
        -> Int32
    {
        #if canImport(Darwin)
            var actions: posix_spawn_file_actions_t?
        #else
            var actions = posix_spawn_file_actions_t()
        #endif
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let descriptor { posix_spawn_file_actions_adddup2(&actions, descriptor, number) }
        var pid: Int32 = 0
        let problem = withCStrings(arguments) { arguments in
            withCStrings([]) { variables in
                arguments[0].map { posix_spawn(&pid, $0, &actions, nil, arguments, variables) } ?? EINVAL
            }
        }
        guard problem == 0 else { throw Disk.failure("start", arguments.first ?? "", problem) }
        return pid
    }
}

/// Calls with a NULL-ended vector of C strings; answers an error number, 0 for none.
private func withCStrings(
    _ strings: [String],
    _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Int32
) -> Int32 {
    var pointers = strings.map { strdup($0) }
    pointers.append(nil)
    defer { for pointer in pointers { free(pointer) } }
    return pointers.withUnsafeBufferPointer { buffer in buffer.baseAddress.map(body) ?? EINVAL }
}
