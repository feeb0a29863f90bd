/// Loops that wait for their turns to start iterations, each in it once.
struct LoopLine {
    private var loops: [Int] = []
    /// How many at the front have left already.
    private var left = 0
    private var members: Set<Int> = []

    /// Takes a loop in at the end; one that waits already keeps its place.
    mutating func add(_ loop: Int) {
        if members.insert(loop).inserted { loops.append(loop) }
    }

    /// Lets the first one have its turn; `nil` if none waits.
    mutating func popFirst() -> Int? {
        guard left < loops.count else { return nil }
        let loop = loops[left]
        members.remove(loop)
        left += 1
        // Seldom, so that leaving costs the same however many wait.
        if left * 2 > loops.count {
            loops.removeFirst(left)
            left = 0
        }
        return loop
    }
}
