import Model

/// The times of a cron expression, in local time and to the second.
///
/// Six fields: second, minute, hour, day of the month, month, day of the week; the last may be missing. So
/// an expression of five fields does not begin with minutes, as Unix has it, but with seconds. Where both
/// days are restricted, one that fits is enough; `*` and `?` do not restrict.
///
/// Source: KFP parses with `cron.Parse` of robfig/cron 1.2; every text that takes is taken here and means
/// the same, with the time zone in front (`CRON_TZ=…`) from robfig/cron 3.
struct CronExpression: Hashable, Sendable {
    /// What an expression says.
    enum Times: Hashable, Sendable {
        case fields(Fields)
        /// `@every`: so many seconds after the one before.
        case every(seconds: Int64)
    }

    /// The fields, each the set of its values.
    struct Fields: Hashable, Sendable {
        var second: CronField
        var minute: CronField
        var hour: CronField
        var dayOfMonth: CronField
        var month: CronField
        var dayOfWeek: CronField
    }

    /// The time zone named in front of the expression.
    let timeZone: String?
    /// How many fields were given; 0 for a word such as `@daily`.
    let fieldCount: Int
    let times: Times

    /// Reads an expression.
    /// - Parameter place: names it in messages.
    /// - Throws: ``PlatformError`` with `invalidArgument`, naming the field that is wrong.
    init(_ text: String, at place: String = "cron") throws {
        guard text.count <= Limits.cronCharactersMax else {
            throw PlatformError.invalid(
                "\(place): has \(text.count) characters, expected at most \(Limits.cronCharactersMax)"
            )
        }
        var words = text.split(whereSeparator: \.isWhitespace).map(String.init)
        var zone: String?
        for prefix in ["CRON_TZ=", "TZ="] where words.first?.hasPrefix(prefix) == true {
            zone = String(words.removeFirst().dropFirst(prefix.count))
        }
        timeZone = zone
        if let word = words.first, word.hasPrefix("@") {
            fieldCount = 0
            times = try Self.descriptor(words, at: place)
            return
        }
        guard words.count == 5 || words.count == 6 else {
            throw PlatformError.invalid(
                """
                \(place): expected six fields (second, minute, hour, day of the month, month, day of the \
                week) or a word such as @daily, found \(words.count) in "\(text.prefix(80))"
                """
            )
        }
        fieldCount = words.count
        times = .fields(
            Fields(
                second: try CronField(words[0], .second, at: place),
                minute: try CronField(words[1], .minute, at: place),
                hour: try CronField(words[2], .hour, at: place),
                dayOfMonth: try CronField(words[3], .dayOfMonth, at: place),
                month: try CronField(words[4], .month, at: place),
                dayOfWeek: try CronField(words.count == 6 ? words[5] : "*", .dayOfWeek, at: place)
            )
        )
    }

    private static func descriptor(_ words: [String], at place: String) throws -> Times {
        switch (words[0], words.count) {
        case ("@yearly", 1), ("@annually", 1): return try Self("0 0 0 1 1 *").times
        case ("@monthly", 1): return try Self("0 0 0 1 * *").times
        case ("@weekly", 1): return try Self("0 0 0 * * 0").times
        case ("@daily", 1), ("@midnight", 1): return try Self("0 0 0 * * *").times
        case ("@hourly", 1): return try Self("0 0 * * * *").times
        case ("@every", 2):
            guard let seconds = wholeSeconds(goDuration: words[1]) else { break }
            return .every(seconds: max(seconds, 1))
        default: break
        }
        throw PlatformError.invalid(
            """
            \(place): expected @yearly, @monthly, @weekly, @daily, @hourly or @every with a length of time \
            such as 1h30m, found "\(words.joined(separator: " ").prefix(80))"
            """
        )
    }
}

extension CronExpression.Fields {
    /// Whether every hour fits, so that the times are a rhythm rather than times of the day.
    var fitsEveryHour: Bool { hour.bits == (1 << 24) - 1 }

    /// The first time after another, both in seconds since 1970 of a clock on the wall.
    /// - Returns: `nil` if none comes within forty years, in which every date has had every weekday.
    func next(after local: Int64) -> Int64? {
        let (day, second) = (local + 1).flooredQuotientAndRemainder(dividingBy: 86_400)
        var date = CivilDate(daysSince1970: day)
        var from = Int(second)
        let lastYear = date.year + 40
        while date.year <= lastYear {
            guard month.contains(date.month) else {
                date = date.firstOfNextMonth
                from = 0
                continue
            }
            if fits(date), let time = timeOfDay(from: from) {
                return date.daysSince1970 * 86_400 + Int64(time)
            }
            date = CivilDate(daysSince1970: date.daysSince1970 + 1)
            from = 0
        }
        return nil
    }

    private func fits(_ date: CivilDate) -> Bool {
        let fitsMonth = dayOfMonth.contains(date.day)
        let fitsWeek = dayOfWeek.contains(date.weekday)
        return dayOfMonth.isStar || dayOfWeek.isStar ? fitsMonth && fitsWeek : fitsMonth || fitsWeek
    }

    /// The first second of the day that fits, from one on.
    private func timeOfDay(from start: Int) -> Int? {
        let (hourNow, minuteNow, secondNow) = (start / 3_600, start / 60 % 60, start % 60)
        if hour.contains(hourNow) {
            if minute.contains(minuteNow), let second = second.first(from: secondNow) {
                return hourNow * 3_600 + minuteNow * 60 + second
            }
            if let minute = minute.first(from: minuteNow + 1), let second = second.first(from: 0) {
                return hourNow * 3_600 + minute * 60 + second
            }
        }
        guard let hour = hour.first(from: hourNow + 1), let minute = minute.first(from: 0),
            let second = second.first(from: 0)
        else { return nil }
        return hour * 3_600 + minute * 60 + second
    }
}
