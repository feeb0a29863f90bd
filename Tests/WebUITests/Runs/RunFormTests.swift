import HTTPTypes
import Model
import ServerKit
import Services
import Testing
import WebUI

@Suite("The form for runs")
struct RunFormTests {
    @Test("Without a pipeline one is chosen, and the experiment that was meant is kept")
    func choose() async throws {
        let world = try await WebWorld()
        let id = try await world.pipeline("one of many")
        let list = try await world.get("/runs/new?experiment=e1").text
        #expect(list.contains("href=\"/runs/new?pipeline=\(id)&amp;experiment=e1\""))
    }

    @Test("The form has a field for each input, with its type, its default and the values it may have")
    func fields() async throws {
        let world = try await WebWorld()
        let id = try await world.pipeline(
            "typed",
            inputs: [
                "mode": ["parameterType": "STRING", "literals": ["fast", "slow"], "defaultValue": "fast"],
                "count": ["parameterType": "NUMBER_INTEGER", "description": "how many"],
                "flag": ["parameterType": "BOOLEAN", "isOptional": true],
            ]
        )
        let form = try await world.get("/runs/new?pipeline=\(id)").text
        #expect(
            form.contains("<option value=\"slow\">slow</option>")
                && form.contains("default: &quot;fast&quot;")
        )
        #expect(form.contains("how many") && form.contains("whole number") && form.contains("not given"))
        #expect(
            form.contains(
                "name=\"p.count\" value=\"\" spellcheck=\"false\" placeholder=\"\" inputmode=\"decimal\" required"
            )
        )
    }

    @Test("A run starts with the version, the experiment and the parameters of the form")
    func start() async throws {
        let world = try await WebWorld()
        let id = try await world.pipeline("typed", inputs: ["count": ["parameterType": "NUMBER_INTEGER"]])
        let cases = world.server.useCases
        let experiment = try await cases.experiments.create(displayName: "mine", description: "").id
        let version = try #require(try await cases.pipelines.versions(of: id, ListQuery()).page.items.first)
            .id
        let fields =
            "pipeline=\(id)&version=\(version)&name=by+hand&experiment=\(experiment)&p.count=7&root=gs%3A%2F%2Fa"
        let started = try await world.post("/runs/new", fields)
        let run = try #require(started.headers[.location]).dropFirst("/runs/".count)
        let stored = try await cases.runs.get(RunID(String(run))).run
        #expect(stored.displayName == "by hand" && stored.experimentID == experiment)
        #expect(
            stored.pipelineVersionID == version && stored.parameters == ["count": 7]
                && stored.pipelineRoot == "gs://a"
        )
        let refused = try await world.post("/runs/new", "pipeline=\(id)&name=a&p.count=seven")
        #expect(
            refused.status == 422 && refused.text.contains("expected a whole number")
                && refused.text.contains("value=\"seven\"")
                && refused.text.contains("aria-invalid")
        )
        let gone = try await world.post("/runs/new", "pipeline=\(id)&name=a&p.count=1&experiment=none")
        #expect(gone.status == 422 && gone.text.contains("Experiment none not found"))
    }

    @Test("The form of another version keeps what that version takes, and names the rest")
    func anotherVersion() async throws {
        let world = try await WebWorld()
        let (count, text): (JSONValue, JSONValue) = (
            ["parameterType": "NUMBER_INTEGER"], ["parameterType": "STRING"]
        )
        let id = try await world.pipeline("typed", inputs: ["count": count, "kept": text, "gone": text])
        let second = try await world.version(
            of: id,
            inputs: [
                "count": ["parameterType": "LIST"], "new": text,
                "kept": ["parameterType": "STRING", "literals": ["a", "b"]],
            ]
        )
        let written = "pipeline=\(id)&name=by+hand&description=words&root=gs%3A%2F%2Fa&p.count=7&p.kept=b"
        let form = try await world.post(
            "/runs/new",
            written + "&p.gone=lost&p.empty=&version=\(second)&choose=yes"
        )
        #expect(form.status == 200 && form.text.contains("<option value=\"\(second)\" selected>"))
        #expect(form.text.contains("value=\"by hand\"") && form.text.contains("value=\"words\""))
        #expect(form.text.contains("<option value=\"b\" selected>") && form.text.contains("value=\"gs://a\""))
        #expect(form.text.contains("does not take what was written for: count, gone<"))
        #expect(!form.text.contains("value=\"7\"") && !form.text.contains("lost"))
        // The version stands in the form once, so that what is chosen is what is started.
        #expect(!form.text.contains("type=\"hidden\" name=\"version\""))
        #expect(try await world.server.useCases.runs.list(ListQuery(), experimentID: nil).items.isEmpty)
    }

    @Test("A run whose version was deleted can be cloned: its own spec runs again")
    func cloneOfDeleted() async throws {
        let world = try await WebWorld()
        let id = try await world.pipeline("short-lived")
        let cases = world.server.useCases
        let run = try await cases.runs.create(
            RunSubmission(displayName: "first", source: .version(pipelineID: id, versionID: nil))
        ).run
        try await cases.pipelines.delete(id, cascade: true)
        let clone = try await world.post("/runs/new", "clone=\(run.id)&name=second")
        #expect(clone.status == 303, "\(clone.text)")
    }

    @Test("Addresses of the original's form lead to the same form")
    func original() async throws {
        let world = try await WebWorld()
        let (id, run) = (try await world.pipeline("mine"), try await world.run("to clone"))
        #expect(try await world.get("/runs/new?experimentId=e&pipelineId=\(id)").text.contains("Run of mine"))
        #expect(try await world.get("/runs/new?cloneFromRun=\(run)").text.contains("Clone of to clone"))
    }
}
