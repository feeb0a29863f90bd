import Model
import Pods

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension PodEnd {
    /// A pod's end as its folder tells it, in words a person can act on.
    init(_ record: ExitRecord, of spec: PodSpec, logTail: String) {
        switch record {
        case .exited(let code, let start, let end):
            self.init(outcome: .exited(code: code), startedAt: start, endedAt: end, logTail: logTail)
        case .signaled(let number, let start, let end):
            self.init(outcome: .signaled(number: number), startedAt: start, endedAt: end, logTail: logTail)
        case .overdue(let allowed, let start, let end):
            self.init(
                outcome: .deadlineExceeded(after: allowed),
                startedAt: start,
                endedAt: end,
                logTail: logTail
            )
        case .notExecuted(let errno, let end):
            let reason = Reason(
                .startFailed,
                Self.sentence(errno, program: spec.command.first ?? "", image: spec.image),
                details: ["errno": .number(Double(errno))]
            )
            self.init(outcome: .notStarted(reason), startedAt: nil, endedAt: end, logTail: logTail)
        case .notSetUp(let errno, let stage, let end):
            let reason = Reason(
                .startFailed,
                "The program was not started: " + Self.sentence(errno, stage: stage),
                details: ["errno": .number(Double(errno))]
            )
            self.init(outcome: .notStarted(reason), startedAt: nil, endedAt: end, logTail: logTail)
        case .lost(let start, let end):
            let reason = Reason(
                .podLost,
                "The program disappeared without leaving a status: its supervisor was killed or the machine "
                    + "went down. If memory ran out, ask for more or run fewer tasks at once."
            )
            self.init(outcome: .lost(reason), startedAt: start, endedAt: end, logTail: logTail)
        case .refused(let reason, let end):
            self.init(outcome: .notStarted(reason), startedAt: nil, endedAt: end, logTail: logTail)
        }
    }

    /// The end of a pod whose program never started, because a container before it did not succeed.
    init(
        _ record: ExitRecord,
        of container: PodContainer,
        podEndedAt end: Instant,
        startedAt: Instant?,
        logTail: String
    ) {
        let name = "The init container '\(container.name)'"
        var details: [String: JSONValue] = ["container": .string(container.name)]
        let what: String
        switch record {
        case .exited(let code, _, _):
            details["exit_code"] = .number(Double(code))
            let last = logTail.split(separator: "\n").last.map { ": " + plainText($0).prefix(300) } ?? "."
            what = "\(name) ended with exit status \(code)\(last)"
        case .signaled(let number, _, _):
            details["signal"] = .number(Double(number))
            what = "\(name) was ended by signal \(number)."
        case .notExecuted(let errno, _):
            what =
                "\(name) was not started. "
                + Self.sentence(errno, program: container.command.first ?? "", image: container.image)
        case .notSetUp(let errno, let stage, _):
            what = "\(name) was not started: " + Self.sentence(errno, stage: stage)
        case .overdue, .lost, .refused: what = "\(name) did not succeed."
        }
        self.init(
            outcome: .notStarted(Reason(.initContainerFailed, what, details: details)),
            startedAt: startedAt,
            endedAt: end,
            logTail: logTail
        )
    }

    private static func sentence(_ problem: Int32, stage: String) -> String {
        let cause = "(\(Disk.message(of: problem)))"
        if stage == "namespace" {
            return "its volumes need a mount namespace of its own, and the system refused one \(cause). "
                + "Let ordinary users have namespaces (sysctl user.max_user_namespaces and "
                + "user.max_mnt_namespaces above 0; where they "
                + "exist, kernel.unprivileged_userns_clone=1 and "
                + "kernel.apparmor_restrict_unprivileged_userns=0; in a container, the capability "
                + "SYS_ADMIN), run the server as root, or run the task without volumes."
        }
        if stage.hasPrefix("mount ") {
            return "its volume could not be put at \(stage.dropFirst("mount ".count)) \(cause). "
                + "Check that what is there is a folder for a folder and a file for a file, or choose "
                + "another path."
        }
        return "\(stage) failed \(cause). "
            + "Check the disk and the limits of the user the server runs as, then retry."
    }

    private static func sentence(_ problem: Int32, program: String, image: String) -> String {
        let advice =
            "The task asks for image '\(image)'; local pods do not use images: install \(program) here, "
            + "or run the task in a container driver (coming)."
        switch problem {
        case ENOENT, ENOTDIR:
            return program.contains("/")
                ? "The program '\(program)', or the interpreter its first line names, does not exist on this "
                    + "machine. "
                    + advice
                : "The program '\(program)' was not found on this machine's PATH. " + advice
        case EACCES, EPERM:
            return "The program '\(program)' may not be executed by the user the server runs as. Check its "
                + "permissions (chmod +x), and that its disk is not mounted noexec."
        case ENOEXEC:
            return
                "The program '\(program)' is not one this machine can execute: it may be for another "
                + "processor. " + advice
        case E2BIG:
            return
                "The arguments and environment of '\(program)' are too long; Linux takes 128 KiB in "
                + "one argument. Pass large values as artifacts."
        default:
            return "The program '\(program)' could not be executed (\(Disk.message(of: problem))). " + advice
        }
    }
}
