import Model
import Testing
import Wire

@Suite("Recurring run messages")
struct RecurringRunMessageTests {
    private func sample() -> RecurringRun {
        RecurringRun(
            id: RecurringRunID("rr"),
            experimentID: ExperimentID("e"),
            displayName: "nightly",
            parameters: ["n": 0],
            trigger: Trigger(.cron("0 0 9 * * *", timeZone: nil), start: moment),
            createdAt: moment
        )
    }

    @Test("It is written as KFP writes it: 64-bit numbers in quotes, false and zero left out")
    func golden() {
        var recurring = sample()
        recurring.pipelineID = PipelineID("p")
        #expect(
            RecurringRunMessage(recurring: recurring).json.jsonText
                == #"{"created_at":"2026-08-22T10:00:02Z","display_name":"nightly","experiment_id":"e","#
                + #""max_concurrency":"1","mode":"ENABLE","pipeline_version_reference":{"pipeline_id":"p"},"#
                + #""recurring_run_id":"rr","runtime_config":{"parameters":{"n":0}},"status":"ENABLED","#
                + #""trigger":{"cron_schedule":{"cron":"0 0 9 * * *","start_time":"2026-08-22T10:00:02Z"}},"#
                + #""updated_at":"2026-08-22T10:00:02Z"}"#
        )
        recurring.trigger = Trigger(.periodic(seconds: 9_007_199_254_740_993))
        #expect(
            RecurringRunMessage(recurring: recurring).json["trigger"]
                == ["periodic_schedule": ["interval_second": "9007199254740993"]]
        )
    }

    @Test("A failed firing is an error, firings that were left out are only a reason")
    func reasons() {
        var recurring = sample()
        recurring.reason = Reason(.firingFailed, "no pipeline")
        let failed = RecurringRunMessage(recurring: recurring).json
        #expect(failed["error"]?["message"] == "no pipeline")
        #expect(failed["reason"]?["code"] == "FIRING_FAILED")
        recurring.reason = Reason(.firingsLeftOut, "many")
        let leftOut = RecurringRunMessage(recurring: recurring).json
        #expect(leftOut["error"] == nil)
        #expect(leftOut["reason"]?["code"] == "FIRINGS_LEFT_OUT")
    }

    @Test("What is written reads back")
    func roundTrip() throws {
        var recurring = sample()
        recurring.createdAt = Instant(milliseconds: 1_787_392_802_000)
        recurring.updatedAt = recurring.createdAt
        recurring.trigger = Trigger(
            .cron("0 0 9 * * *", timeZone: "Europe/Berlin"),
            start: recurring.createdAt,
            end: recurring.createdAt + .seconds(9)
        )
        recurring.noCatchup = true
        recurring.maxConcurrency = 4
        recurring.progress.next = recurring.createdAt + .seconds(1)
        recurring.progress.last = recurring.createdAt
        recurring.progress.count = 3
        recurring.reason = Reason(.firingsLeftOut, "many")
        let json = RecurringRunMessage(recurring: recurring, warnings: ["w"]).json
        let back = try RecurringRunMessage(json: JSONValue(json: json.jsonText))
        #expect(back.warnings == ["w"])
        // How far the schedule has been dealt with is the server's own business.
        recurring.progress.anchor = back.recurring.progress.anchor
        recurring.progress.cursor = back.recurring.progress.cursor
        #expect(back.recurring == recurring)
    }

    @Test("A request reads what the SDK sends, and what the CLI writes")
    func submission() throws {
        let submission = try RecurringRunSubmission(json: [
            "displayName": "nightly", "experiment_id": "e", "mode": "ENABLE", "max_concurrency": 2,
            "noCatchup": true, "pipeline_version_reference": ["pipeline_id": "p"], "plugins_input": [:],
            "trigger": [
                "periodic_schedule": ["interval_second": "60", "start_time": "2026-08-22T10:00:02.900Z"]
            ],
        ])
        #expect(submission.isEnabled)
        #expect(submission.noCatchup)
        #expect(submission.maxConcurrency == 2)
        #expect(submission.trigger.rule == .periodic(seconds: 60))
        #expect(submission.trigger.start?.milliseconds == 1_787_392_802_000)
        #expect(submission.run.source == .version(pipelineID: PipelineID("p"), versionID: nil))
        #expect(try RecurringRunSubmission(json: submission.json) == submission)
        let bare = try RecurringRunSubmission(json: [
            "display_name": "x", "pipeline_spec": ["root": [:]],
            "trigger": ["cron_schedule": ["cron": "@daily"]],
        ])
        #expect(!bare.isEnabled)
        #expect(bare.maxConcurrency == 0)
    }

    @Test(
        "A request that makes no sense is refused with the place",
        arguments: [
            (["trigger": nil], "recurring_run.trigger: missing"),
            (["trigger": ["cron_schedule": [:]]], "recurring_run.trigger.cron_schedule.cron: missing"),
            (["trigger": ["cron_schedule": ["crom": "x"]]], "crom: unknown field"),
            (["trigger": ["cron_schedule": ["cron": "x"], "periodic_schedule": [:]]], "both set"),
            (
                ["trigger": ["cron_schedule": ["cron": "x", "start_time": "soon"]]],
                "start_time: expected a time"
            ),
            (["mode": "SOMETIMES"], "mode: expected one of ENABLE, DISABLE"),
            (["pipeline_spec": nil], "recurring_run: no pipeline"),
            (["display_name": ""], "display_name: missing"), (["max_concurrency": "many"], "max_concurrency"),
        ] as [([String: JSONValue?], String)]
    )
    func refusals(change: [String: JSONValue?], fragment: String) {
        var body: [String: JSONValue] = [
            "display_name": "x", "pipeline_spec": ["root": [:]],
            "trigger": ["cron_schedule": ["cron": "@daily"]],
        ]
        for (name, value) in change { body[name] = value }
        let error = #expect(throws: PlatformError.self) { try RecurringRunSubmission(json: .object(body)) }
        #expect(error?.message.contains(fragment) == true, "\(error?.message ?? "")")
    }

    @Test("A change names only what it changes, and a message that was read can be sent back")
    func update() throws {
        #expect(try RecurringRunUpdate(json: [:]) == RecurringRunUpdate())
        #expect(RecurringRunUpdate().json == [:])
        var update = RecurringRunUpdate()
        update.description = ""
        update.noCatchup = false
        update.isEnabled = false
        update.maxConcurrency = 3
        update.trigger = Trigger(.cron("@daily", timeZone: nil))
        update.config = RecurringRunUpdate.RuntimeConfig(parameters: [:], pipelineRoot: "gs://x")
        update.source = .version(pipelineID: PipelineID("p"), versionID: nil)
        #expect(try RecurringRunUpdate(json: update.json) == update)
        let whole = try RecurringRunUpdate(
            json: RecurringRunMessage(recurring: sample(), warnings: ["w"]).json
        )
        #expect(whole.displayName == "nightly")
        #expect(whole.isEnabled == true)
        #expect(whole.noCatchup == nil)
    }
}
