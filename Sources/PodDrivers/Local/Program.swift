import Pods

/// Everything the supervisor needs to run one program.
struct Program: Hashable, Sendable {
    /// A small file the program needs to find.
    struct File: Hashable, Sendable {
        /// Absolute path.
        var path: String
        /// Its contents.
        var text: String
    }

    /// The program and its arguments; a program without a slash is looked for in the PATH of ``variables``.
    var arguments: [String]
    /// Its whole environment, each name once.
    var variables: [EnvironmentVariable]
    /// The folder it runs in; the supervised folder itself if `nil`.
    var workFolder: String?
    /// Folders to make first.
    var folders: [String] = []
    /// Files to write first.
    var files: [File] = []
}

/// How a pod's program is started.
///
/// This is where a warm Python per environment, which forks instead of starting anew, joins as a third case.
enum ProgramStart: Hashable, Sendable {
    /// The command and arguments, word for word.
    case literal
    /// A recognised Python component, in an environment that is ready.
    case python(PythonComponent, PythonEnvironment)
}
