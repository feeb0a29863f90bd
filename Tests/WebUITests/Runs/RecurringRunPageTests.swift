import HTTPTypes
import Model
import ServerKit
import Services
import Testing
import WebUI

@Suite("The pages of recurring runs")
struct RecurringRunPageTests {
    private func stored(_ world: WebWorld, _ place: String?) async throws -> RecurringRun {
        let page = try #require(place).prefix { $0 != "?" }
        let id = RecurringRunID(String(page.dropFirst("/recurringruns/".count)))
        return try await world.server.useCases.recurringRuns.get(id).recurring
    }

    @Test("The form makes a recurring run, and its page tells when it fires next")
    func create() async throws {
        let world = try await WebWorld()
        let id = try await world.pipeline("typed", inputs: ["count": ["parameterType": "NUMBER_INTEGER"]])
        let schedule =
            "rule=cron&cron=0+30+6+*+*+*&zone=Europe%2FBerlin&concurrency=2&start=2030-01-01T10%3A00"
        let made = try await world.post(
            "/recurringruns/new",
            "pipeline=\(id)&name=nightly&p.count=3&\(schedule)"
        )
        let recurring = try await stored(world, made.headers[.location])
        #expect(recurring.trigger.rule == .cron("0 30 6 * * *", timeZone: "Europe/Berlin"))
        #expect(recurring.trigger.start == Instant(rfc3339: "2030-01-01T10:00:00Z"))
        #expect(recurring.maxConcurrency == 2 && recurring.noCatchup && recurring.isEnabled)
        #expect(
            recurring.parameters == ["count": 3] && recurring.pipelineID == id
                && recurring.pipelineVersionID == nil
        )
        let page = try await world.get("/recurringruns/\(recurring.id)").text
        #expect(page.contains("2030-01-02 06:30:00 +01:00") && page.contains("the newest one at each firing"))
        #expect(try await world.get("/recurringruns").text.contains("0 30 6 * * * in Europe/Berlin"))
    }

    @Test("A preview shows when it would fire, stores nothing and keeps what was written")
    func preview() async throws {
        let world = try await WebWorld()
        let id = try await world.pipeline("plain")
        let fields =
            "pipeline=\(id)&name=to+be&rule=cron&cron=0+0+6+*+*+*&concurrency=1&start=2030-05-05T00%3A00&preview=yes"
        let shown = try await world.post("/recurringruns/new", fields)
        #expect(
            shown.status == 200 && shown.text.contains("2030-05-05 06:00:00 UTC")
                && shown.text.contains("value=\"to be\"")
        )
        let wrong = try await world.post(
            "/recurringruns/new",
            "pipeline=\(id)&rule=cron&cron=0+0&preview=yes"
        )
        #expect(wrong.status == 200 && wrong.text.contains("s-failed"))
        let unix = try await world.post(
            "/recurringruns/new",
            "pipeline=\(id)&rule=cron&cron=0+9+*+*+*&preview=yes"
        )
        #expect(unix.text.contains("five fields") || unix.text.contains("second"))
        #expect(
            try await world.server.useCases.recurringRuns.list(ListQuery(), experimentID: nil).items.isEmpty
        )
    }

    @Test(
        "What a form gets wrong is said, and nothing is stored",
        arguments: [
            ("rule=interval&every=x&unit=hours", "Every: expected a whole number"),
            ("rule=interval&every=1&unit=moons", "found &#39;moons&#39;"),
            ("rule=interval&every=9223372036854775807&unit=weeks", "Every: expected"),
            ("rule=cron&cron=", "cron"),
            ("rule=cron&cron=0+0+6+*+*+*&start=tomorrow", "Start: expected a time"),
            ("rule=interval&every=1&unit=hours&concurrency=11", "expected 1 to 10"),
            ("rule=interval&every=1&unit=hours&concurrency=one", "At once: expected"),
            ("rule=cron&cron=0+0+6+*+*+*&zone=Mars", "<p>Time zone: there is no time zone"),
            (
                "rule=cron&cron=0+0+6+*+*+*&start=2026-02-01T00:00&end=2026-01-01T00:00",
                "is not after the start 2026"
            ),
            ("rule=cron&cron=0+99+*+*+*+*", "<p>Cron: minute"),
        ]
    )
    func refused(schedule: String, words: String) async throws {
        let world = try await WebWorld()
        let id = try await world.pipeline("plain")
        let concurrency = schedule.contains("concurrency") ? "" : "&concurrency=1"
        let answer = try await world.post(
            "/recurringruns/new",
            "pipeline=\(id)&name=a&\(schedule)\(concurrency)"
        )
        #expect(answer.status == 422 && answer.text.contains(words), "\(answer.text)")
        #expect(answer.text.contains("aria-invalid=\"true\" aria-describedby=\"refusal\" autofocus"))
        #expect(
            try await world.server.useCases.recurringRuns.list(ListQuery(), experimentID: nil).items.isEmpty
        )
    }

    @Test(
        "Editing changes what the form says and keeps the version it is pinned to, also when that was deleted"
    )
    func edit() async throws {
        let world = try await WebWorld()
        let cases = world.server.useCases
        let id = try await world.pipeline("typed", inputs: ["count": ["parameterType": "NUMBER_INTEGER"]])
        let version = try #require(try await cases.pipelines.versions(of: id, ListQuery()).page.items.first)
            .id
        let made = try await world.post(
            "/recurringruns/new",
            "pipeline=\(id)&version=\(version)&name=a&p.count=1&rule=interval&every=2&unit=hours&concurrency=1&catchup=yes"
        )
        let before = try await stored(world, made.headers[.location])
        #expect(before.trigger.rule == .periodic(seconds: 7_200) && !before.noCatchup)
        try await cases.pipelines.delete(id, cascade: true)
        let form = try await world.get("/recurringruns/\(before.id)/edit").text
        #expect(form.contains("value=\"2\"") && form.contains("name=\"p.count\" value=\"1\""))
        let changed = try await world.post(
            "/recurringruns/\(before.id)/edit",
            "version=\(version)&name=b&p.count=5&rule=interval&every=3&unit=days&concurrency=1"
        )
        let after = try await stored(world, changed.headers[.location])
        #expect(after.displayName == "b" && after.parameters == ["count": 5] && after.noCatchup)
        #expect(after.trigger.rule == .periodic(seconds: 259_200) && after.pipelineVersionID == version)
        #expect(try await world.get("/recurringruns/\(before.id)").text.contains("one that was deleted"))
    }

    @Test("A version can be let go of when editing: then the newest one runs")
    func unpin() async throws {
        let world = try await WebWorld()
        let cases = world.server.useCases
        let id = try await world.pipeline("plain")
        let version = try #require(try await cases.pipelines.versions(of: id, ListQuery()).page.items.first)
            .id
        let schedule = "name=a&rule=interval&every=1&unit=days&concurrency=1"
        let made = try await world.post("/recurringruns/new", "pipeline=\(id)&version=\(version)&\(schedule)")
        let before = try await stored(world, made.headers[.location])
        let form = try await world.get("/recurringruns/\(before.id)/edit?version=").text
        #expect(form.contains("<option value=\"\" selected>"))
        // A second field would say something else than what is chosen.
        #expect(!form.contains("type=\"hidden\" name=\"version\""))
        let changed = try await world.post("/recurringruns/\(before.id)/edit", "version=&\(schedule)")
        #expect(try await stored(world, changed.headers[.location]).pipelineVersionID == nil)
    }

    @Test(
        "The form of another version keeps the schedule; a version that was deleted stays until another is chosen"
    )
    func anotherVersion() async throws {
        let world = try await WebWorld()
        let cases = world.server.useCases
        let id = try await world.pipeline("typed", inputs: ["count": ["parameterType": "NUMBER_INTEGER"]])
        let first = try #require(try await cases.pipelines.versions(of: id, ListQuery()).page.items.first).id
        let second = try await world.version(of: id, inputs: ["count": ["parameterType": "LIST"]])
        let schedule = "rule=interval&every=7&unit=days&concurrency=3"
        let made = try await world.post(
            "/recurringruns/new",
            "pipeline=\(id)&version=\(first)&name=a&p.count=1&\(schedule)"
        )
        let page = "/recurringruns/\(try await stored(world, made.headers[.location]).id)/edit"
        let chosen = try await world.post(
            page,
            "version=\(second)&name=changed&p.count=41&\(schedule)&choose=yes"
        )
        for kept in [
            "value=\"changed\"", "name=\"every\" value=\"7\"", "<option value=\"days\" selected>",
            "name=\"concurrency\" value=\"3\"", "<option value=\"\(second)\" selected>",
            "does not take what was written for: count<",
        ] {
            #expect(chosen.status == 200 && chosen.text.contains(kept), "\(kept)")
        }
        #expect(!chosen.text.contains("value=\"yes\" checked") && !chosen.text.contains("\n41"))
        // Nothing was changed yet.
        #expect(try await world.get(page).text.contains("name=\"p.count\" value=\"1\""))
        try await cases.pipelines.deleteVersion(first, of: id)
        let deleted = try await world.get(page).text
        #expect(deleted.contains("<option value=\"\(first)\" selected>one that was deleted</option>"))
    }

    @Test("A clone begins as the other one is, and the other one stays as it was")
    func clone() async throws {
        let world = try await WebWorld()
        let cases = world.server.useCases
        let id = try await world.pipeline("typed", inputs: ["count": ["parameterType": "NUMBER_INTEGER"]])
        let version = try #require(try await cases.pipelines.versions(of: id, ListQuery()).page.items.first)
            .id
        let experiment = try await cases.experiments.create(displayName: "other", description: "").id
        let made = try await world.post(
            "/recurringruns/new",
            "pipeline=\(id)&version=\(version)&experiment=\(experiment)&name=a&p.count=7&rule=interval&every=2&unit=days"
                + "&concurrency=3&catchup=yes"
        )
        let before = try await stored(world, made.headers[.location])
        let page = try await world.get("/recurringruns/\(before.id)").text
        #expect(page.contains("href=\"/recurringruns/new?recurring=\(before.id)\">Clone</a>"))
        let original = try await world.get("/runs/new?cloneFromRecurringRun=\(before.id)")
        #expect(original.headers[.location] == "/recurringruns/new?recurring=\(before.id)")
        let form = try await world.get("/recurringruns/new?recurring=\(before.id)").text
        for filled in [
            "name=\"name\" value=\"Clone of a\"", "name=\"p.count\" value=\"7\"",
            "name=\"every\" value=\"2\"",
            "<option value=\"days\" selected>", "<option value=\"\(experiment)\" selected>",
            "<option value=\"\(version)\" selected>", "name=\"recurring\" value=\"\(before.id)\"",
            "name=\"concurrency\" value=\"3\"", "name=\"catchup\" value=\"yes\" checked",
        ] {
            #expect(form.contains(filled), "\(filled)")
        }
        let sent =
            "recurring=\(before.id)&version=\(version)&experiment=\(experiment)&name=b&p.count=8&rule=interval&every=2"
            + "&unit=days&concurrency=3"
        let clone = try await stored(
            world,
            try await world.post("/recurringruns/new", sent).headers[.location]
        )
        #expect(clone.id != before.id && clone.displayName == "b" && clone.parameters == ["count": 8])
        #expect(clone.pipelineVersionID == version && clone.experimentID == experiment)
        #expect(try await cases.recurringRuns.get(before.id).recurring == before)
        #expect(try await world.get("/recurringruns/new?recurring=nobody").status == 404)
    }

    @Test("Disabling, enabling and deleting work from the list")
    func actions() async throws {
        let world = try await WebWorld()
        let id = try await world.pipeline("plain")
        let made = try await world.post(
            "/recurringruns/new",
            "pipeline=\(id)&name=a&rule=interval&every=1&unit=days&concurrency=1"
        )
        let recurring = try await stored(world, made.headers[.location]).id
        _ = try await world.post("/recurringruns/actions", "action=disable&recurringrun=\(recurring)")
        #expect(try await world.get("/recurringruns").text.contains("Disabled"))
        #expect(try await world.get("/recurringruns/\(recurring)").text.contains("It is disabled"))
        _ = try await world.post("/recurringruns/actions", "action=enable&recurringrun=\(recurring)")
        #expect(try await world.get("/recurringruns").text.contains("Enabled"))
        let gone = try await world.post(
            "/recurringruns/actions",
            "action=delete&recurringrun=\(recurring)&confirmed=yes&back=%2Frecurringruns%2F\(recurring)"
        )
        #expect(gone.headers[.location] == "/recurringruns?done=delete&count=1&of=recurringrun")
        #expect(try await world.get("/recurringruns/\(recurring)").status == 404)
    }
}
