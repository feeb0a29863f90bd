/// The one error people see: what was found, what was expected, where, and what to do about it.
///
/// The code decides the gRPC status and the HTTP status of an answer and the exit status of a command;
/// the message is a sentence for the person at the other end and never holds a secret.
package struct PlatformError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The closed set of what can go wrong, named as gRPC names it.
    ///
    /// Source: google.rpc.Code.
    package enum Code: String, Sendable, CaseIterable {
        /// The request itself is wrong; repeating it will not help.
        case invalidArgument
        /// The thing named does not exist.
        case notFound
        /// A thing with that name exists.
        case alreadyExists
        /// The caller may not do this.
        case permissionDenied
        /// The caller is unknown.
        case unauthenticated
        /// The thing is in a state in which this cannot be done.
        case failedPrecondition
        /// Somebody else changed the thing meanwhile.
        case aborted
        /// Something is used up: disk, quota, places.
        case resourceExhausted
        /// The request is larger than a limit allows.
        case tooLarge
        /// This build does not do that.
        case unimplemented
        /// Not now; try again.
        case unavailable
        /// Our own mistake; a person must look.
        case internalError
    }

    /// Whether and when to try again.
    package enum Retry: Hashable, Sendable {
        case never
        case backoff
        case after(Duration)
    }

    /// What kind of thing went wrong.
    package let code: Code
    /// The sentence for the person: found, expected, where, what to do.
    package let message: String
    /// What lies beneath, for the log; never shown to the caller.
    package let cause: String?
    /// Whether trying again can help.
    package let retry: Retry

    /// Makes an error.
    package init(_ code: Code, _ message: String, cause: String? = nil, retry: Retry = .never) {
        self.code = code
        self.message = message
        self.cause = cause
        self.retry = retry
    }

    package var description: String {
        "\(code.rawValue): \(message)" + (cause.map { " (cause: \($0))" } ?? "")
    }

    /// The request is wrong.
    package static func invalid(_ message: String) -> Self { Self(.invalidArgument, message) }

    /// `kind` named `name` does not exist; reads "Run x not found".
    package static func notFound(_ kind: String, _ name: String) -> Self {
        Self(.notFound, "\(kind) \(name) not found")
    }
}

extension Error {
    /// The sentence for people: that of a ``PlatformError``; of any other error what describes it.
    package var sentence: String { (self as? PlatformError)?.message ?? "\(self)" }
}
