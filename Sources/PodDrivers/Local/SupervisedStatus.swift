import Model

/// What the file `status` of a supervised folder says, line by line:
///
///     claimed <process id>                    the supervisor's; it holds a lock on the file as long as it lives
///     started <group> <milliseconds>          the program runs
///     …                                       how it ended, see ``ExitRecord``
///
/// The supervisor adds lines as it goes on. The file of a pod that never starts has only the last.
struct SupervisedStatus: Hashable, Sendable {
    /// The supervisor's process id, above 1.
    var supervisor: Int32?
    /// Since when the program runs.
    var start: StartRecord?
    /// How it ended, for good.
    var end: ExitRecord?

    /// Reads the file. A line that is not complete does not count, nor does one that is none of the above, as there may
    /// be after a power failure.
    init(_ text: String) {
        var rest = text[...]
        while let newline = rest.firstIndex(of: "\n") {
            let line = rest[..<newline]
            if line.hasPrefix("claimed ") {
                supervisor = Int32(line.dropFirst(8)).flatMap { $0 > 1 ? $0 : nil }
            } else if line.hasPrefix("started ") {
                start = StartRecord(String(line.dropFirst(8)))
            } else if let record = ExitRecord(String(rest)) {
                end = record
                return
            }
            rest = rest[rest.index(after: newline)...]
        }
    }
}
