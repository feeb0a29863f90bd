/// What has to be done to lines to get other lines.
///
/// Lines that occur once in both hold the comparison together, so that moved and repeated ones do not confuse it, and
/// only what is between them is compared closely. Source: the "patience" method of Bram Cohen.
package struct LineDiff {
    /// A line without its end.
    package typealias Line = Substring

    /// A line and where it is.
    package enum Step {
        case same(Line)
        case removed(Line)
        case added(Line)
    }

    /// The lines of both, in order.
    package private(set) var steps: [Step] = []

    /// Lines compared closely; what is longer and has nothing in common is taken for replaced.
    private static let closeMax = 600

    /// Compares lines.
    package init(_ old: [Line], _ new: [Line]) {
        compare(old[...], new[...])
    }

    /// Whether nothing was changed.
    package var isEmpty: Bool {
        steps.allSatisfy { if case .same = $0 { true } else { false } }
    }

    private mutating func compare(_ old: ArraySlice<Line>, _ new: ArraySlice<Line>) {
        var (old, new) = (old, new)
        let head = zip(old, new).prefix { $0 == $1 }.count
        steps += old.prefix(head).map { .same($0) }
        (old, new) = (old.dropFirst(head), new.dropFirst(head))
        let tail = zip(old.reversed(), new.reversed()).prefix { $0 == $1 }.count
        let rest = old.suffix(tail)
        (old, new) = (old.dropLast(tail), new.dropLast(tail))
        let anchors = old.isEmpty || new.isEmpty ? [] : Self.anchors(old, new)
        if anchors.isEmpty { closely(old, new) }
        for (place, anchor) in anchors.enumerated() {
            compare(old[old.startIndex..<anchor.old], new[new.startIndex..<anchor.new])
            steps.append(.same(old[anchor.old]))
            (old, new) = (old[(anchor.old + 1)...], new[(anchor.new + 1)...])
            if place == anchors.count - 1 { compare(old, new) }
        }
        steps += rest.map { .same($0) }
    }

    /// Without lines that hold it together; Myers' method, as the standard library has it.
    private mutating func closely(_ old: ArraySlice<Line>, _ new: ArraySlice<Line>) {
        guard !old.isEmpty, !new.isEmpty, old.count + new.count <= Self.closeMax else {
            steps += old.map { .removed($0) } + new.map { .added($0) }
            return
        }
        let difference = Array(new).difference(from: Array(old))
        let removed = Set(difference.removals.map(Self.offset))
        let added = Set(difference.insertions.map(Self.offset))
        var (from, to) = (0, 0)
        while from < old.count || to < new.count {
            if removed.contains(from) {
                steps.append(.removed(old[old.startIndex + from]))
                from += 1
            } else if added.contains(to) {
                steps.append(.added(new[new.startIndex + to]))
                to += 1
            } else {
                steps.append(.same(old[old.startIndex + from]))
                (from, to) = (from + 1, to + 1)
            }
        }
    }

    private static func offset(_ change: CollectionDifference<Line>.Change) -> Int {
        switch change {
        case .insert(let offset, _, _), .remove(let offset, _, _): offset
        }
    }

    /// Lines that are once in both, as many as have the same order in both.
    private static func anchors(_ old: ArraySlice<Line>, _ new: ArraySlice<Line>) -> [(old: Int, new: Int)] {
        let (before, after) = (single(old), single(new))
        let pairs = before.compactMap { line, place in after[line].map { (old: place, new: $0) } }.sorted {
            $0.old < $1.old
        }
        // The longest run of ascending places: piles as in the card game, each card knows the one before it.
        var piles: [Int] = []
        var previous = [Int?](repeating: nil, count: pairs.count)
        for (card, pair) in pairs.enumerated() {
            var (low, high) = (0, piles.count)
            while low < high {
                let middle = (low + high) / 2
                if pairs[piles[middle]].new < pair.new { low = middle + 1 } else { high = middle }
            }
            previous[card] = low > 0 ? piles[low - 1] : nil
            if low == piles.count { piles.append(card) } else { piles[low] = card }
        }
        var chain: [(old: Int, new: Int)] = []
        var next = piles.last
        while let card = next {
            chain.append(pairs[card])
            next = previous[card]
        }
        return chain.reversed()
    }

    private static func single(_ lines: ArraySlice<Line>) -> [Line: Int] {
        var places: [Line: Int] = [:]
        var repeated: Set<Line> = []
        for (place, line) in zip(lines.indices, lines) where places.updateValue(place, forKey: line) != nil {
            repeated.insert(line)
        }
        return places.filter { !repeated.contains($0.key) }
    }
}
