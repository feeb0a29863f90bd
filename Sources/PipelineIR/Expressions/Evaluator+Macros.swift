extension Expression.Evaluator {
    /// Does something with each element of a list, or each key of a map in the order of their texts.
    mutating func each(
        _ macro: Macro,
        _ range: Value,
        _ variable: String,
        _ bodies: [Node],
        at position: Int
    ) throws(Fault) -> Value {
        guard let body = bodies.last else {
            throw Fault(position, "expected an expression after the variable")
        }
        let elements = try elements(of: range, macro, at: position)
        switch macro {
        case .all: return .bool(try decided(by: false, elements, variable, body))
        case .exists: return .bool(try decided(by: true, elements, variable, body))
        case .existsOne: return .bool(try chosen(from: elements, variable, body).count == 1)
        case .filter: return .list(try chosen(from: elements, variable, body))
        case .map:
            let chosen = bodies.count == 1 ? elements : try chosen(from: elements, variable, bodies[0])
            var results: [Value] = []
            for element in chosen {
                results.append(
                    try with(variable, element) { (inner) throws(Fault) in try inner.value(of: body) }
                )
            }
            return .list(results)
        }
    }

    private func elements(
        of range: Value,
        _ macro: Macro,
        at position: Int
    ) throws(Fault) -> [Value] {
        switch range {
        case .list(let elements): return elements
        case .map(let entries): return entries.keys.sorted { $0.text < $1.text }.map(\.value)
        case .null, .bool, .int, .uint, .double, .string:
            throw Fault(position, "'\(macro.rawValue)' expects a list or a map, found \(range)")
        }
    }

    private mutating func chosen(
        from elements: [Value],
        _ variable: String,
        _ body: Node
    ) throws(Fault) -> [Value] {
        var chosen: [Value] = []
        for element in elements {
            let isChosen = try with(variable, element) { (inner) throws(Fault) in try inner.truth(of: body) }
            if isChosen { chosen.append(element) }
        }
        return chosen
    }

    private mutating func decided(
        by decisive: Bool,
        _ elements: [Value],
        _ variable: String,
        _ body: Node
    ) throws(Fault) -> Bool {
        var verdict = Expression.Verdict(decisive)
        for element in elements {
            do throws(Fault) {
                verdict.add(
                    try with(variable, element) { (inner) throws(Fault) in try inner.truth(of: body) }
                )
            } catch {
                verdict.add(error)
            }
            if verdict.isDecided { return decisive }
        }
        return try verdict.result()
    }
}
