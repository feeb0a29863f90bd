package import Model

/// What stands for `[[…]]` in the parameters of one run.
///
/// `[[RunUUID]]`, `[[Index]]`, `[[ScheduledTime]]` and `[[CurrentTime]]` as `20060102150405`, both also with a
/// layout, `[[ScheduledTime.2006-01-02]]`, and as `{{$.scheduledTime.strftime('%Y-%m-%d')}}`. What is not known
/// stays as it is. Unlike on KFP, which substitutes in texts at the top only and writes UTC, texts within lists
/// and objects count too, and times are those of the schedule's time zone.
/// Source: KFP `ParameterFormatter`.
package struct RunMacros: Sendable {
    private let runID: RunID
    private let index: Int?
    private let scheduled: ClockReading?
    private let current: ClockReading

    /// Macros of a run that a recurring run starts.
    /// - Parameter index: 1 for its first run.
    package init(runID: RunID, index: Int, scheduledAt: Instant, now: Instant, zone: ZoneRules) {
        self.runID = runID
        self.index = index
        self.scheduled = ClockReading(scheduledAt, in: zone)
        self.current = ClockReading(now, in: zone)
    }

    /// Macros of a run that somebody starts: it has no index and no time it was planned for.
    package init(runID: RunID, now: Instant) {
        self.runID = runID
        self.index = nil
        self.scheduled = nil
        self.current = ClockReading(now, in: .utc)
    }

    /// Substitutes in every text of some parameters.
    package func expand(_ parameters: [String: JSONValue]) -> [String: JSONValue] {
        parameters.mapValues(expand)
    }

    private func expand(_ value: JSONValue) -> JSONValue {
        switch value {
        case .string(let text): .string(expand(text))
        case .array(let elements): .array(elements.map(expand))
        case .object(let members): .object(members.mapValues(expand))
        case .null, .bool, .number: value
        }
    }

    /// Substitutes in a text.
    package func expand(_ text: String) -> String {
        var rest = Array(text.utf8)[...]
        var result: [UInt8] = []
        while let byte = rest.first {
            if let (length, value) = macro(at: rest) {
                result += value.utf8
                rest = rest.dropFirst(length)
            } else {
                result.append(byte)
                rest = rest.dropFirst()
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// The macro that a text begins with: how many bytes it has and what stands for it.
    private func macro(at text: ArraySlice<UInt8>) -> (length: Int, value: String)? {
        for (opening, closing, value) in [("[[", "]]", bracketed), ("{{$.", "}}", templated)] {
            guard text.starts(with: opening.utf8) else { continue }
            // Layouts are short; an opening without an end must not cost a look at all the rest each time.
            let inside = text.dropFirst(opening.utf8.count).prefix(Self.bytesMax)
            guard let word = inside.first, Self.firstLetters.contains(word),
                let end = inside.indices.first(where: { inside[$0...].starts(with: closing.utf8) })
            else { return nil }
            let name = String(decoding: inside[..<end], as: UTF8.self)
            guard !name.contains(where: \.isNewline) else { return nil }
            return value(name).map { (end - text.startIndex + closing.utf8.count, $0) }
        }
        return nil
    }

    private static let bytesMax = 200
    /// Of the names of all macros.
    private static let firstLetters = Set("RISCsc".utf8)

    private func bracketed(_ name: String) -> String? {
        let parts = name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(
            String.init
        )
        let layout = parts.count == 2 ? parts[1] : "20060102150405"
        switch (parts[0], parts.count) {
        case ("RunUUID", 1): return runID.text
        case ("Index", 1): return index.map { String($0) }
        case ("ScheduledTime", _): return scheduled?.text(goLayout: layout)
        case ("CurrentTime", _): return current.text(goLayout: layout)
        default: return nil
        }
    }

    private func templated(_ name: String) -> String? {
        for (word, reading) in [("scheduledTime", scheduled), ("currentTime", current)] {
            let (opening, closing) = ("\(word).strftime('", "')")
            guard name.hasPrefix(opening), name.hasSuffix(closing),
                name.count >= opening.count + closing.count
            else { continue }
            return reading?.text(strftime: String(name.dropFirst(opening.count).dropLast(closing.count)))
        }
        return nil
    }
}
