/// A day of the Gregorian calendar, also for times before it was introduced.
struct CivilDate: Hashable, Sendable {
    /// Days since 1970-01-01.
    let daysSince1970: Int64
    /// The year.
    let year: Int
    /// 1 to 12.
    let month: Int
    /// 1 to 31.
    let day: Int

    static let monthNames = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
        "November", "December",
    ]
    static let weekdayNames = [
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
    ]

    /// The day so many days after 1970-01-01.
    ///
    /// Years are counted from March, so that a leap day is the last day of its year; 400 of them have 146,097 days.
    init(daysSince1970 days: Int64) {
        let shifted = days + 719_468
        let (era, dayOfEra) = shifted.flooredQuotientAndRemainder(dividingBy: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        daysSince1970 = days
        day = Int(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
        month = Int(monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9)
        year = Int(era * 400 + yearOfEra) + (month <= 2 ? 1 : 0)
    }

    /// 0 for Sunday to 6.
    var weekday: Int { Int((daysSince1970 + 4).flooredQuotientAndRemainder(dividingBy: 7).remainder) }

    /// 1 for the first of January to 366.
    var dayOfYear: Int {
        var (date, count) = (self, day)
        while date.month > 1 {
            // The last day of the month before.
            date = CivilDate(daysSince1970: date.daysSince1970 - Int64(date.day))
            count += date.day
        }
        return count
    }

    /// The first day of the month after this one.
    var firstOfNextMonth: CivilDate {
        let later = CivilDate(daysSince1970: daysSince1970 - Int64(day) + 32)
        return CivilDate(daysSince1970: later.daysSince1970 - Int64(later.day) + 1)
    }
}

extension Int64 {
    /// The quotient rounded down, and what is left, which is never negative.
    func flooredQuotientAndRemainder(dividingBy divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
