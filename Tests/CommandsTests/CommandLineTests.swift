import ArgumentParser
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
        #expect(command.file == "p.yaml")
        #expect(command.parameters == ["n=3", "text=a=b"])
        #expect(command.follow)
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
            ["run"], ["run", "a.yaml", "--timeout", "0"], ["runs", "list", "--limit", "0"],
            ["runs", "list", "--state", "gone"], ["runs", "logs", "r", "--attempt", "1"], ["nonsense"],
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

    @Test("Help is no error", arguments: [["--help"], ["run", "-h"], ["runs", "logs", "--help"]])
    func help(words: [String]) async {
        #expect(await runCommandLine(Root.self, arguments: words) == 0)
    }

    @Test("The flag comes before the environment, that before the default, and no slash is left at the end")
    func endpoint() throws {
        let none = try ClientConfiguration.parse([])
        #expect(none.address(environment: [:]) == "http://127.0.0.1:8888")
        #expect(none.address(environment: ["MARTLET_ENDPOINT": "https://a/"]) == "https://a")
        let flag = try ClientConfiguration.parse(["--endpoint", "host:1"])
        #expect(flag.address(environment: ["MARTLET_ENDPOINT": "https://a/"]) == "http://host:1")
    }
}
