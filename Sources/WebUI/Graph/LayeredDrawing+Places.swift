extension LayeredDrawing {
    /// Gives every item its left side: as near to the middle of its neighbours as its place in the layer allows.
    mutating func place() {
        lefts = [Int](repeating: 0, count: items.count)
        for members in layers { pack(members) }
        guard layers.count > 1 else { return }
        for round in 0..<8 {
            if round.isMultiple(of: 2) {
                for number in layers.indices.dropFirst() { align(number, with: \.above) }
            } else {
                for number in layers.indices.dropLast().reversed() { align(number, with: \.below) }
            }
        }
    }

    /// Side by side around 0.
    private mutating func pack(_ members: [Int]) {
        guard let last = members.last else { return }
        var left = 0
        for (item, next) in zip(members, members.dropFirst()) {
            lefts[item] = left
            left += distance(item, next)
        }
        lefts[last] = left
        let middle = (left + items[last].width) / 2
        for item in members { lefts[item] -= middle }
    }

    /// Moves the items of a layer towards their neighbours, with the least squared distance in all.
    ///
    /// With what must lie between items taken off, the order alone is to be kept: an isotonic regression, solved by
    /// pooling neighbours that would overtake each other.
    private mutating func align(_ number: Int, with neighbours: KeyPath<Item, [Int]>) {
        var offset = 0
        var pools: [(sum: Int, weight: Int, count: Int)] = []
        for (index, item) in layers[number].enumerated() {
            if index > 0 { offset += distance(layers[number][index - 1], item) }
            let near = items[item][keyPath: neighbours]
            let wanted =
                near.isEmpty
                ? lefts[item]
                : near.reduce(0) { $0 + lefts[$1] * 2 + items[$1].width } / near.count / 2
                    - items[item].width / 2
            // What has no neighbours follows the others.
            let weight = near.isEmpty ? 1 : 4
            pools.append(((wanted - offset) * weight, weight, 1))
            while pools.count > 1, let last = pools.last,
                pools[pools.count - 2].sum * last.weight >= last.sum * pools[pools.count - 2].weight
            {
                pools.removeLast()
                pools[pools.count - 1].sum += last.sum
                pools[pools.count - 1].weight += last.weight
                pools[pools.count - 1].count += last.count
            }
        }
        offset = 0
        var index = 0
        for pool in pools {
            let base = Int((Double(pool.sum) / Double(pool.weight)).rounded(.down))
            for _ in 0..<pool.count {
                let item = layers[number][index]
                if index > 0 { offset += distance(layers[number][index - 1], item) }
                lefts[item] = base + offset
                index += 1
            }
        }
    }
}
