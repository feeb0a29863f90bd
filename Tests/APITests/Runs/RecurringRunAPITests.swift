import Model
import ServerKit
import Services
import Testing

@Suite("Recurring runs over HTTP")
struct RecurringRunAPITests {
    private static let body: [String: JSONValue] = [
        "display_name": "nightly", "mode": "ENABLE", "max_concurrency": "1",
        "trigger": ["cron_schedule": ["cron": "0 0 9 * * *"]], "pipeline_spec": Specs.single,
    ]

    @Test("Created, read, listed, edited, disabled, enabled and deleted, with KFP's shapes")
    func life() async throws {
        let world = try await APIWorld()
        try await world.direct { client in
            #expect(try await client.send("GET", "/recurringruns").text == "{}")
            let made = try await client.send("POST", "/recurringruns", .object(Self.body))
            #expect(made.status == 200, "\(made.text)")
            let id = try #require(made.json["recurring_run_id"]?.string)
            #expect(made.json["max_concurrency"] == "1")
            #expect(made.json["status"] == "ENABLED")
            #expect(made.json["pipeline_spec"] == Specs.single)
            #expect(made.json["next_scheduled_at"] == "2023-11-15T09:00:00Z")
            #expect(try await client.send("GET", "/recurringruns/\(id)").json == made.json)
            let list = try await client.send("GET", "/recurringruns?sort_by=updated_at%20desc")
            #expect(list.json["recurringRuns"] == [made.json])
            #expect(list.json["total_size"] == 1)
            #expect(try await client.send("GET", "/recurringruns?experiment_id=other").text == "{}")
            #expect(try await client.send("GET", "/recurringruns?sort_by=secret").status == 400)

            let edited = try await client.send(
                "PATCH",
                "/recurringruns/\(id)",
                ["trigger": ["periodic_schedule": ["interval_second": 60]], "no_catchup": true]
            )
            #expect(edited.json["trigger"] == ["periodic_schedule": ["interval_second": "60"]])
            #expect(edited.json["no_catchup"] == true)
            #expect(edited.json["display_name"] == "nightly")

            for (verb, status) in [("disable", "DISABLED"), ("disable", "DISABLED"), ("enable", "ENABLED")] {
                let answer = try await client.send("POST", "/recurringruns/\(id):\(verb)")
                #expect(answer.status == 200 && answer.text == "{}")
                #expect(try await client.send("GET", "/recurringruns/\(id)").json["status"]?.string == status)
            }
            #expect(
                try await client.send("DELETE", "/recurringruns/\(id)?propagation_policy=SLOWLY").status
                    == 400
            )
            #expect(
                try await client.send("DELETE", "/recurringruns/\(id)?propagation_policy=FOREGROUND").text
                    == "{}"
            )
            for (method, path) in [("GET", ""), ("DELETE", ""), ("POST", ":enable"), ("POST", ":disable")] {
                #expect(try await client.send(method, "/recurringruns/\(id)\(path)").status == 404)
            }
        }
    }

    @Test("A preview shows stored and unstored triggers, and warns of five fields")
    func preview() async throws {
        let world = try await APIWorld()
        try await world.direct { client in
            let answer = try await client.send(
                "POST",
                "/recurringruns:preview?count=1",
                ["trigger": ["cron_schedule": ["cron": "0 9 * * *", "time_zone": "Asia/Tokyo"]]]
            )
            #expect(
                answer.json["firings"]
                    == [["scheduled_at": "2023-11-14T23:09:00Z", "local_time": "2023-11-15T08:09:00+09:00"]]
            )
            #expect(answer.json["warnings"]?.array?.count == 1)
            let id = try await client.send("POST", "/recurringruns", .object(Self.body)).json[
                "recurring_run_id"
            ]
            let stored = try await client.send("GET", "/recurringruns/\(id?.string ?? ""):preview")
            #expect(stored.json["firings"]?.array?.count == 5)
            for (query, body) in [("count=0", true), ("count=x", true), ("count=100000", true), ("", false)] {
                let trigger: JSONValue = body ? ["trigger": Self.body["trigger"] ?? .null] : [:]
                #expect(
                    try await client.send("POST", "/recurringruns:preview?\(query)", trigger).status == 400
                )
            }
        }
    }

    @Test("A run that was started by one names it")
    func runs() async throws {
        let world = try await APIWorld()
        try await world.direct { client in
            let made = try await client.send("POST", "/recurringruns", .object(Self.body)).json
            world.server.clock.advance(by: .seconds(86_400))
            _ = try await world.server.useCases.recurringRuns.startDue(at: world.server.clock.now())
            let run = try #require(try await client.send("GET", "/runs").json["runs"]?.array?.first)
            #expect(run["recurring_run_id"] == made["recurring_run_id"])
            #expect(run["scheduled_at"] == "2023-11-15T09:00:00Z")
            #expect(run["display_name"] == "nightly-1")
        }
    }
}
