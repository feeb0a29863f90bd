import ArgumentParser
import Model
import Testing
import Wire

@testable import Commands

private struct Root: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "martlet", subcommands: clientSubcommands)
}

@Suite("martlet recurring")
struct RecurringTests {
    @Test(
        "Wrong usage ends with status 2",
        arguments: [
            ["create", "x.yaml"], ["create", "--cron", "@daily"],
            ["create", "x.yaml", "--pipeline", "p", "--cron", "@daily"],
            ["create", "x.yaml", "--cron", "@daily", "--every", "5m"],
            ["create", "x.yaml", "--every", "5m", "--time-zone", "Europe/Berlin"],
            ["create", "x.yaml", "--cron", "@daily", "--start", "tomorrow"],
            ["preview"], ["preview", "--every", "soon"], ["list", "--limit", "0"],
            ["edit", "x", "--file", "a", "--pipeline", "b"],
        ]
    )
    func wrongUsage(words: [String]) async {
        #expect(await runCommandLine(Root.self, arguments: ["recurring"] + words) == 2)
    }

    @Test("Options over a trigger change only what they name")
    func triggers() throws {
        let before = Trigger(.cron("@daily", timeZone: "Asia/Tokyo"), start: moment)
        func over(_ words: String...) throws -> Trigger? {
            try TriggerOptions.parse(words).trigger(over: before)
        }
        #expect(try over() == nil)
        #expect(try over("--cron", "@hourly")?.rule == .cron("@hourly", timeZone: "Asia/Tokyo"))
        #expect(try over("--cron", "@hourly")?.start == moment)
        #expect(try over("--time-zone", "UTC")?.rule == .cron("@daily", timeZone: "UTC"))
        #expect(try over("--every", "1h30m") == Trigger(.periodic(seconds: 5_400), start: moment))
        #expect(try over("--end", "2030-01-01T00:00:00Z")?.rule == before.rule)
        for words in [["--time-zone", "UTC"], ["--end", "2030-01-01T00:00:00Z"], ["--every", "0s"]] {
            #expect(throws: PlatformError.self) { try TriggerOptions.parse(words).trigger() }
        }
    }

    @Test("A recurring run is meant by its id, the beginning of its id, or its name")
    func meant() async throws {
        let server = ScriptedServer()
        let row: JSONValue = ["recurring_run_id": "3f2a-1", "display_name": "nightly"]
        let client = server.client { route, parameters, path in
            switch route {
            case .getRecurringRun where parameters["recurring_run_id"] == "3f2a-1": row
            case .listRecurringRuns where path.contains("nightly") || path.contains("3f2a"):
                ["recurringRuns": [row]]
            case .listRecurringRuns: [:]
            default: throw PlatformError.notFound("Recurring run", "?")
            }
        }
        for text in ["3f2a-1", "3f2a", "nightly"] {
            #expect(try await client.id(meant: text, .recurringRun) == "3f2a-1")
        }
        let error = await #expect(throws: PlatformError.self) {
            _ = try await client.id(meant: "other", .recurringRun)
        }
        #expect(error?.message.contains("see `martlet recurring list`") == true)
    }

    @Test("Tables say when, and what is wrong")
    func tables() {
        var recurring = RecurringRun(
            id: RecurringRunID("3f2a"),
            experimentID: ExperimentID("e"),
            displayName: "nightly",
            trigger: Trigger(.cron("0 0 9 * * *", timeZone: "Asia/Tokyo")),
            createdAt: moment
        )
        recurring.progress.next = moment
        #expect(
            RecurringTables.list([recurring]).lines(width: nil, color: false).last
                == "3f2a  nightly  enabled  cron 0 0 9 * * * (Asia/Tokyo)  2026-08-22T10:00:02Z  0"
        )
        recurring.trigger = Trigger(.periodic(seconds: 5_400))
        recurring.isEnabled = false
        recurring.progress.next = nil
        recurring.reason = Reason(.experimentGone, "Its experiment was deleted.")
        let lines = RecurringTables.one(recurring).lines(width: nil, color: false)
        #expect(lines.contains("schedule  every 1h 30m"))
        #expect(lines.contains("status    disabled"))
        #expect(lines.contains("trouble   Its experiment was deleted."))
    }
}
