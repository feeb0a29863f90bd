extension Expression.Value {
    /// How two values lie to each other.
    enum Order {
        case less
        case equal
        case greater
        /// One of them is not a number.
        case unordered
    }

    /// Compares booleans, numbers of any types (by their exact value) and strings (by code points).
    /// - Returns: `nil` for types that have no order between them.
    static func order(_ left: Self, _ right: Self) -> Order? {
        switch (left, right) {
        case (.bool(let left), .bool(let right)): order(left ? 1 : 0, right ? 1 : 0)
        case (.int(let left), .int(let right)): order(left, right)
        case (.int(let left), .uint(let right)): order(left, right)
        case (.int(let left), .double(let right)): order(left, right)
        case (.uint(let left), .int(let right)): order(left, right)
        case (.uint(let left), .uint(let right)): order(left, right)
        case (.uint(let left), .double(let right)): order(left, right)
        case (.double(let left), .int(let right)): order(right, left).reversed
        case (.double(let left), .uint(let right)): order(right, left).reversed
        case (.double(let left), .double(let right)): order(left, right)
        case (.string(let left), .string(let right)): order(left, right)
        default: nil
        }
    }

    private static func order(_ left: some BinaryInteger, _ right: some BinaryInteger) -> Order {
        left < right ? .less : left > right ? .greater : .equal
    }

    private static func order(_ left: Double, _ right: Double) -> Order {
        left < right ? .less : left > right ? .greater : left == right ? .equal : .unordered
    }

    /// Exact also where a double cannot hold the whole number.
    private static func order<Whole: FixedWidthInteger>(_ left: Whole, _ right: Double) -> Order {
        if right.isNaN { return .unordered }
        let floor = right.rounded(.down)
        guard let whole = Whole(exactly: floor) else { return right > 0 ? .less : .greater }
        if left != whole { return left < whole ? .less : .greater }
        return right > floor ? .less : .equal
    }

    /// By code points, which is the order of UTF-8; Swift's own order takes canonical equivalents for equal.
    private static func order(_ left: String, _ right: String) -> Order {
        if left.utf8.elementsEqual(right.utf8) { return .equal }
        return left.utf8.lexicographicallyPrecedes(right.utf8) ? .less : .greater
    }
}

extension Expression.Value.Order {
    fileprivate var reversed: Self {
        switch self {
        case .less: .greater
        case .greater: .less
        case .equal, .unordered: self
        }
    }
}
