import ArgumentParser
import FoundationEssentials
import Model

/// `martlet compile`: a Python file becomes a pipeline file.
struct CompileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compile",
        abstract: "Compile a Python file to a pipeline file.",
        discussion: """
            The `kfp` on PATH, or of the active virtual environment, does the work. TARGET is a .yaml file, \
            FILE with that ending by default, or - for standard output.

            Examples:
              martlet compile train.py
              martlet compile train.py - --function nightly | less
            """
    )

    @Argument(help: "The Python file.", completion: .file(extensions: ["py"]))
    var file: String

    @Argument(help: "Where to write the pipeline.", completion: .file(extensions: ["yaml", "yml"]))
    var target: String?

    @Option(help: "Which pipeline or component, if the file has several.")
    var function: String?

    func validate() throws {
        guard file.hasSuffix(".py") else { throw ValidationError("\(file): expected a Python file (.py)") }
        guard let target, target != "-" else { return }
        guard target.hasSuffix(".yaml") || target.hasSuffix(".yml") else {
            throw ValidationError("\(target): expected a file that ends in .yaml, or - for standard output")
        }
    }

    func run() async throws {
        let text = try await PythonCompiler.compile(file, function: function, PipelineFile.text(at:))
        if target == "-" { return try Console.output.write(text) }
        let target = target ?? file.dropLast(".py".count) + ".yaml"
        do {
            try Data(text.utf8).write(to: URL(filePath: target), options: .atomic)
        } catch {
            throw PlatformError(.invalidArgument, "\(target) cannot be written: \(error)")
        }
        try Console.output.line("\(target) written")
    }
}
