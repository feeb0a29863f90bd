/// Loops that wait for room to start iterations: first come, first served, each in it once.
struct LoopLine {
    private var loops: [Int] = []
    /// How many at the front have left already.
    private var left = 0
    private var members: Set<Int> = []

    /// The loop whose turn it is; `nil` if none waits.
    var first: Int? { left < loops.count ? loops[left] : nil }

    /// Takes a loop in at the end; one that waits already keeps its place.
    mutating func add(_ loop: Int) {
        if members.insert(loop).inserted { loops.append(loop) }
    }

    /// Lets the first one go.
    mutating func removeFirst() {
        members.remove(loops[left])
        left += 1
        // Seldom, so that leaving costs the same however many wait.
        guard left * 2 > loops.count else { return }
        loops.removeFirst(left)
        left = 0
    }
}
