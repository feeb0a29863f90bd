import Model

/// One field of a cron expression: the set of its values. Source: robfig/cron 1.2, `getField`.
struct CronField: Hashable, Sendable {
    /// Which field it is.
    enum Kind: String, Sendable {
        case second
        case minute
        case hour
        case dayOfMonth = "day of the month"
        case month
        case dayOfWeek = "day of the week"

        var values: ClosedRange<Int> {
            switch self {
            case .second, .minute: 0...59
            case .hour: 0...23
            case .dayOfMonth: 1...31
            case .month: 1...12
            case .dayOfWeek: 0...6
            }
        }

        /// Names of the values from the smallest on.
        var names: [String] {
            switch self {
            case .second, .minute, .hour, .dayOfMonth: []
            case .month: CivilDate.monthNames
            case .dayOfWeek: CivilDate.weekdayNames
            }
        }
    }

    /// Bit `n` stands for value `n`.
    private(set) var bits: UInt64 = 0
    /// Whether a part begins with `*` or `?`.
    private(set) var isStar = false

    /// Reads a list of values, ranges and steps.
    init(_ text: String, _ kind: Kind, at place: String) throws {
        for part in text.split(separator: ",") {
            try insert(String(part), kind) { reason in
                .invalid("\(place): \(kind.rawValue) \"\(text.prefix(80))\": \(reason)")
            }
        }
        if bits == 0 {
            throw PlatformError.invalid("\(place): \(kind.rawValue) \"\(text.prefix(80))\": no value at all")
        }
    }

    /// Whether a value is in the set.
    func contains(_ value: Int) -> Bool { bits & (1 << UInt64(value)) != 0 }

    /// The smallest value that is not below another.
    func first(from value: Int) -> Int? {
        let rest = value > 63 ? 0 : bits >> UInt64(value)
        return rest == 0 ? nil : value + rest.trailingZeroBitCount
    }

    private mutating func insert(
        _ part: String,
        _ kind: Kind,
        _ wrong: (String) -> PlatformError
    ) throws {
        let halves = part.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard halves.count <= 2 else { throw wrong("more than one '/'") }
        let ends = halves[0].split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        let all = kind.values
        var (low, high) = (all.lowerBound, all.upperBound)
        if ends[0] == "*" || ends[0] == "?" {
            isStar = true
        } else {
            guard ends.count <= 2 else { throw wrong("more than one '-'") }
            low = try Self.number(ends[0], kind, wrong)
            // `5/15` goes on to the largest value.
            high = ends.count == 2 ? try Self.number(ends[1], kind, wrong) : halves.count == 2 ? high : low
        }
        let step = halves.count == 2 ? Int(halves[1]) ?? 0 : 1
        guard step > 0 else { throw wrong("the step after '/' must be a whole number from 1 up") }
        guard low <= high else { throw wrong("the range \(halves[0]) ends before it begins") }
        for value in stride(from: low, through: high, by: step) { bits |= 1 << UInt64(value) }
    }

    private static func number(
        _ text: String,
        _ kind: Kind,
        _ wrong: (String) -> PlatformError
    ) throws -> Int {
        if let place = kind.names.firstIndex(where: { $0.prefix(3).lowercased() == text.lowercased() }) {
            return kind.values.lowerBound + place
        }
        guard let number = Int(text), kind.values.contains(number) else {
            let names = kind.names.first.map { " or a name such as \($0.prefix(3).lowercased())" } ?? ""
            let (low, high) = (kind.values.lowerBound, kind.values.upperBound)
            throw wrong("expected \(low) to \(high)\(names), found \"\(text.prefix(20))\"")
        }
        return number
    }
}
