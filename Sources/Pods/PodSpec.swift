package import Model

/// The name of a pod: a function of (run, task, attempt), so launching twice finds the first one.
///
/// An iteration is part of the task's path.
package struct PodName: Hashable, Sendable, CustomStringConvertible {
    /// The run.
    package let runID: RunID
    /// The task within the run.
    package let path: TaskPath
    /// The attempt, from 0.
    package let attempt: Int

    /// Makes a name.
    package init(runID: RunID, path: TaskPath, attempt: Int) {
        self.runID = runID
        self.path = path
        self.attempt = attempt
    }

    package var description: String { "\(runID)/\(path)/\(attempt)" }
}

/// One variable of a container's environment. Source: Kubernetes `EnvVar`.
package struct EnvironmentVariable: Hashable, Sendable {
    /// Name of the variable.
    package var name: String
    /// Its value; may be a secret, so it is never logged.
    package var value: String

    /// Makes a variable.
    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// What a pod asks of the machine. Source: Kubernetes `ResourceRequirements`.
package struct ResourceRequests: Hashable, Sendable {
    /// Cores; `nil` when the task says nothing.
    package var cpu: Quantity?
    /// Bytes; `nil` when the task says nothing.
    package var memory: Quantity?
    /// Devices by Kubernetes resource name, such as `nvidia.com/gpu`.
    package var devices: [String: Int]

    /// Makes requests.
    package init(cpu: Quantity? = nil, memory: Quantity? = nil, devices: [String: Int] = [:]) {
        self.cpu = cpu
        self.memory = memory
        self.devices = devices
    }
}

/// Everything a driver needs to run one attempt. Keeps the Kubernetes vocabulary.
package struct PodSpec: Hashable, Sendable {
    /// Identity; see ``PodName``.
    package var name: PodName
    /// The container image; drivers without images may only use it to explain things.
    package var image: String
    /// The program and its first arguments, placeholders resolved. Source: Kubernetes `Container.command`.
    package var command: [String]
    /// Further arguments, placeholders resolved. Source: Kubernetes `Container.args`.
    package var args: [String]
    /// Variables set for this container, in order; a later one wins.
    package var env: [EnvironmentVariable]
    /// What it asks of the machine.
    package var requests: ResourceRequests
    /// Files and folders whose parent folders must exist before the program starts: output parameter files,
    /// artifact paths and the executor output file.
    package var outputPaths: [String]
    /// How long the program may run, counted from its start; `nil` for as long as it likes. Positive.
    /// Source: Kubernetes `PodSpec.activeDeadlineSeconds`.
    package var activeDeadline: Duration?
    /// When its program must have started; a pod that still waits then ends as not started, with the reason
    /// ``Reason/Code/pendingTimeout``. `nil` to wait for as long as it takes.
    package var startDeadline: Instant?
    /// What the program finds at paths of its own; in any order, each path once.
    package var volumes: [PodVolume]
    /// Containers that run before its program, one after the other, or beside it.
    package var initContainers: [PodContainer]

    /// Makes a spec.
    package init(
        name: PodName,
        image: String,
        command: [String],
        args: [String],
        env: [EnvironmentVariable] = [],
        requests: ResourceRequests = ResourceRequests(),
        outputPaths: [String] = [],
        activeDeadline: Duration? = nil,
        startDeadline: Instant? = nil,
        volumes: [PodVolume] = [],
        initContainers: [PodContainer] = []
    ) {
        self.name = name
        self.image = image
        self.command = command
        self.args = args
        self.env = env
        self.requests = requests
        self.outputPaths = outputPaths
        self.activeDeadline = activeDeadline
        self.startDeadline = startDeadline
        self.volumes = volumes
        self.initContainers = initContainers
    }
}
