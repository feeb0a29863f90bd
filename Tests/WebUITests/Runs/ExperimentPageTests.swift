import HTTPTypes
import Model
import ServerKit
import Services
import Testing
import WebUI

@Suite("The pages of experiments")
struct ExperimentPageTests {
    @Test("An experiment is made by the form, and a name that is taken is refused with what was written")
    func create() async throws {
        let world = try await WebWorld()
        let made = try await world.post("/experiments/new", "name=Spring+models&description=for+all")
        let place = try #require(made.headers[.location])
        let page = try await world.get(place).text
        #expect(
            page.contains("<h1>Spring models</h1>") && page.contains("for all")
                && page.contains("1 experiment created.")
        )
        let again = try await world.post("/experiments/new", "name=Spring+models&description=twice")
        #expect(
            again.status == 422 && again.text.contains("already") && again.text.contains("value=\"twice\"")
        )
        #expect(try await world.post("/experiments/new", "name=").status == 422)
    }

    @Test("A list shows how the newest five runs of each went, the newest first, and none that was put away")
    func newestRuns() async throws {
        let world = try await WebWorld()
        var ids: [RunID] = []
        for number in 0..<7 { ids.append(try await world.run("number \(number);")) }
        try await world.server.enter(.failed, ids[6])
        try await world.server.useCases.runs.setStorageState(.archived, of: ids[5])
        let page = try await world.get("/experiments").text
        let shown = page.matches(of: /class="dot" href="\/runs\/([^"]*)"/).map { RunID(String($0.output.1)) }
        #expect(shown == [ids[6], ids[4], ids[3], ids[2], ids[1]])
        #expect(page.contains("title=\"number 6;\"") && page.contains("s-failed"))
    }

    @Test("Archiving moves an experiment to the archive and restoring brings it back")
    func archive() async throws {
        let world = try await WebWorld()
        let id = try await world.server.useCases.experiments.create(
            displayName: "old things",
            description: ""
        ).id
        let run = try await world.server.useCases.runs.create(
            RunSubmission(
                displayName: "old run",
                experimentID: id,
                source: .spec(PipelineSpecDocument(pipelineSpec: Specs.single))
            )
        ).run.id
        _ = try await world.post("/experiments/actions", "action=archive&experiment=\(id)")
        #expect(try await !world.get("/experiments").text.contains("old things"))
        let archive = try await world.get("/experiments?archived=true").text
        #expect(
            archive.contains("old things") && archive.contains("value=\"restore\"")
                && !archive.contains("value=\"archive\"")
        )
        // Its runs were put away with it; they are what the list shows of it and leads to.
        #expect(
            archive.contains("href=\"/experiments/\(id)?archived=true\"")
                && archive.contains("/runs/\(run)\"")
        )
        let page = try await world.get("/experiments/\(id)").text
        #expect(page.contains(">archived<") && !page.contains(">New run<"))
        let back = try await world.post(
            "/experiments/actions",
            "action=restore&experiment=\(id)&back=%2Fexperiments%2F\(id)"
        )
        #expect(back.headers[.location] == "/experiments/\(id)?done=restore&count=1&of=experiment")
        #expect(try await world.get("/experiments").text.contains("old things"))
    }

    @Test("The experiment of runs that name none is not deleted, and the page says why")
    func deleteDefault() async throws {
        let world = try await WebWorld()
        let list = try await world.server.useCases.experiments.list(ListQuery()).items
        let id = try #require(list.first).id
        let answer = try await world.post(
            "/experiments/actions",
            "action=delete&experiment=\(id)&confirmed=yes"
        )
        #expect(answer.status == 409 && answer.text.contains("cannot be deleted"))
        #expect(answer.text.contains("<h1>Nothing was deleted</h1>"))
    }
}
