extension LayeredDrawing {
    /// Orders each layer so that few edges cross, going down and up some times and keeping the best.
    ///
    /// Ties keep the order they had, so the result depends on the graph alone.
    mutating func order() {
        guard layers.count > 1 else { return }
        var best = layers
        var fewest = crossings()
        for sweep in 0..<8 where fewest > 0 {
            if sweep.isMultiple(of: 2) {
                for number in layers.indices.dropFirst() {
                    sort(number, by: \.above, of: layers[number - 1])
                }
            } else {
                for number in layers.indices.dropLast().reversed() {
                    sort(number, by: \.below, of: layers[number + 1])
                }
            }
            let count = crossings()
            if count < fewest { (fewest, best) = (count, layers) }
        }
        layers = best
    }

    private mutating func sort(_ number: Int, by neighbours: KeyPath<Item, [Int]>, of fixed: [Int]) {
        var place: [Int: Int] = [:]
        for (index, item) in fixed.enumerated() { place[item] = index }
        let keys = layers[number].enumerated().map { index, item in
            let places = items[item][keyPath: neighbours].compactMap { place[$0] }
            let middle =
                places.isEmpty ? Double(index) : Double(places.reduce(0, +)) / Double(places.count)
            return (middle, index, item)
        }
        layers[number] = keys.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2)
    }

    /// How many pairs of edges between neighbouring layers cross.
    func crossings() -> Int {
        zip(layers, layers.dropFirst()).reduce(0) { sum, pair in
            var place: [Int: Int] = [:]
            for (index, item) in pair.1.enumerated() { place[item] = index }
            let ends = pair.0.flatMap { item in items[item].below.compactMap { place[$0] }.sorted() }
            return sum + Self.inversions(ends, below: pair.1.count)
        }
    }

    /// How many pairs of numbers are in the wrong order, by a Fenwick tree.
    private static func inversions(_ numbers: [Int], below count: Int) -> Int {
        var tree = [Int](repeating: 0, count: count + 1)
        var result = 0
        for (seen, number) in numbers.enumerated() {
            var notLarger = 0
            var place = number + 1
            while place > 0 {
                notLarger += tree[place]
                place -= place & -place
            }
            result += seen - notLarger
            place = number + 1
            while place <= count {
                tree[place] += 1
                place += place & -place
            }
        }
        return result
    }
}
