package import Model

/// When waiting retries are due. The earliest is known at once, however many wait: it is asked for after every event.
package struct RetryQueue: Sendable {
    private struct Entry {
        let due: Instant
        let index: Int
    }

    /// The time of each, by instance.
    package private(set) var times: [Int: Instant] = [:]
    /// A binary heap with the earliest first. An entry that `times` does not confirm is out of date; the first never is.
    private var heap: [Entry] = []

    /// A queue in which nothing waits.
    package init() {}

    /// The earliest time; `nil` if nothing waits.
    package var first: Instant? { heap.first?.due }

    /// When a retry is due; `nil` for an instance that does not wait.
    package subscript(index: Int) -> Instant? {
        get { times[index] }
        set {
            guard times[index] != newValue else { return }
            times[index] = newValue
            if let newValue { push(Entry(due: newValue, index: index)) }
            while let first = heap.first, times[first.index] != first.due { pop() }
        }
    }

    private mutating func push(_ entry: Entry) {
        heap.append(entry)
        var place = heap.count - 1
        while place > 0, heap[place].due < heap[(place - 1) / 2].due {
            heap.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    private func earlierChild(of place: Int) -> Int? {
        let (left, right) = (2 * place + 1, 2 * place + 2)
        guard right < heap.count else { return left < heap.count ? left : nil }
        return heap[right].due < heap[left].due ? right : left
    }

    private mutating func pop() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var place = 0
        while let child = earlierChild(of: place), heap[child].due < heap[place].due {
            heap.swapAt(place, child)
            place = child
        }
    }
}
