import FoundationEssentials
import Model
import Subprocess

/// Compiles Python pipelines with the `kfp` that is installed here.
enum PythonCompiler {
    /// Runs `kfp dsl compile --py <path> --output <temporary file>` and hands the output's path to `body`.
    ///
    /// The `kfp` of an active virtual environment (`VIRTUAL_ENV`) comes before those on `PATH`.
    /// - Throws: ``PlatformError`` with `invalidArgument`: kfp is missing, or what the compiler said.
    /// - Parameter function: which pipeline of the file is meant; `nil` when it has but one.
    static func compile<Result>(
        _ path: String,
        function: String? = nil,
        _ body: (String) throws -> Result
    ) async throws -> Result {
        guard FileManager.default.fileExists(atPath: path) else {
            throw PlatformError.invalid("\(path): no such file")
        }
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // What is left in the folder for temporary files is the system's to sweep.
        defer { try? FileManager.default.removeItem(at: folder) }
        let output = folder.appending(path: "pipeline.yaml").path
        let choice = function.map { ["--function", $0] } ?? []
        try await runCompiler(path, ["dsl", "compile", "--py", path, "--output", output] + choice)
        return try body(output)
    }

    private static func runCompiler(_ path: String, _ arguments: [String]) async throws {
        let (status, complaint): (TerminationStatus, String)
        do {
            let result = try await run(
                .name("kfp"),
                arguments: Arguments(arguments),
                environment: .inherit.updating(["PATH": searchPath(ProcessInfo.processInfo.environment)]),
                output: .discarded,
                error: .string(limit: 1 << 20)
            )
            (status, complaint) = (result.terminationStatus, result.standardError)
        } catch let error as SubprocessError where error.code == .executableNotFound {
            throw PlatformError.invalid(
                "\(path) is Python and must be compiled, but no `kfp` is on PATH: install it with "
                    + "`pip install kfp`, or hand in a compiled YAML file"
            )
        }
        guard status.isSuccess else {
            // Python's last line is the error; what stands above it is the way there.
            let last = complaint.split(whereSeparator: \.isNewline).last.map(String.init) ?? "\(status)"
            throw PlatformError.invalid(
                "\(path) does not compile: \(last) (kfp dsl compile --py \(path) says more)"
            )
        }
    }

    /// `PATH` with the active virtual environment in front.
    static func searchPath(_ environment: [String: String]) -> String {
        let path = environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        guard let folder = environment["VIRTUAL_ENV"], !folder.isEmpty else { return path }
        return folder + "/bin:" + path
    }
}
