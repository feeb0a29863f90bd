import FoundationEssentials
import Model

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// One of the process's two output streams, and what the thing behind it can show.
struct Console: Sendable {
    /// The file descriptor written to.
    let descriptor: Int32
    /// Whether a person looks at a screen behind it.
    let isTerminal: Bool
    /// Whether colours are welcome: on a terminal, unless `NO_COLOR` is set or the terminal is a dumb one.
    let usesColor: Bool

    /// Looks at what is behind a descriptor.
    init(descriptor: Int32, environment: [String: String] = ProcessInfo.processInfo.environment) {
        self.descriptor = descriptor
        self.isTerminal = isatty(descriptor) == 1
        self.usesColor =
            isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }

    /// What was asked for.
    static let output = Console(descriptor: STDOUT_FILENO)
    /// Everything else: errors and progress.
    static let errors = Console(descriptor: STDERR_FILENO)

    /// Columns and rows of the terminal; `nil` if there is none, so nothing need be cut.
    var size: (columns: Int, rows: Int)? {
        guard isTerminal else { return nil }
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0
        else { return (80, 24) }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// Writes text as it is.
    /// - Throws: ``OutputClosed`` when nobody reads any more, as in `martlet runs list | head -1`.
    func write(_ text: String) throws {
        try write(Array(text.utf8))
    }

    /// Writes bytes as they are.
    /// - Throws: ``OutputClosed``, see ``write(_:)-(String)``.
    func write(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR && errno != EAGAIN {
                throw OutputClosed()
            }
        }
    }

    /// Writes an answer in the format wanted.
    /// - Parameters:
    ///   - table: the answer for people.
    ///   - json: the answer for programs.
    /// - Throws: ``OutputClosed``, see ``write(_:)-(String)``.
    func show(_ table: @autoclosure () throws -> Table, or json: JSONValue, _ format: OutputFormat) throws {
        try write(format.render(json) { try table().text(width: size?.columns, color: usesColor) })
    }

    /// Writes a line.
    /// - Throws: ``OutputClosed``, see ``write(_:)-(String)``.
    func line(_ text: String) throws {
        try write(text + "\n")
    }
}

/// Nobody reads what is written any more; the command ends quietly.
struct OutputClosed: Error {}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
