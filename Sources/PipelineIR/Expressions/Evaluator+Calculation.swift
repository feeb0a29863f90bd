extension Expression.Evaluator {
    /// `+ - * / %` on two numbers of one type, and `+` on two strings or two lists.
    mutating func calculate(
        _ calculation: Calculation,
        _ left: Value,
        _ right: Value,
        at position: Int
    ) throws(Fault) -> Value {
        switch (left, right) {
        case (.int(let left), .int(let right)):
            return .int(try Value.whole(calculation, left, right, at: position))
        case (.uint(let left), .uint(let right)):
            return .uint(try Value.whole(calculation, left, right, at: position))
        case (.double(let left), .double(let right)):
            switch calculation {
            case .add: return .double(left + right)
            case .subtract: return .double(left - right)
            case .multiply: return .double(left * right)
            case .divide: return .double(left / right)
            case .remainder: throw Fault(position, "'%' expects whole numbers, found doubles; write int(…)")
            }
        case (.string(let left), .string(let right)) where calculation == .add:
            // Dearer than looking: what is made takes memory.
            try spend((left.utf8.count + right.utf8.count) / 8, at: position)
            return .string(left + right)
        case (.list(let left), .list(let right)) where calculation == .add:
            try spend(left.count + right.count, at: position)
            return .list(left + right)
        default:
            let advice =
                left.isNumber && right.isNumber
                ? "; parameters are doubles: write int(…) or double(…) around one of them" : ""
            throw Fault(
                position,
                "'\(calculation.rawValue)' does not work on \(left) and \(right)\(advice)"
            )
        }
    }
}

extension Expression.Value {
    /// `-value`.
    static func negated(_ value: Self, at position: Int) throws(Fault) -> Self {
        switch value {
        case .int(let number): .int(try whole(.subtract, 0, number, at: position))
        case .double(let number): .double(-number)
        case .null, .bool, .uint, .string, .list, .map:
            throw Fault(position, "'-' expects an int or a double, found \(value)")
        }
    }

    /// Arithmetic that ends in an error where the result does not fit.
    static func whole<Number: FixedWidthInteger>(
        _ calculation: Calculation,
        _ left: Number,
        _ right: Number,
        at position: Int
    ) throws(Fault) -> Number {
        if right == 0, calculation == .divide || calculation == .remainder {
            throw Fault(position, "\(left) \(calculation.rawValue) 0 divides by zero")
        }
        let (result, overflows) =
            switch calculation {
            case .add: left.addingReportingOverflow(right)
            case .subtract: left.subtractingReportingOverflow(right)
            case .multiply: left.multipliedReportingOverflow(by: right)
            case .divide: left.dividedReportingOverflow(by: right)
            case .remainder: left.remainderReportingOverflow(dividingBy: right)
            }
        if overflows {
            throw Fault(
                position,
                "\(left) \(calculation.rawValue) \(right) does not fit the 64 bits of its type"
            )
        }
        return result
    }

    fileprivate var isNumber: Bool {
        switch self {
        case .int, .uint, .double: true
        case .null, .bool, .string, .list, .map: false
        }
    }
}
