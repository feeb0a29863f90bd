import Model
import Pods
import ServerKit
import Services
import Testing

@Suite("Outputs of programs", .timeLimit(.minutes(15)))
struct OutputTests {
    /// What a program leaves behind and what becomes of its task.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        var file: String?
        var executor: String?
        /// A part of the sentence; `nil` where the task succeeds.
        var refusal: String?

        var testDescription: String { name }
    }

    private static let cases = [
        Case(name: "a file", file: " 7\n"),
        Case(name: "executor output", executor: #"{"parameterValues": {"value": 7}}"#),
        Case(
            name: "both, the executor output wins",
            file: "8",
            executor: #"{"parameterValues": {"value": 7}}"#
        ),
        Case(name: "nothing", refusal: "wrote no value"),
        Case(name: "text for a number", file: "seven", refusal: "expected a whole number"),
        Case(name: "a fraction for an integer", file: "7.5", refusal: "expected a whole number"),
        Case(name: "no JSON", file: "7", executor: "{", refusal: "not JSON"),
        Case(name: "no object", file: "7", executor: "[]", refusal: "expected an object"),
        Case(name: "an empty executor output", file: "7", executor: ""),
        Case(
            name: "a NUL in an artifact's place",
            file: "7",
            executor: #"{"artifacts": {"data": {"artifacts": [{"uri": "/a\u0000b"}]}}}"#,
            refusal: "NUL"
        ),
        Case(
            name: "a NUL in an artifact's metadata",
            file: "7",
            executor: #"{"artifacts": {"data": {"artifacts": [{"metadata": {"a\u0000": "\u0000"}}]}}}"#
        ),
        Case(
            name: "an unreadable custom path",
            file: "7",
            executor: #"{"artifacts": {"data": {"artifacts": [{"custom_path": "/missing/x"}]}}}"#,
            refusal: "nothing at /missing/x"
        ),
        Case(
            name: "artifacts of the wrong shape",
            file: "7",
            executor: #"{"artifacts": {"data": {"artifacts": 7}}}"#,
            refusal: "expected a list"
        ),
    ]

    @Test("What a program leaves behind is taken, or its task fails with the place", arguments: cases)
    func collected(_ output: Case) async throws {
        let world = try await DriverWorld { spec in
            var files: [String: String] = [:]
            files[spec.file("value")] = output.file
            files[spec.executorOutput] = output.executor
            return .ends(files: files, log: "last words")
        }
        let id = try await world.submit(Specs.producer())
        try await world.driving { _ in
            let run = try await world.end(of: id)
            let task = try #require(try await world.task(id, "make"))
            guard let refusal = output.refusal else {
                #expect(run.state == .succeeded, "\(run.error?.message ?? "")")
                #expect(task.outputs.parameters == ["value": 7])
                #expect(task.outputs.artifacts["data"]?.count == 1)
                return
            }
            #expect(run.state == .failed)
            #expect(task.reason?.code == .outputsInvalid)
            let message = task.reason?.message ?? ""
            #expect(message.contains(refusal), "\(message)")
            #expect(message.contains("last words"))
            #expect(task.outputs.isEmpty)
        }
        #expect(try await world.server.contradictions() == [])
    }

    @Test("Artifacts a program put elsewhere are brought to their place, with what it says of them")
    func customPath() async throws {
        let world = try await DriverWorld { spec in
            .ends(files: [
                spec.file("value"): "7",
                spec.executorOutput: """
                {"artifacts": {"data": {"artifacts": [{"custom_path": "/elsewhere/data", \
                "metadata": {"rows": 3}, "type": {"schemaTitle": "system.Model"}}]}}}
                """,
            ])
        }
        let id = try await world.submit(Specs.producer())
        let run = try await world.driving { _ in try await world.end(of: id) }
        #expect(run.state == .succeeded)
        let listing = try await world.server.useCases.tasks.all(of: id, withArtifacts: true)
        let artifact = try #require(listing.artifacts.values.first)
        #expect(artifact.metadata == ["rows": 3])
        #expect(artifact.schemaTitle == "system.Model")
        #expect(world.server.artifacts.sources == [artifact.uri: "/elsewhere/data"])
        #expect(artifact.uri == "/artifacts/test/\(id)/make/0/data")
    }

    @Test(
        "The end of a program is told apart, in words",
        arguments: [
            (PodOutcome.exited(code: 137), "exit status 137"), (.signaled(number: 9), "SIGKILL"),
            (.signaled(number: 64), "Signal 64"),
            (.notStarted(Reason(.startFailed, "no such image")), "no such image"),
        ]
    )
    func ends(outcome: PodOutcome, words: String) async throws {
        let world = try await DriverWorld { _ in .ends(outcome, log: "one\ntwo\n") }
        let id = try await world.submit(Specs.single)
        try await world.driving { _ in
            let run = try await world.end(of: id)
            #expect(run.error?.message.contains(words) == true, "\(run.error?.message ?? "")")
        }
    }

    @Test("A pod that is lost is started anew, twice, and then its task fails")
    func lost() async throws {
        let world = try await DriverWorld { _ in .ends(.lost(Reason(.podLost, "the machine went away"))) }
        let id = try await world.submit(Specs.single)
        let run = try await world.driving { _ in try await world.end(of: id) }
        #expect(run.state == .failed)
        #expect(world.pods.pods.count == 1 + Limits.infrastructureRetriesMax)
    }
}
