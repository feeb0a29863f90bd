import Dispatch
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Wakes whoever waits for files of a folder to be written, made or renamed.
///
/// One descriptor and one dispatch source serve all waiters; a folder is watched only while somebody waits for it.
/// Source: Linux inotify(7). Elsewhere waiting is nothing but a short sleep.
final class FolderWatch: Sendable {
    /// After this time a waiter looks by itself: events are hints, and a supervisor that is killed leaves none.
    static let patience: Duration = .seconds(2)
    /// The same where there are no events.
    static let shortPatience: Duration = .milliseconds(200)

    #if os(Linux)
        private struct Waiters {
            var descriptor: Int32 = -1
            var source: (any DispatchSourceRead)?
            var folders: [Int32: [Int: AsyncStream<Void>.Continuation]] = [:]
            var last = 0
        }

        private let waiters = WaiterTable()

        /// The table is a thing of its own, so that the event handler does not keep the watch alive.
        private final class WaiterTable: Sendable {
            let state = Mutex(Waiters())
        }

        deinit {
            waiters.state.withLock { state in
                state.source?.cancel()
                state.source = nil
            }
        }

        /// Waits until something happens in a folder, or ``patience`` is over.
        /// - Parameter isDue: asked once the folder is watched; what happened before is found by it.
        /// - Throws: `CancellationError`, or what `isDue` throws.
        func change(in folder: String, unless isDue: () throws -> Bool) async throws {
            let (stream, continuation) = AsyncStream.makeStream(
                of: Void.self,
                bufferingPolicy: .bufferingNewest(1)
            )
            guard let (watch, number) = add(folder, continuation) else {
                if try !isDue() { try await Task.sleep(for: Self.shortPatience) }
                return
            }
            defer { remove(number, from: watch) }
            if try isDue() { return }
            await withTaskGroup(of: Void.self) { group in
                group.addTask { for await _ in stream { return } }
                // Cancelled with the group; then nobody waits any more.
                group.addTask { try? await Task.sleep(for: Self.patience) }
                await group.next()
                group.cancelAll()
            }
            try Task.checkCancellation()
        }

        private func add(
            _ folder: String,
            _ continuation: AsyncStream<Void>.Continuation
        ) -> (watch: Int32, number: Int)? {
            // Under the lock, so that nobody stops watching the folder in between.
            waiters.state.withLock { state in
                if state.source == nil { open(&state) }
                let events = IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_CLOSE_WRITE | IN_DELETE_SELF
                let watch = inotify_add_watch(state.descriptor, folder, UInt32(events))
                guard watch >= 0 else { return nil }
                state.last += 1
                state.folders[watch, default: [:]][state.last] = continuation
                return (watch, state.last)
            }
        }

        /// For the first who waits: a system has only so many of these, and most servers have nobody who reads along.
        ///
        /// A watch that has no descriptor, because the system has none left, still works: by looking more often.
        private func open(_ state: inout Waiters) {
            let descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
            guard descriptor >= 0 else { return }
            // Dispatch rather than a task: reading blocks nobody, and there is nobody who could own such a task.
            let source = DispatchSource.makeReadSource(
                fileDescriptor: descriptor,
                queue: DispatchQueue(label: "martlet.logs")
            )
            source.setEventHandler { [waiters] in Self.wake(waiters, descriptor) }
            source.setCancelHandler { close(descriptor) }
            source.resume()
            (state.descriptor, state.source) = (descriptor, source)
        }

        private func remove(_ number: Int, from watch: Int32) {
            waiters.state.withLock { state in
                state.folders[watch]?[number] = nil
                guard state.folders[watch]?.isEmpty == true else { return }
                state.folders[watch] = nil
                // A folder that is gone is not watched any more either.
                inotify_rm_watch(state.descriptor, watch)
            }
        }

        /// Reads the events and wakes whom they concern; after an overflow, everybody.
        private static func wake(_ waiters: WaiterTable, _ descriptor: Int32) {
            var buffer = [UInt8](repeating: 0, count: 64 << 10)
            let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            var watches: Set<Int32> = []
            buffer.withUnsafeBytes { bytes in
                var offset = 0
                while offset + MemoryLayout<inotify_event>.size <= count {
                    let event = bytes.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
                    watches.insert(event.wd)
                    offset += MemoryLayout<inotify_event>.size + Int(event.len)
                }
            }
            waiters.state.withLock { state in
                let concerned = watches.contains(-1) ? Array(state.folders.keys) : Array(watches)
                for watch in concerned {
                    for continuation in (state.folders[watch] ?? [:]).values { continuation.yield() }
                }
            }
        }
    #else
        /// See ``shortPatience``.
        func change(in folder: String, unless isDue: () throws -> Bool) async throws {
            if try !isDue() { try await Task.sleep(for: Self.shortPatience) }
        }
    #endif
}
