import Crypto
import Model
import Pods

/// What a Python component needs before it can run.
struct EnvironmentRequest: Hashable, Sendable {
    /// Interpreters that will do, best first.
    var candidates: [String]
    /// KFP's shell text that installs the packages.
    var bootstrap: String
    /// The task's own variables that pip and its connections obey; part of the identity, may be secrets.
    var pipVariables: [EnvironmentVariable]

    init(_ component: PythonComponent, image: String, env: [EnvironmentVariable]) {
        candidates = PythonInterpreter.candidates(forImage: image)
        bootstrap = component.bootstrap
        pipVariables = ProgramVariables.overridden(env)
            .filter { $0.name.hasPrefix("PIP_") || $0.name.lowercased().hasSuffix("_proxy") }
    }
}

/// A virtual environment that is built once for an interpreter and a bootstrap, and then shared.
struct PythonEnvironment: Hashable, Sendable {
    /// A step of building one; each runs in a supervised folder of its own, so a build survives the server.
    enum Step: String, Hashable, Sendable {
        /// `python3 -m venv`.
        case create
        /// KFP's bootstrap, word for word, inside the environment.
        case install
    }

    /// Which interpreter it is made of.
    let interpreter: PythonInterpreter
    /// What goes in.
    let request: EnvironmentRequest
    /// Absolute path of everything that belongs to it.
    let path: String

    init(_ request: EnvironmentRequest, of interpreter: PythonInterpreter, in root: String) {
        self.interpreter = interpreter
        self.request = request
        var parts = [interpreter.build, interpreter.executable, request.bootstrap]
        parts += request.pipVariables.map { "\($0.name)=\($0.value)" }
        let digest = SHA256.hash(data: Array(parts.joined(separator: "\0").utf8))
        path = root + "/" + digest.hexadecimal
    }

    /// The virtual environment.
    var venv: String { path + "/venv" }
    /// Its interpreter.
    var python: String { venv + "/bin/python3" }
    /// Where the builds are, numbered from 1.
    var builds: String { path + "/builds" }

    /// Where its warm Pythons have their folders.
    var warmFolders: String { path + "/warm" }

    /// Where a step of a build runs.
    func folder(of step: Step, build: Int) -> SupervisedFolder {
        SupervisedFolder(path: "\(builds)/\(build)/\(step.rawValue)")
    }

    /// A step's program. `--clear` removes what a failed build before it has left.
    func program(for step: Step, server: [String: String]) -> Program {
        var variables = ProgramVariables.isolated(server)
        switch step {
        case .create:
            return Program(
                arguments: [interpreter.executable, "-m", "venv", "--clear", venv],
                variables: ProgramVariables.list(variables)
            )
        case .install:
            for variable in request.pipVariables { variables[variable.name] = variable.value }
            // Undoes KFP's --quiet, so that the log shows what is being installed.
            variables["PIP_VERBOSE"] = "1"
            variables["PIP_USER"] = "0"
            for name in ["PIP_TARGET", "PIP_PREFIX", "PIP_ROOT"] { variables[name] = nil }
            ProgramVariables.activate(venv, in: &variables)
            // The bootstrap ends in `"$0" "$@"`: here that runs `true`.
            return Program(
                arguments: ["sh", "-c", request.bootstrap, "true"],
                variables: ProgramVariables.list(variables)
            )
        }
    }

    /// The package of the last `Collecting <requirement>` line of pip's log; `nil` before the first.
    static func packageBeingInstalled(_ log: String) -> String? {
        let line = log.split(separator: "\n").last { $0.drop { $0 == " " }.hasPrefix("Collecting ") }
        guard let requirement = line?.split(separator: " ").dropFirst().first else { return nil }
        let name = requirement.prefix { $0.isLetter || $0.isNumber || "-_.[]".contains($0) }
        return name.isEmpty ? nil : String(name)
    }
}
