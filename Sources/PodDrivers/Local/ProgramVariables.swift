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
        case .python:
            variables = isolated(server)
        }
        let podName = spec.name.description.split(separator: "/").joined(separator: "-")
        variables["TMPDIR"] = temporaryFolder
        variables["KFP_POD_NAME"] = podName
        variables["KFP_POD_UID"] = podName
        variables["KFP_RETRY_INDEX"] = String(spec.name.attempt)
        variables["PYTHONUNBUFFERED"] = "1"
        for variable in spec.env { variables[variable.name] = variable.value }
        if case .python(_, let environment) = start {
            activate(environment.venv, in: &variables)
            variables["_KFP_RUNTIME"] = "true"
        }
        return list(variables)
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
