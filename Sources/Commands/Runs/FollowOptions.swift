import ArgumentParser

/// Whether a command stays with the run it starts or shows.
struct FollowOptions: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Show its progress until it is over, then its outputs.")
    var follow = false

    @Flag(name: .shortAndLong, help: "Wait until it is over, then show its outputs.")
    var wait = false

    @Option(
        help: ArgumentHelp("Stop waiting after so many seconds; the run goes on.", valueName: "seconds")
    )
    var timeout: Double?

    /// Whether the command ends when the run does.
    var isWanted: Bool { follow || wait }

    func validate() throws {
        guard !(follow && wait) else { throw ValidationError("--follow and --wait: give one of them") }
        guard let timeout else { return }
        guard timeout > 0, timeout < 1e9 else {
            throw ValidationError("--timeout: expected a number of seconds above 0, found \(timeout)")
        }
        guard isWanted else { throw ValidationError("--timeout needs --follow or --wait") }
    }
}
