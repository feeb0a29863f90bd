package import Model

extension Trigger {
    /// The trigger as KFP writes it, with `time_zone` beside `cron`, which is ours.
    package var json: JSONValue {
        var fields: [String: JSONValue?] = ["start_time": start?.wire, "end_time": end?.wire]
        switch rule {
        case .cron(let text, let timeZone):
            fields["cron"] = .string(text)
            fields["time_zone"] = timeZone.map { .string($0) }
            return ["cron_schedule": message(fields)]
        case .periodic(let seconds):
            fields["interval_second"] = .string(String(seconds))
            return ["periodic_schedule": message(fields)]
        }
    }

    /// Reads a trigger of a request; what it means is not checked.
    /// - Throws: ``PlatformError`` with `invalidArgument`, naming the field and its place.
    package init(json: JSONValue, at place: String) throws {
        let reader = try MessageReader(json, at: place, known: ["cron_schedule", "periodic_schedule"])
        let bounds = ["start_time", "end_time"]
        switch (reader.value("cron_schedule"), reader.value("periodic_schedule")) {
        case (let value?, nil):
            let cron = try MessageReader(
                value,
                at: reader.place(of: "cron_schedule"),
                known: bounds + ["cron", "time_zone"]
            )
            try self.init(
                .cron(cron.requiredString("cron"), timeZone: cron.optionalString("time_zone")),
                bounds: cron
            )
        case (nil, let value?):
            let periodic = try MessageReader(
                value,
                at: reader.place(of: "periodic_schedule"),
                known: bounds + ["interval_second"]
            )
            guard let seconds = try periodic.integer("interval_second") else {
                throw PlatformError.invalid(
                    "\(periodic.place(of: "interval_second")): missing; give a number of seconds"
                )
            }
            try self.init(.periodic(seconds: seconds), bounds: periodic)
        case (nil, nil):
            throw PlatformError.invalid("\(place): missing; set cron_schedule or periodic_schedule")
        case (.some, .some):
            throw PlatformError.invalid(
                "\(place): cron_schedule and periodic_schedule are both set; set one of them"
            )
        }
    }

    /// Fractions of seconds are dropped. Source: KFP, which keeps the seconds of a timestamp only.
    private init(_ rule: Rule, bounds reader: MessageReader) throws {
        func wholeSecond(_ name: String) throws -> Instant? {
            try reader.instant(name).map { time in
                let rest = (time.milliseconds % 1000 + 1000) % 1000
                return Instant(milliseconds: time.milliseconds - rest)
            }
        }
        self.init(rule, start: try wholeSecond("start_time"), end: try wholeSecond("end_time"))
    }
}
