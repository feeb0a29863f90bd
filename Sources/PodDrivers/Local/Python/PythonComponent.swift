import Pods

/// A KFP lightweight Python component, taken out of the shell text that KFP wraps around it.
///
/// KFP compiles one to `sh -c <bootstrap> sh -ec <writer> <source>`: the bootstrap installs packages and
/// then runs the rest, the writer puts the source into a temporary file and runs KFP's executor on it.
/// Source: KFP SDK 2.x, `kfp.dsl.component_factory`.
struct PythonComponent: Hashable, Sendable {
    /// The shell text that installs what the component needs and ends by running its arguments.
    let bootstrap: String
    /// The module that is KFP's executor.
    let executorModule: String
    /// The component's Python.
    let source: String
    /// The executor's arguments.
    let arguments: [String]

    /// What KFP wraps around components, read once for each text.
    struct Wrapping: Sendable {
        private var known: [[String]: (bootstrap: String, module: String)?] = [:]

        /// Recognises a component by its command; `nil` for everything else, which then runs word for word.
        mutating func component(command: [String], args: [String]) -> PythonComponent? {
            guard command.count >= 7, command[0] == "sh", command[1] == "-c", command[3] == "sh",
                command[4] == "-ec"
            else { return nil }
            let texts = [command[2], command[5]]
            let wrapping = known[texts] ?? PythonComponent.wrapping(command[2], command[5])
            // The texts differ by packages and versions of the SDK; the bound only keeps them from piling up.
            if known.count >= 1_000 { known.removeAll() }
            known[texts] = .some(wrapping)
            return wrapping.map {
                PythonComponent(
                    bootstrap: $0.bootstrap,
                    executorModule: $0.module,
                    source: command[6],
                    arguments: Array(command[7...]) + args
                )
            }
        }
    }

    private static func wrapping(_ bootstrap: String, _ writer: String) -> (
        bootstrap: String, module: String
    )? {
        let bootstrap = bootstrap.replacing(ownEnvironment, with: "")
        guard let module = executorModule(writtenBy: writer), isBootstrap(bootstrap) else { return nil }
        return (bootstrap, module)
    }

    /// What `use_venv=True` adds between the component's packages and KFP: an environment of the component's own.
    /// Every bootstrap has one here, and in a second one within it the packages of the first are not seen.
    private static let ownEnvironment = """

        export PIP_DISABLE_PIP_VERSION_CHECK=1
        tmp=$(mktemp -d)
        python3 -m venv "$tmp/venv" --system-site-packages
        . "$tmp/venv/bin/activate"

        """

    /// A bootstrap installs with pip and hands over. One that makes an environment in some other way has to run in
    /// the same shell as the component, so it is not one of ours.
    private static func isBootstrap(_ text: String) -> Bool {
        let words = text.split(whereSeparator: \.isWhitespace)
        return words.suffix(2) == ["\"$0\"", "\"$@\""] && text.contains("python3 -m pip install")
            && !text.contains("-m venv")
    }

    private static func executorModule(writtenBy text: String) -> String? {
        let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
        guard words.count == 14,
            ["kfp.dsl.executor_main", "kfp.components.executor_main"].contains(words[10])
        else { return nil }
        let expected = [
            "program_path=$(mktemp", "-d)", "printf", "\"%s\"", "\"$0\"", ">",
            "\"$program_path/ephemeral_component.py\"", "_KFP_RUNTIME=true", "python3", "-m", words[10],
            "--component_module_path", "\"$program_path/ephemeral_component.py\"", "\"$@\"",
        ]
        return words == expected ? words[10] : nil
    }
}
