import Artifacts
import Model

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A file that stays open until nobody holds it any more.
final class OpenFile: ArtifactFile {
    let size: Int
    let modifiedAt: Instant
    private let descriptor: Int32
    private let path: String

    /// Takes over a descriptor and closes it at the end.
    /// - Parameter path: for messages.
    init(_ descriptor: Int32, _ status: stat, path: String) {
        self.descriptor = descriptor
        self.path = path
        size = Int(status.st_size)
        modifiedAt = Instant(lastWritten: status)
    }

    deinit {
        close(descriptor)
    }

    @concurrent
    func read(from offset: Int, bytesMax: Int) async throws -> [UInt8] {
        let wanted = max(0, min(bytesMax, size - offset))
        var problem: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, filled in
            while filled < wanted {
                let place = buffer.baseAddress?.advanced(by: filled)
                let count = pread(descriptor, place, wanted - filled, off_t(offset + filled))
                if count < 0, errno == EINTR { continue }
                if count < 0 { problem = errno }
                if count <= 0 { return }
                filled += count
            }
        }
        guard problem == 0 else { throw FilesArtifacts.failure("read", path, problem) }
        return bytes
    }
}

extension Instant {
    /// When a file was last written, to the millisecond.
    init(lastWritten status: stat) {
        #if canImport(Darwin)
            let time = status.st_mtimespec
        #else
            let time = status.st_mtim
        #endif
        self.init(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
