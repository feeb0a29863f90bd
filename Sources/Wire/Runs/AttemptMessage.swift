import Model

/// One try at a task, as our own `attempts` field of a task shows it.
enum AttemptMessage {
    /// Writes an attempt; times have milliseconds, and number, state and exit code are always there.
    static func json(_ attempt: Attempt) -> JSONValue {
        var always: [String: JSONValue] = [
            "number": .number(Double(attempt.number)), "state": .string(attempt.state.rawValue),
        ]
        if let exitCode = attempt.exitCode { always["exit_code"] = .number(Double(exitCode)) }
        return message(
            [
                "reason": attempt.reason?.json, "create_time": attempt.createdAt.wireExact,
                "start_time": attempt.startedAt?.wireExact, "end_time": attempt.endedAt?.wireExact,
            ],
            always: always
        )
    }

    /// Reads an attempt at the task at `path`.
    static func attempt(
        from json: JSONValue,
        of path: TaskPath,
        at place: String
    ) throws -> Attempt {
        let reader = try MessageReader(response: json, at: place)
        var attempt = Attempt(
            path: path,
            number: Int(try reader.integer("number") ?? 0),
            createdAt: try reader.requiredInstant("create_time")
        )
        attempt.state = try reader.choice("state", AttemptState.allCases) ?? .pending
        attempt.reason = reader.value("reason").map(Reason.init(json:))
        attempt.startedAt = try reader.instant("start_time")
        attempt.endedAt = try reader.instant("end_time")
        attempt.exitCode = try reader.integer("exit_code").map { Int($0) }
        return attempt
    }
}
