import Engine
import Foundation
import Model

extension ZoneRules {
    /// The rules of a zone of the IANA time zone database, such as `Europe/Berlin`; `nil` if there is none.
    static func named(_ name: String) -> ZoneRules? {
        if name == "UTC" { return .utc }
        guard let zone = TimeZone(identifier: name) else { return nil }
        return ZoneRules { instant in
            zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant.milliseconds) / 1000))
        }
    }
}
