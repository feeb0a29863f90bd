/// Why something waits, was skipped, failed or was stopped: a code for programs, a sentence for people.
package struct Reason: Hashable, Sendable {
    /// A kind of reason, in upper snake case; open, because drivers and later versions add their own.
    package struct Code: Hashable, Sendable, RawRepresentable {
        /// The code as stored and shown.
        package let rawValue: String

        /// Makes a code from its stored text.
        package init(rawValue: String) {
            self.rawValue = rawValue
        }
    }

    /// What kind of reason this is.
    package var code: Code
    /// The whole story in one or two sentences.
    package var message: String
    /// Facts behind the sentence, for programs: names, values, exit codes. Never a secret.
    package var details: [String: JSONValue]

    /// Makes a reason.
    package init(_ code: Code, _ message: String, details: [String: JSONValue] = [:]) {
        self.code = code
        self.message = message
        self.details = details
    }
}

extension Reason.Code {
    /// Waits for tasks before it.
    package static let waitingForUpstream = Self(rawValue: "WAITING_FOR_UPSTREAM")
    /// Waits for CPU, memory or a free place on the machine.
    package static let waitingForCapacity = Self(rawValue: "WAITING_FOR_CAPACITY")
    /// What the task runs in is being made ready.
    package static let preparingEnvironment = Self(rawValue: "PREPARING_ENVIRONMENT")
    /// Waits for the pause before the next attempt to pass.
    package static let waitingForRetry = Self(rawValue: "WAITING_FOR_RETRY")
    /// A task it depends on did not succeed.
    package static let upstreamNotSucceeded = Self(rawValue: "UPSTREAM_NOT_SUCCEEDED")
    /// Its condition was false.
    package static let conditionFalse = Self(rawValue: "CONDITION_FALSE")
    /// Its condition could not be evaluated.
    package static let conditionInvalid = Self(rawValue: "CONDITION_INVALID")
    /// What a loop was to go through is no list.
    package static let loopItemsInvalid = Self(rawValue: "LOOP_ITEMS_INVALID")
    /// Its inputs could not be worked out.
    package static let inputResolutionFailed = Self(rawValue: "INPUT_RESOLUTION_FAILED")
    /// The program could not be started.
    package static let startFailed = Self(rawValue: "START_FAILED")
    /// It waited to be started for longer than it may.
    package static let pendingTimeout = Self(rawValue: "PENDING_TIMEOUT")
    /// What the task should run in could not be made ready.
    package static let environmentFailed = Self(rawValue: "ENVIRONMENT_FAILED")
    /// A container that has to succeed before the program starts did not.
    package static let initContainerFailed = Self(rawValue: "INIT_CONTAINER_FAILED")
    /// The program ended with a status other than 0.
    package static let exitedNonZero = Self(rawValue: "EXITED_NON_ZERO")
    /// A signal ended the program.
    package static let killedBySignal = Self(rawValue: "KILLED_BY_SIGNAL")
    /// The program ran for longer than it was allowed to.
    package static let deadlineExceeded = Self(rawValue: "DEADLINE_EXCEEDED")
    /// The program disappeared without leaving an exit status.
    package static let podLost = Self(rawValue: "POD_LOST")
    /// The program ended well but its outputs are missing, malformed or of the wrong type.
    package static let outputsInvalid = Self(rawValue: "OUTPUTS_INVALID")
    /// A person or program asked for the run to stop.
    package static let terminated = Self(rawValue: "TERMINATED")
    /// An artifact could not be registered.
    package static let importFailed = Self(rawValue: "IMPORT_FAILED")
    /// A task inside failed.
    package static let childFailed = Self(rawValue: "CHILD_FAILED")
    /// The outputs of an earlier execution were taken.
    package static let cacheHit = Self(rawValue: "CACHE_HIT")
    /// No earlier execution could stand for this one; the message says what differs.
    package static let cacheMiss = Self(rawValue: "CACHE_MISS")
    /// Runs again because somebody asked for it.
    package static let retried = Self(rawValue: "RETRIED")
    /// The outputs of the same task in the run that this one repeats were taken.
    package static let reused = Self(rawValue: "REUSED")
    /// A loop runs that makes its iterations as they are needed; `details` tell how many there will be, by the name
    /// `iterations`.
    package static let iterating = Self(rawValue: "ITERATING")
    /// A setting of the pipeline has no effect where the run takes place; no failure.
    package static let settingIgnored = Self(rawValue: "SETTING_IGNORED")
    /// The run cannot go on; the message says why.
    package static let runInvalid = Self(rawValue: "RUN_INVALID")
    /// A recurring run was due but could not start a run.
    package static let firingFailed = Self(rawValue: "FIRING_FAILED")
    /// Too many runs of a recurring run were missed to be made up for.
    package static let firingsLeftOut = Self(rawValue: "FIRINGS_LEFT_OUT")
    /// The experiment of a recurring run was archived or deleted.
    package static let experimentGone = Self(rawValue: "EXPERIMENT_GONE")
}

extension Reason {
    /// The first line of the message: what happened, without the log under it.
    package var headline: String { String(message.prefix { !$0.isNewline }) }

    /// The shape in which reasons are stored and sent.
    package var json: JSONValue {
        var object: [String: JSONValue] = ["code": .string(code.rawValue), "message": .string(message)]
        if !details.isEmpty { object["details"] = .object(details) }
        return .object(object)
    }

    /// Reads ``json``; what is missing becomes empty, so that old rows never fail to load.
    package init(json: JSONValue) {
        self.init(
            Code(rawValue: json["code"]?.string ?? ""),
            json["message"]?.string ?? "",
            details: json["details"]?.object ?? [:]
        )
    }
}
