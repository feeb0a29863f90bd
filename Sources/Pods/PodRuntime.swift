package import Model

/// Where a pod's program finds and leaves things, as the program itself sees the paths.
package struct PodLayout: Hashable, Sendable {
    /// Folder for output parameter files; parameter `p` is written to `<folder>/p`.
    package var outputParametersFolder: String
    /// The folder the program starts in: relative paths it speaks of are meant from here.
    package var workingFolder: String

    /// Makes a layout.
    package init(outputParametersFolder: String, workingFolder: String) {
        self.outputParametersFolder = outputParametersFolder
        self.workingFolder = workingFolder
    }
}

/// How a pod's program ended.
package enum PodOutcome: Hashable, Sendable {
    /// It ran and returned a status.
    case exited(code: Int)
    /// A signal ended it.
    case signaled(number: Int)
    /// It ran for as long as it was allowed to and was ended then; see ``PodSpec/activeDeadline``.
    /// Source: Kubernetes pod failure reason `DeadlineExceeded`.
    case deadlineExceeded(after: Duration)
    /// It never ran; the reason says what was missing and what to do.
    case notStarted(Reason)
    /// It disappeared without a status: the machine or its supervisor went away.
    case lost(Reason)
}

/// The end of a pod.
package struct PodEnd: Hashable, Sendable {
    /// How it ended.
    package var outcome: PodOutcome
    /// When the program started; `nil` if it never did.
    package var startedAt: Instant?
    /// When it ended.
    package var endedAt: Instant
    /// The end of its log, at most ``Limits/logTailBytesMax`` bytes, for the error message.
    package var logTail: String

    /// Makes an end.
    package init(outcome: PodOutcome, startedAt: Instant?, endedAt: Instant, logTail: String) {
        self.outcome = outcome
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.logTail = logTail
    }
}

/// What a runtime reports of a pod. For one pod: any number of `waiting`, at most one `started`, exactly one `ended`,
/// which says as well when a program started that was over before anybody heard of its start.
package enum PodEvent: Hashable, Sendable {
    /// It does not run yet; the reason says what for: capacity, or an environment being prepared.
    case waiting(Reason)
    /// The program runs.
    case started(at: Instant)
    /// It is over. Repeated after a restart of the server until ``PodRuntime/forget(_:)``.
    case ended(PodEnd)
}

/// One report.
package struct PodReport: Hashable, Sendable {
    /// Whom it is about.
    package var name: PodName
    /// What happened.
    package var event: PodEvent

    /// Makes a report.
    package init(name: PodName, event: PodEvent) {
        self.name = name
        self.event = event
    }
}

/// Something that runs pods: local processes, containers, a Kubernetes cluster.
///
/// Every call may be repeated: names are functions of (run, task, attempt), and doing a thing twice finds it done.
/// A pod and its log outlive the server.
package protocol PodRuntime: Sendable {
    /// What happens to pods, in order per pod. Has one consumer, which lives as long as the server.
    var reports: AsyncStream<PodReport> { get }

    /// The paths the pod's program will see. Pure: the same before and after a launch or a restart.
    func layout(of name: PodName) -> PodLayout

    /// Makes sure the pod exists: starts it, or re-attaches to it if it was started before, by this server or an earlier
    /// one. Returns at once; everything that happens, failures included, comes as ``reports``.
    /// A pod that already ended reports its end again.
    func ensure(_ spec: PodSpec) async

    /// Asks the pod to end: politely, then firmly after `grace`. The end comes as a report. A pod that never started
    /// reports ``PodOutcome/notStarted(_:)``; one that is unknown or over is left alone.
    func stop(_ name: PodName, grace: Duration) async

    /// Reads from the pod's log, from a byte offset on; `nil` if there is no such pod.
    /// - Throws: ``PlatformError`` when the log cannot be read.
    func log(of name: PodName, from offset: Int, bytesMax: Int) async throws -> LogChunk?

    /// Returns once the pod's log may have more than the bytes before `offset`, or the pod may be over; at the latest
    /// after some seconds. Being woken for nothing is harmless, and so is waiting for a pod that is unknown.
    /// - Throws: `CancellationError`.
    func awaitLog(of name: PodName, beyond offset: Int) async throws

    /// Reads a small file the program wrote: an output parameter or the executor output. `nil` if it was not written.
    /// - Throws: ``PlatformError`` with `resourceExhausted` if it is larger than `bytesMax`.
    func readOutput(_ path: String, of name: PodName, bytesMax: Int) async throws -> [UInt8]?

    /// Lets go of a pod whose end has been recorded: working files go, the log stays.
    func forget(_ name: PodName) async

    /// How much there is to do now. For people: it may be another a moment later.
    func load() async -> PodLoad

    /// Whether a pod of a run still has its working files, because nobody has forgotten it or not to the end.
    func hasUnforgotten(of runID: RunID) async throws -> Bool

    /// Runs of whose pods there is any trace, finished or not.
    func runs() async throws -> [RunID]

    /// Asks every pod of a run to end at once, also those that nobody has asked for since the server started.
    func stopAll(of runID: RunID) async throws

    /// Removes every trace of a run's pods, logs included. The run must have ended.
    func remove(runID: RunID) async throws

    /// Makes sure that there is a volume pods can name as a claim. One that exists is left as it is.
    /// - Throws: ``PlatformError`` when it cannot be made.
    func makeVolume(named name: String) async throws

    /// Copies a file or folder of this machine into a volume, which is made if it is not there, replacing what is at the
    /// place; links in a folder stay links.
    /// - Parameter path: from the volume's own folder, without `..`.
    /// - Throws: ``PlatformError``; `notFound` if there is nothing at `source`.
    func copy(_ source: String, toVolume name: String, at path: String) async throws

    /// Removes a volume and all that is in it. One that is missing is fine; nothing should use it any more.
    /// - Throws: ``PlatformError`` when it cannot be removed.
    func removeVolume(named name: String) async throws
}
