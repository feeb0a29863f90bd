import Model

/// How the program of a supervised folder ended, for good; the last words of ``SupervisedStatus``.
///
/// One line, times in milliseconds since 1970:
///
///     exited <status> <start> <end>           by the supervisor: the program returned
///     signaled <number> <start> <end>         by the supervisor: a signal ended the program
///     overdue <allowed ms> <start> <end>      by the supervisor: it ran until its deadline
///     exec <errno> <start> <end>              by the supervisor: there is no such program
///     setup <errno> <start> <end> <stage>     by the supervisor: it did not get as far as the program
///     lost <start or -> <end>                 by us: the supervisor is gone and left nothing
///     refused <end> <code>                    by us: never started; the message follows on the next lines
enum ExitRecord: Hashable, Sendable {
    case exited(code: Int, start: Instant, end: Instant)
    case signaled(number: Int, start: Instant, end: Instant)
    case overdue(allowed: Duration, start: Instant, end: Instant)
    case notExecuted(errno: Int32, end: Instant)
    case notSetUp(errno: Int32, stage: String, end: Instant)
    case lost(start: Instant?, end: Instant)
    case refused(Reason, end: Instant)

    /// Reads the record; `nil` if it is none of the above.
    init?(_ text: String) {
        let line = text.prefix { $0 != "\n" }
        let words = line.split(separator: " ").map(String.init)
        guard let kind = words.first else { return nil }
        func instant(_ index: Int) -> Instant? {
            index < words.count ? Int64(words[index]).map { Instant(milliseconds: $0) } : nil
        }
        switch kind {
        case "exited", "signaled":
            guard words.count == 4, let number = Int(words[1]), let start = instant(2), let end = instant(3)
            else { return nil }
            self =
                kind == "exited"
                ? .exited(code: number, start: start, end: end)
                : .signaled(number: number, start: start, end: end)
        case "overdue":
            guard words.count == 4, let allowed = Int64(words[1]), let start = instant(2),
                let end = instant(3)
            else { return nil }
            self = .overdue(allowed: .milliseconds(allowed), start: start, end: end)
        case "exec", "setup":
            guard words.count >= 4, let number = Int32(words[1]), let end = instant(3) else { return nil }
            let stage = words.dropFirst(4).joined(separator: " ")
            self =
                kind == "exec"
                ? .notExecuted(errno: number, end: end)
                : .notSetUp(errno: number, stage: stage.isEmpty ? "start" : stage, end: end)
        case "lost":
            guard words.count == 3, let end = instant(2) else { return nil }
            self = .lost(start: instant(1), end: end)
        case "refused":
            guard words.count == 3, let end = instant(1) else { return nil }
            let message = String(text.dropFirst(line.count + 1))
            self = .refused(Reason(Reason.Code(rawValue: words[2]), message), end: end)
        default: return nil
        }
    }

    /// The record as we write it ourselves; the supervisor writes the rest.
    var text: String {
        switch self {
        case .exited(let code, let start, let end):
            "exited \(code) \(start.milliseconds) \(end.milliseconds)\n"
        case .signaled(let number, let start, let end):
            "signaled \(number) \(start.milliseconds) \(end.milliseconds)\n"
        case .overdue(let allowed, let start, let end):
            "overdue \(allowed.milliseconds) \(start.milliseconds) \(end.milliseconds)\n"
        case .notExecuted(let number, let end): "exec \(number) \(end.milliseconds) \(end.milliseconds)\n"
        case .notSetUp(let number, let stage, let end):
            "setup \(number) \(end.milliseconds) \(end.milliseconds) \(stage)\n"
        case .lost(let start, let end):
            "lost \(start.map { String($0.milliseconds) } ?? "-") \(end.milliseconds)\n"
        case .refused(let reason, let end):
            "refused \(end.milliseconds) \(reason.code.rawValue)\n\(reason.message)"
        }
    }

    /// Whether the supervisor has seen the end of the program and of all it had started.
    var isWitnessed: Bool {
        switch self {
        case .exited, .signaled, .overdue: true
        case .notExecuted, .notSetUp, .lost, .refused: false
        }
    }

    /// Whether the program returned 0.
    var isSuccess: Bool {
        if case .exited(code: 0, _, _) = self { true } else { false }
    }
}

/// Since when the program of a supervised folder runs: `<process group> <milliseconds since 1970>`.
struct StartRecord: Hashable, Sendable {
    /// The program's process id, which is also the id of its process group; never 0 or 1.
    var group: Int32
    /// When it was started.
    var at: Instant

    /// Reads the record; `nil` if it is malformed.
    init?(_ text: String) {
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count == 2, let group = Int32(words[0]), group > 1, let at = Int64(words[1]) else {
            return nil
        }
        self.group = group
        self.at = Instant(milliseconds: at)
    }
}
