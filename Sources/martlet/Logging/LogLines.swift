import Foundation
import Logging
import Model

/// Writes log lines to standard error, for people or for programs.
struct LogLines: LogHandler {
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    var logLevel: Logger.Level
    private let label: String
    private let format: Settings.LogFormat
    private let now: @Sendable () -> Instant

    init(
        label: String,
        format: Settings.LogFormat,
        level: Logger.Level,
        now: @escaping @Sendable () -> Instant
    ) {
        self.label = label
        self.format = format
        self.logLevel = level
        self.now = now
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var all = metadata.merging(metadataProvider?.get() ?? [:]) { _, new in new }
        all.merge(event.metadata ?? [:]) { _, new in new }
        // One write a line, so that lines of different threads never mix.
        FileHandle.standardError.write(Data((line(event, all) + "\n").utf8))
    }

    private func line(_ event: LogEvent, _ metadata: Logger.Metadata) -> String {
        let time = now().rfc3339Milliseconds
        switch format {
        case .text:
            let facts = metadata.sorted { $0.key < $1.key }.map { "\($0.key)=\(Self.oneLine("\($0.value)"))" }
            return ([time, event.level.rawValue.uppercased(), "\(event.message)"] + facts).joined(
                separator: " "
            )
        case .json:
            var object: [String: JSONValue] = [
                "time": .string(time), "level": .string(event.level.rawValue),
                "message": .string("\(event.message)"),
                "logger": .string(label),
            ]
            for (key, value) in metadata { object[key] = .string("\(value)") }
            return JSONValue.object(object).jsonText
        }
    }

    /// A value from outside must not be able to forge a line of its own.
    private static func oneLine(_ text: String) -> String {
        text.contains(where: \.isNewline) || text.contains(" ") ? JSONValue.string(text).jsonText : text
    }
}
