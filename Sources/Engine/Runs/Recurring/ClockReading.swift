import Model

/// What calendar and clock show at a time in a time zone, and how that is written.
struct ClockReading: Sendable {
    private let instant: Instant
    private let offset: Int
    private let date: CivilDate
    private let secondOfDay: Int

    init(_ instant: Instant, in zone: ZoneRules) {
        self.instant = instant
        offset = zone.offset(instant)
        let local = instant.wholeSeconds + Int64(offset)
        let (day, second) = local.flooredQuotientAndRemainder(dividingBy: 86_400)
        date = CivilDate(daysSince1970: day)
        secondOfDay = Int(second)
    }

    private var hour: Int { secondOfDay / 3_600 }
    private var hour12: Int { (hour + 11) % 12 + 1 }
    private var minute: Int { secondOfDay / 60 % 60 }
    private var second: Int { secondOfDay % 60 }
    private var isMorning: Bool { hour < 12 }
    private var monthName: String { CivilDate.monthNames[date.month - 1] }
    private var weekdayName: String { CivilDate.weekdayNames[date.weekday] }

    /// `+0200`, with a colon if wanted.
    private func offsetText(_ colon: String) -> String {
        let minutes = abs(offset) / 60
        return (offset < 0 ? "-" : "+") + padded(minutes / 60) + colon + padded(minutes % 60)
    }

    /// Zones have no short names here; those that Go does not know either it writes as `+02`.
    private var zoneName: String { offset == 0 ? "UTC" : String(offsetText("").prefix(3)) }

    // MARK: Go

    /// The reading in a layout that shows how 2006-01-02T15:04:05-07:00, a Monday, would be written.
    ///
    /// Source: Go's `time.Time.Format`; all times are whole seconds, so fractions are zeros.
    func text(goLayout layout: String) -> String {
        var result = ""
        var rest = layout[...]
        while let first = rest.first {
            if let (pattern, text) = goPiece(rest) {
                result += text
                rest = rest.dropFirst(pattern.count)
            } else {
                result.append(first)
                rest = rest.dropFirst()
            }
        }
        return result
    }

    /// The piece of a layout that stands at its beginning, the longest that fits.
    private func goPiece(_ layout: Substring) -> (pattern: String, text: String)? {
        for pattern in Self.goPatterns where layout.hasPrefix(pattern) {
            let next = layout.dropFirst(pattern.count).first
            // `January` has been tried before; `Janet` is nobody's month.
            if ["Jan", "Mon"].contains(pattern), let next, next.isASCII, next.isLowercase { continue }
            return (pattern, goText(pattern))
        }
        return nil
    }

    private static let goPatterns = [
        "January", "Jan", "Monday", "Mon", "MST", "2006", "002", "01", "02", "03", "04", "05", "06", "15",
        "1", "_2", "2", "3", "4", "5", "PM", "pm", "-07:00", "-0700", "-07", "Z07:00", "Z0700", "Z07",
    ]

    private func goText(_ pattern: String) -> String {
        switch pattern {
        case "2006": padded(date.year, 4)
        case "06": padded(date.year % 100)
        case "January": monthName
        case "Jan": String(monthName.prefix(3))
        case "01": padded(date.month)
        case "1": String(date.month)
        case "02": padded(date.day)
        case "_2": padded(date.day, 2, with: " ")
        case "2": String(date.day)
        case "002": padded(date.dayOfYear, 3)
        case "Monday": weekdayName
        case "Mon": String(weekdayName.prefix(3))
        case "15": padded(hour)
        case "03": padded(hour12)
        case "3": String(hour12)
        case "04": padded(minute)
        case "4": String(minute)
        case "05": padded(second)
        case "5": String(second)
        case "PM": isMorning ? "AM" : "PM"
        case "pm": isMorning ? "am" : "pm"
        case "MST": zoneName
        case "-07:00": offsetText(":")
        case "-0700": offsetText("")
        case "-07": String(offsetText("").prefix(3))
        default: offset == 0 ? "Z" : offsetText(pattern.contains(":") ? ":" : "")
        }
    }

    // MARK: strftime

    /// The reading in a format such as `%Y-%m-%d`; `nil` if it holds a letter that is not known.
    ///
    /// Source: POSIX `strftime` in the C locale, and `%s` for seconds since the epoch.
    func text(strftime format: String) -> String? {
        var result = ""
        var rest = format[...]
        while let first = rest.popFirst() {
            guard first == "%" else {
                result.append(first)
                continue
            }
            guard let letter = rest.popFirst(), let text = strftimeText(letter) else { return nil }
            result += text
        }
        return result
    }

    private func strftimeText(_ letter: Character) -> String? {
        switch letter {
        case "Y": padded(date.year, 4)
        case "y": padded(date.year % 100)
        case "C": padded(date.year / 100)
        case "m": padded(date.month)
        case "d": padded(date.day)
        case "e": padded(date.day, 2, with: " ")
        case "j": padded(date.dayOfYear, 3)
        case "B": monthName
        case "b", "h": String(monthName.prefix(3))
        case "A": weekdayName
        case "a": String(weekdayName.prefix(3))
        case "w": String(date.weekday)
        case "u": String((date.weekday + 6) % 7 + 1)
        case "H": padded(hour)
        case "I": padded(hour12)
        case "k": padded(hour, 2, with: " ")
        case "l": padded(hour12, 2, with: " ")
        case "M": padded(minute)
        case "S": padded(second)
        case "p": isMorning ? "AM" : "PM"
        case "F": text(goLayout: "2006-01-02")
        case "D": text(goLayout: "01/02/06")
        case "T": text(goLayout: "15:04:05")
        case "R": text(goLayout: "15:04")
        case "Z": zoneName
        case "z": offsetText("")
        case "s": String(instant.wholeSeconds)
        case "n": "\n"
        case "t": "\t"
        case "%": "%"
        default: nil
        }
    }
}

private func padded(_ number: Int, _ width: Int = 2, with filler: String = "0") -> String {
    let digits = String(number)
    return String(repeating: filler, count: max(width - digits.count, 0)) + digits
}
