import Pods

/// Works out the environment variables of programs.
enum ProgramVariables {
    /// What every program gets of the server's own environment: all but `MARTLET_*`, which configures the
    /// server and may hold its secrets.
    static func inherited(_ server: [String: String]) -> [String: String] {
        server.filter { !$0.key.hasPrefix("MARTLET_") }
    }

    /// The same without what would let modules of the user's own Python into an environment.
    static func isolated(_ server: [String: String]) -> [String: String] {
        inherited(server).filter { !["PYTHONHOME", "PYTHONPATH", "__PYVENV_LAUNCHER__"].contains($0.key) }
    }

    /// The variables of a pod: the server's, ours, then the task's own, of which a later one wins.
    static func ofPod(_ spec: PodSpec, start: ProgramStart, temporaryFolder: String, server: [String: String])
        -> [EnvironmentVariable]
    {
        var variables: [String: String]
        switch start {
        case .literal:
            variables = inherited(server)
            // What is not in an environment of ours would land in the user's own Python.
            variables["PIP_REQUIRE_VIRTUALENV"] = "1"
        case .python(_, let environment):
            variables = ofPython(environment, server: server)
        }
        let podName = spec.name.description.split(separator: "/").joined(separator: "-")
        variables["TMPDIR"] = temporaryFolder
        variables["KFP_POD_NAME"] = podName
        variables["KFP_POD_UID"] = podName
        variables["KFP_RETRY_INDEX"] = String(spec.name.attempt)
        variables["PYTHONUNBUFFERED"] = "1"
        for variable in spec.env { variables[variable.name] = variable.value }
        if case .python(_, let environment) = start { enter(environment, in: &variables) }
        return list(variables)
    }

    /// The variables that all components of an environment have in common.
    static func ofPython(_ environment: PythonEnvironment, server: [String: String]) -> [String: String] {
        var variables = isolated(server)
        variables["PYTHONUNBUFFERED"] = "1"
        enter(environment, in: &variables)
        return variables
    }

    /// Whether the interpreter, the libraries it is made of, or a package that an executor of any version imports,
    /// look at a variable when they start, so that setting it later is too late.
    static func matterAtStart(_ name: String) -> Bool {
        ["PYTHON", "LD_", "LC_", "MALLOC_", "GLIBC_", "PROTOCOL_BUFFERS_"].contains { name.hasPrefix($0) }
            || ["LANG", "LANGUAGE", "LOCPATH", "TZ", "TZDIR"].contains(name)
    }

    private static func enter(_ environment: PythonEnvironment, in variables: inout [String: String]) {
        activate(environment.venv, in: &variables)
        variables["_KFP_RUNTIME"] = "true"
    }

    /// Puts a virtual environment in front, as its own `activate` does.
    static func activate(_ venv: String, in variables: inout [String: String]) {
        let path = variables["PATH"].map { $0.isEmpty ? "" : ":" + $0 } ?? ":/usr/local/bin:/usr/bin:/bin"
        variables["PATH"] = venv + "/bin" + path
        variables["VIRTUAL_ENV"] = venv
    }

    /// Each name once, the last value, sorted.
    static func overridden(_ env: [EnvironmentVariable]) -> [EnvironmentVariable] {
        list(Dictionary(env.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }))
    }

    /// Sorted by name, so that the same environment is the same bytes.
    static func list(_ variables: [String: String]) -> [EnvironmentVariable] {
        variables.sorted { $0.key < $1.key }.map { EnvironmentVariable(name: $0.key, value: $0.value) }
    }
}
