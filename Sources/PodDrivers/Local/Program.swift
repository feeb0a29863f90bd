import Pods

/// Everything the supervisor needs to run one program.
struct Program: Hashable, Sendable {
    /// A small file the program needs to find.
    struct File: Hashable, Sendable {
        /// Absolute path.
        var path: String
        /// Its contents.
        var bytes: [UInt8]
    }

    /// A file or folder that the program, and nobody else, finds at another path.
    struct Mount: Hashable, Sendable {
        /// Absolute path; a folder is made if there is nothing.
        var source: String
        /// Absolute path without `.`, `..` or a slash at the end.
        var target: String
        /// Whether the program may only read.
        var isReadOnly: Bool
    }

    /// How long a program that has reached its deadline may take to end when asked to.
    /// Source: Kubernetes `terminationGracePeriodSeconds` is 30; a process needs less than a container.
    static let deadlineGrace: Duration = .seconds(10)

    /// A program that runs before, in a folder of its own within the supervised one, or beside.
    struct Step: Hashable, Sendable {
        /// What people call it.
        var name: String
        /// Whether it runs beside, and again when it ends.
        var isSidecar: Bool
        /// What it runs; without steps and a deadline of its own.
        var program: Program
    }

    /// The program and its arguments; a program without a slash is looked for in the PATH of ``variables``.
    var arguments: [String]
    /// Its whole environment, each name once.
    var variables: [EnvironmentVariable]
    /// The folder it runs in; the supervised folder itself if `nil`.
    var workFolder: String?
    /// Folders to make first.
    var folders: [String] = []
    /// Folders to make first that are the program's alone, for which empty ones of others will do.
    var ownFolders: [String] = []
    /// Files to write first.
    var files: [File] = []
    /// What it finds at paths of its own, parents first.
    var mounts: [Mount] = []
    /// How long it may run, its steps included; `nil` for as long as it likes.
    var deadline: Duration?
    /// What runs before and beside it, in order.
    var steps: [Step] = []
}

/// How a pod's program is started.
enum ProgramStart: Hashable, Sendable {
    /// The command and arguments, word for word.
    case literal
    /// A recognised Python component, in an environment that is ready.
    case python(PythonComponent, PythonEnvironment)

    /// What a component runs in.
    var environment: PythonEnvironment? {
        if case .python(_, let environment) = self { environment } else { nil }
    }
}
