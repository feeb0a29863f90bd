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
        var result = ""
        var rest = text[...]
        while !rest.isEmpty {
            if let (length, value) = macro(at: rest, "[[", "]]", bracketed)
                ?? macro(at: rest, "{{$.", "}}", templated)
            {
                result += value
                rest = rest.dropFirst(length)
            } else {
                result.append(rest.removeFirst())
            }
        }
        return result
    }

    /// The macro that a text begins with: how long it is and what stands for it.
    private func macro(
        at text: Substring,
        _ opening: String,
        _ closing: String,
        _ value: (String) -> String?
    ) -> (length: Int, value: String)? {
        guard text.hasPrefix(opening) else { return nil }
        let inside = text.dropFirst(opening.count)
        // Layouts are short; an opening without an end must not cost a look at all the rest each time.
        var name = ""
        var tail = inside.prefix(Self.charactersMax)
        while !tail.hasPrefix(closing) {
            guard let character = tail.popFirst(), !character.isNewline else { return nil }
            name.append(character)
        }
        return value(name).map { (opening.count + name.count + closing.count, $0) }
    }

    private static let charactersMax = 200

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
