import ArgumentParser
import Model

/// How a command ends, for scripts.
package enum ExitStatus: Int32, Sendable {
    /// It did what was asked; a run that was followed succeeded.
    case success = 0
    /// The run that was followed did not succeed.
    case runFailed = 1
    /// The command line or a file is wrong, or the server refused.
    case badInput = 2
    /// No server answered, or it broke.
    case unreachable = 3
    /// Stopped waiting: Ctrl-C, or the time was up.
    case stoppedWaiting = 4

    /// The status that goes with an error.
    init(_ error: PlatformError) {
        switch error.code {
        case .unavailable, .internalError: self = .unreachable
        case .invalidArgument, .notFound, .alreadyExists, .permissionDenied, .unauthenticated,
            .failedPrecondition,
            .aborted, .resourceExhausted, .tooLarge, .unimplemented:
            self = .badInput
        }
    }

    /// The table for help texts.
    static let help = """
        Exit status: 0 success, 1 the run did not succeed, 2 wrong usage or input, 3 no server answered, \
        4 stopped waiting (Ctrl-C or --timeout).
        """
}

/// The end of a command that is not an error to be explained, or was explained already.
struct CommandEnd: Error {
    /// How it ends.
    let status: ExitStatus
    /// One line for standard error, if there is something left to say.
    var message: String?
}
