import Foundation
package import Model

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension DataLayout {
    /// How much room there is on the disk of the data directory.
    /// - Throws: ``PlatformError`` when it cannot be looked at.
    package func room() throws -> DiskRoom {
        var status = statvfs()
        guard statvfs(root, &status) == 0 else { throw FileTree.failure("look at", root, errno) }
        let block = UInt64(status.f_frsize)
        return DiskRoom(
            free: Int(clamping: UInt64(status.f_bavail) * block),
            total: Int(clamping: UInt64(status.f_blocks) * block)
        )
    }

    /// Bytes that the database takes, with what is not merged into it yet.
    package func databaseBytes() -> Int {
        [database, database + "-wal"].reduce(0) { sum, path in
            var status = stat()
            return stat(path, &status) == 0 ? sum + Int(status.st_size) : sum
        }
    }
}
