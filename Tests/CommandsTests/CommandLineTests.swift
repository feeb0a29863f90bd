import ArgumentParser
import Foundation
import Model
import Testing
import Wire

@testable import Commands

private struct Root: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "martlet", subcommands: clientSubcommands)
}

@Suite("Command line")
struct CommandLineTests {
    @Test("run takes a file, inputs and names")
    func run() throws {
        let words = ["run", "p.yaml", "-p", "n=3", "-p", "text=a=b", "--name", "x", "-f", "-o", "json"]
        let command = try #require(try Root.parseAsRoot(words) as? RunPipelineCommand)
        #expect(command.source.file == "p.yaml")
        #expect(command.parameters == ["n=3", "text=a=b"])
        #expect(command.following.follow)
        #expect(command.output.output == .json)
    }

    @Test("runs list takes a state in any case and asks for the newest first")
    func list() throws {
        let command = try #require(
            try Root.parseAsRoot(["runs", "list", "--state", "Failed", "--limit", "500"]) as? RunsListCommand
        )
        #expect(command.query.pageSize == Limits.pageSizeMax)
        #expect(command.query.descending)
        #expect(
            command.query.predicates == [
                Predicate(key: "state", operation: .equals, operand: .string("FAILED"))
            ]
        )
    }

    @Test(
        "Wrong usage ends with status 2",
        arguments: [
            ["run"], ["run", "a.yaml", "-f", "--timeout", "0"], ["run", "a.yaml", "--timeout", "5"],
            ["run", "a.yaml", "-f", "-w"], ["run", "a.yaml", "--pipeline", "p"],
            ["run", "a.yaml", "--pipeline-version", "v"], ["pipelines", "list", "--limit", "0"],
            ["pipelines", "create", "a.yaml", "--tag", "a"], ["versions", "create", "p", "a.yaml"],
            ["pipelines", "create", "a.yaml", "--tag", "a=1", "--tag", "a=2"], ["compile", "a.txt"],
            ["compile", "a.py", "b.txt"], ["compile", "/does/not/exist.py"],
            ["runs", "list", "--endpoint", "http://a", "--context", "b"], ["runs", "list", "--limit", "0"],
            ["runs", "list", "--state", "gone"], ["runs", "logs", "r", "--attempt", "1"], ["nonsense"],
            ["runs", "logs", "r", "t", "--attempt", "0"],
            ["run", "/does/not/exist.yaml"], ["run", "/does/not/exist.py"],
        ]
    )
    func wrongUsage(words: [String]) async {
        #expect(await runCommandLine(Root.self, arguments: words) == 2)
    }

    @Test("A server that does not answer ends with status 3")
    func unreachable() async {
        let words = ["runs", "list", "--endpoint", "http://127.0.0.1:1"]
        #expect(await runCommandLine(Root.self, arguments: words) == 3)
    }

    @Test("The sentence for a server that does not answer says what to do")
    func unreachableSentence() async {
        let client = PlatformClient.http(endpoint: "http://127.0.0.1:1")
        let error = await #expect(throws: PlatformError.self) { _ = try await client.json(.listRuns) }
        #expect(
            error?.message
                == "no Martlet server answers at http://127.0.0.1:1: start one with `martlet serve`, "
                + "or name another with --endpoint"
        )
    }

    @Test(
        "Help is no error",
        arguments: [
            ["--help"], ["run", "-h"], ["runs", "logs", "--help"], ["--generate-completion-script", "bash"],
        ]
    )
    func help(words: [String]) async {
        #expect(await runCommandLine(Root.self, arguments: words) == 0)
    }

    @Test(
        "Flags come before the environment, that before the context in use, and no slash is left at the end"
    )
    func endpoint() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-" + UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "config.yaml").path
        var file = ContextFile()
        try file.set("lab", endpoint: "http://lab/")
        try file.write(to: path)
        let (nowhere, lab) = (["MARTLET_CONFIG": path + "x"], ["MARTLET_CONFIG": path])
        let told = lab.merging(["MARTLET_ENDPOINT": "https://a/"]) { $1 }

        let none = try ClientConfiguration.parse([])
        #expect(try none.address(environment: nowhere) == "http://127.0.0.1:8888")
        #expect(try none.address(environment: lab) == "http://lab")
        #expect(try none.address(environment: told) == "https://a")
        let flag = try ClientConfiguration.parse(["--endpoint", "host:1"])
        #expect(try flag.address(environment: told) == "http://host:1")
        let context = try ClientConfiguration.parse(["--context", "lab"])
        #expect(try context.address(environment: told) == "http://lab")
        #expect(throws: PlatformError.self) { try context.address(environment: nowhere) }
    }

    @Test("run starts an uploaded pipeline in the version named, with the types of that version's inputs")
    func runOfUploaded() async throws {
        let server = ScriptedServer()
        let client = server.client { route, parameters, path in
            switch route {
            case .getPipeline: ["pipeline_id": "p1", "name": "train"]
            case .getPipelineVersion where parameters["pipeline_version_id"] == "v1":
                [
                    "pipeline_version_id": "v1", "pipeline_id": "p1",
                    "pipeline_spec": [
                        "root": [
                            "inputDefinitions": ["parameters": ["n": ["parameterType": "NUMBER_INTEGER"]]]
                        ]
                    ],
                ]
            case .getPipelineVersion: throw PlatformError.notFound("Version", "first")
            case .listPipelineVersions where path.contains("first"):
                ["pipeline_versions": [["pipeline_version_id": "v1", "display_name": "first"]]]
            default: [:]
            }
        }
        let words = ["run", "--pipeline", "train", "--pipeline-version", "first", "-p", "n=3"]
        let command = try #require(try Root.parseAsRoot(words) as? RunPipelineCommand)
        let submission = try await command.submission(client, now: moment)
        #expect(
            submission.source == .version(pipelineID: PipelineID("p1"), versionID: PipelineVersionID("v1"))
        )
        #expect(submission.parameters == ["n": 3])
        #expect(submission.displayName.hasPrefix("train "))
    }
}
