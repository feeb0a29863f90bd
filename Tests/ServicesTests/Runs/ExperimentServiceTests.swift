import Model
import ServerKit
import Services
import Testing

@Suite("Experiments")
struct ExperimentServiceTests {
    @Test("The default experiment is made once, however often the server starts")
    func defaultExperiment() async throws {
        let server = try await TestServer()
        let before = try await server.rowCounts()
        try await server.useCases.experiments.ensureDefault()
        #expect(try await server.rowCounts() == before)
        #expect(before["experiments"] == 1)
    }

    @Test("The default experiment cannot be deleted, any other can, and its runs stay")
    func deletion() async throws {
        let server = try await TestServer()
        let experiments = server.useCases.experiments
        let all = try await experiments.list(ListQuery())
        let defaultID = try #require(all.items.first?.id)
        try await expectRefusal(server, .invalidArgument, "cannot be deleted") {
            try await experiments.delete(defaultID)
        }
        let other = try await experiments.create(displayName: "other", description: "")
        let run = try await server.useCases.runs.create(
            RunSubmission(
                displayName: "r",
                experimentID: other.id,
                source: .spec(PipelineSpecDocument(pipelineSpec: Specs.single))
            )
        ).run
        try await experiments.delete(other.id)
        #expect(try await server.useCases.runs.get(run.id).run.experimentID == other.id)
        try await expectRefusal(server, .notFound) { try await experiments.delete(other.id) }
        try await expectRefusal(server, .notFound) {
            try await experiments.setStorageState(.archived, of: other.id)
        }
    }

    @Test("Names have 1 to 128 characters and are taken once")
    func names() async throws {
        let server = try await TestServer()
        let experiments = server.useCases.experiments
        let longest = String(repeating: "鳥", count: 128)
        _ = try await experiments.create(displayName: longest, description: "")
        for (name, code) in [
            ("", PlatformError.Code.invalidArgument), (longest + "x", .invalidArgument),
            (longest, .alreadyExists), (Experiment.defaultName, .alreadyExists),
        ] {
            try await expectRefusal(server, code) {
                _ = try await experiments.create(displayName: name, description: "")
            }
        }
    }

    @Test("Without the default experiment a run that names none is an internal error, and nothing is stored")
    func missingDefault() async throws {
        let server = try await TestServer(hasDefault: false)
        try await expectRefusal(server, .internalError, "is missing") {
            _ = try await server.useCases.runs.create(
                RunSubmission(
                    displayName: "r",
                    source: .spec(PipelineSpecDocument(pipelineSpec: Specs.single))
                )
            )
        }
    }
}
