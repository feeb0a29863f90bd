import Engine
import Foundation
import Model

/// The rules of a zone as the machine knows them, and the schedules of the tests in it.
func zone(_ name: String) -> ZoneRules? {
    guard let zone = TimeZone(identifier: name) else { return nil }
    return ZoneRules { zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double($0.milliseconds) / 1000)) }
}

/// A time from RFC 3339; the epoch for a slip of the pen, which no test expects.
func at(_ text: String) -> Instant { Instant(rfc3339: text) ?? .epoch }

func cron(
    _ text: String,
    in zoneName: String? = nil,
    start: String? = nil,
    end: String? = nil
) throws -> Schedule {
    try Schedule(
        Trigger(.cron(text, timeZone: zoneName), start: start.map(at), end: end.map(at)),
        anchor: .epoch,
        zone: zone
    )
}

func interval(
    _ seconds: Int64,
    anchor: String,
    start: String? = nil,
    end: String? = nil
) throws -> Schedule {
    try Schedule(
        Trigger(.periodic(seconds: seconds), start: start.map(at), end: end.map(at)),
        anchor: at(anchor),
        zone: zone
    )
}
