import Synchronization

/// What has happened and was not yet worked off: many writers, one reader, who takes everything at once.
///
/// Taking everything at once is what turns a burst of events into one database commit.
final class Inbox<Item: Sendable>: Sendable {
    private let items = Mutex<[Item]>([])
    private let bell: AsyncStream<Void>.Continuation
    /// Yields whenever there may be something to take. Has one consumer.
    let rings: AsyncStream<Void>

    init() {
        (rings, bell) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    func add(_ item: Item) {
        items.withLock { $0.append(item) }
        bell.yield()
    }

    func takeAll() -> [Item] {
        items.withLock { items in
            defer { items = [] }
            return items
        }
    }

    /// Ends ``rings``; what is still inside is never taken.
    func close() {
        bell.finish()
    }
}
