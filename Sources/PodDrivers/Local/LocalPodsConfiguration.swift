import Model

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Where local pods live and what they may use.
package struct LocalPodsConfiguration: Sendable {
    /// Absolute path of the pods' folders; made if missing.
    package var root: String
    /// Absolute path of the shared Python environments; made if missing. It cannot be moved later, since a
    /// virtual environment knows its own path.
    package var environmentsRoot: String
    /// Absolute path of the volumes that pods name as claims; made if missing.
    package var volumesRoot: String
    /// Absolute path of the program `martlet-supervisor`.
    package var supervisor: String
    /// What pods may use together.
    package var capacity: PodCapacity
    /// What a warm Python may use, which makes tasks of lightweight components by forking; `nil` if each task
    /// starts a Python of its own.
    package var warmPython: WarmPythonLimits?
    /// The server's own environment, from which pods inherit; names that start with `MARTLET_` are left out.
    package var variables: [String: String]

    /// Makes a configuration.
    /// - Parameters:
    ///   - volumesRoot: by default `volumes` beside `root`.
    ///   - capacity: by default all cores and memory of this machine and as many places as cores, at least
    ///     2: a
    ///     pipeline's step is busy with one core as a rule, and more at once only take turns.
    package init(
        root: String,
        environmentsRoot: String,
        volumesRoot: String? = nil,
        supervisor: String,
        capacity: PodCapacity = .ofThisMachine(),
        warmPython: WarmPythonLimits? = WarmPythonLimits(),
        variables: [String: String]
    ) {
        self.root = root
        self.environmentsRoot = environmentsRoot
        let parent = root.split(separator: "/").dropLast().map { "/" + $0 }.joined()
        self.volumesRoot = volumesRoot ?? parent + "/volumes"
        self.supervisor = supervisor
        self.capacity = capacity
        self.warmPython = warmPython
        self.variables = variables
    }
}

extension PodCapacity {
    /// All cores and memory of this machine. Limits of a container around the server are not looked at.
    /// - Parameter parallelism: pods at once; `nil` for one a core, at least 2.
    package static func ofThisMachine(parallelism: Int? = nil) -> PodCapacity {
        let cores = max(1, Int64(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        let pages = max(0, Int64(sysconf(Int32(_SC_PHYS_PAGES))))
        let pageBytes = max(0, Int64(sysconf(Int32(_SC_PAGESIZE))))
        return PodCapacity(
            places: parallelism ?? max(2, Int(cores)),
            cpu: Quantity(thousandths: cores * 1000),
            memory: Quantity(thousandths: pages * pageBytes * 1000)
        )
    }
}
