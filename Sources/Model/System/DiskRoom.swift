/// How much room there is on a disk.
package struct DiskRoom: Hashable, Sendable {
    /// Bytes that are free for this program.
    package var free: Int
    /// Bytes of the whole disk.
    package var total: Int

    /// Makes a value.
    package init(free: Int, total: Int) {
        self.free = free
        self.total = total
    }

    /// Whether there is so little that a person should do something: see ``Limits/diskFreeMin``.
    package var isScarce: Bool { free < Limits.diskFreeMin }
}
