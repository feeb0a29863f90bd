/// A part of a log.
package struct LogChunk: Hashable, Sendable {
    /// The bytes, as the program wrote them.
    package var bytes: [UInt8]
    /// Offset after these bytes: where to go on reading.
    package var nextOffset: Int
    /// Whether the program has ended, so nothing follows ``nextOffset`` if `bytes` is empty.
    package var isComplete: Bool
    /// Bytes of the whole log when this was read; `nil` where that is not known.
    package var size: Int?

    /// Makes a chunk.
    package init(bytes: [UInt8], nextOffset: Int, isComplete: Bool, size: Int? = nil) {
        self.bytes = bytes
        self.nextOffset = nextOffset
        self.isComplete = isComplete
        self.size = size
    }
}
