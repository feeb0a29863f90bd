import Model
import Pods
import ServerKit
import TestKit
import Testing
import Wire

@Suite("Bad input on every route that takes it", .timeLimit(.minutes(15)))
struct BadInputTests {
    private static let checker = SchemaChecker(document: OpenAPIDocument.json(version: ""))

    /// Every list of the current generation, as a path that leads somewhere.
    private static let lists: [Route] = RouteTable.rows.map(\.route).filter {
        $0.rawValue.hasPrefix("list") && !$0.rawValue.hasSuffix("V1")
    }

    private func expectError(_ answer: Client.Answer, _ statuses: Set<Int>, _ what: String) {
        #expect(statuses.contains(answer.status), "\(what): \(answer.status) \(answer.text.prefix(300))")
        let error: JSONValue = ["$ref": "#/components/schemas/Error"]
        #expect(Self.checker.differences(answer.json, error, at: "answer") == [], "\(what)")
        #expect(answer.json["message"]?.string?.isEmpty == false, "\(what)")
    }

    @Test(
        "A list that is asked for in a way that makes no sense is 400 with a sentence, whichever list it is",
        arguments: [
            "page_size=-1", "page_size=1e3", "page_size=99999999999999999999", "page_size=0x10",
            "page_token=x", "page_token=e30%3D", "page_token=bnVsbA%3D%3D", "page_token=%F0%9F%A6%9C",
            "page_token=" + String(repeating: "A", count: 4_000), "sort_by=nobody",
            "sort_by=created_at%20sideways", "sort_by=created_at%3BDROP%20TABLE%20runs", "filter=x",
            "filter=%5B%5D", "filter=" + filter("nobody", "EQUALS", ["string_value": "x"]),
            "filter=" + filter("name", "LIKE", ["string_value": "x"]),
            "filter=" + filter("name", "EQUALS", [:]),
            "filter=" + filter("name", "EQUALS", ["string_value": ["x"]]),
            "filter=" + filter("created_at", "GREATER_THAN", ["timestamp_value": "yesterday"]),
            "filter=" + filter("tags.", "EQUALS", ["string_value": "x"]),
            "filter=" + filter("name", "EQUALS", ["string_value": "x", "nonsense": 1]),
            "filter=%7B%22predicates%22:%7B%7D%7D", "filter=%7B%22nonsense%22:1%7D",
        ]
    )
    func lists(query: String) async throws {
        let world = try await APIWorld()
        let task = try await world.runningTask()
        try await world.direct { client in
            let pipeline = try await client.send("POST", "/pipelines", ["name": "p"]).json["pipeline_id"]?
                .string
            for route in Self.lists {
                let parameters = ["run_id": task.runID.text, "pipeline_id": pipeline ?? ""]
                // This list is not to be had without saying of what.
                let scope = route == .listArtifactTasks ? "run_ids=\(task.runID)" : ""
                let path = RouteTable.request(route, parameters).path + "?" + scope
                #expect(try await client.send("GET", path).status == 200, "\(path)")
                expectError(
                    try await client.send("GET", "\(path)&\(query)"),
                    [400],
                    "\(path)&\(query.prefix(200))"
                )
            }
        }
    }

    @Test("A token of one list, or one that somebody has changed, opens no other list and breaks none")
    func forgedTokens() async throws {
        let world = try await APIWorld()
        try await world.direct { client in
            for number in 0..<3 {
                _ = try await client.send("POST", "/pipelines", ["name": .string("p\(number)")])
            }
            let page = try await client.send("GET", "/pipelines?page_size=1&sort_by=name")
            let token = Array(try #require(page.json["next_page_token"]?.string).utf8)
            for place in token.indices {
                var forged = token
                forged[place] = forged[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
                let query = "page_token=" + percentEncoded(String(decoding: forged, as: UTF8.self))
                let answer = try await client.send("GET", "/pipelines?" + query)
                // A changed letter may still be a good token for another row.
                if answer.status != 200 { expectError(answer, [400], "place \(place)") }
            }
            let query = "page_token=" + percentEncoded(String(decoding: token, as: UTF8.self))
            for list in ["/experiments", "/runs", "/recurringruns", "/artifacts"] {
                let answer = try await client.send("GET", "\(list)?\(query)")
                if answer.status != 200 { expectError(answer, [400], list) }
            }
        }
    }

    /// Odd names, and whether everything may bear them.
    private static let names: [(name: String, isGood: Bool)] = [
        ("鳥", true), ("👩‍👩‍👧‍👦", true), ("a\u{202E}b", true), ("line\nbreak", true), ("tab\there", true),
        ("\u{1B}[2J", true), ("nul\u{0}l", false), ("'; DROP TABLE pipelines;--", true), ("../../x", true),
        ("%2e%2e%2f", true), ("{{$.inputs}}", true), (String(repeating: "鳥", count: 127), true),
        (String(repeating: "n", count: 500), false), (String(repeating: "鳥", count: 500), false),
        (String(repeating: "🦜", count: 500), false), ("e" + String(repeating: "\u{301}", count: 500), false),
    ]

    @Test(
        "A name that is too long or has a zero in it is 400 and stores nothing; others come back as they were sent"
    )
    func names() async throws {
        let world = try await APIWorld()
        try await world.direct { client in
            let made = try await client.send("POST", "/pipelines", ["name": "family"])
            let family = try #require(made.json["pipeline_id"]?.string)
            for (name, isGood) in Self.names {
                let text = JSONValue.string(name)
                let requests: [(path: String, body: JSONValue, field: String)] = [
                    ("/experiments", ["display_name": text], "display_name"),
                    ("/pipelines", ["name": text], "name"),
                    ("/pipelines/\(family)/versions", ["name": text, "pipeline_spec": Specs.single], "name"),
                ]
                for (path, body, field) in requests {
                    let before = try await world.server.rowCounts()
                    let answer = try await client.send("POST", path, body)
                    if isGood {
                        #expect(answer.status == 200, "\(path) \(name): \(answer.text)")
                        #expect(answer.json[field] == text)
                    } else {
                        expectError(answer, [400], "\(path) \(name.prefix(20))")
                        #expect(try await world.server.rowCounts() == before)
                    }
                    if isGood {
                        expectError(try await client.send("POST", path, body), [409], "\(path) again")
                    }
                }
            }
        }
    }

    @Test(
        "Whoever deletes, changes and reads the same things at once gets an answer, and nothing is half done"
    )
    func concurrently() async throws {
        let world = try await APIWorld()
        try await world.direct { client in
            for round in 0..<8 {
                let pipeline =
                    try await client.send(
                        "POST",
                        "/pipelines/create",
                        [
                            "pipeline": ["name": .string("p\(round)")],
                            "pipeline_version": ["pipeline_spec": Specs.single],
                        ]
                    ).json["pipeline_id"]?.string ?? ""
                let experiment =
                    try await client.send("POST", "/experiments", ["display_name": .string("e\(round)")])
                    .json["experiment_id"]?.string ?? ""
                let source: [String: JSONValue] = [
                    "display_name": "r", "experiment_id": .string(experiment),
                    "pipeline_version_reference": ["pipeline_id": .string(pipeline)],
                ]
                let run = try await client.send("POST", "/runs", .object(source)).json["run_id"]?.string ?? ""
                let requests: [(String, String, JSONValue?)] = [
                    ("POST", "/runs", .object(source)), ("DELETE", "/runs/\(run)", nil),
                    ("POST", "/runs/\(run):archive", nil), ("POST", "/runs/\(run):terminate", nil),
                    ("POST", "/runs/\(run):unarchive", nil), ("GET", "/runs/\(run)", nil),
                    ("GET", "/runs/\(run)/tasks", nil), ("DELETE", "/experiments/\(experiment)", nil),
                    ("POST", "/experiments/\(experiment):archive", nil),
                    ("PATCH", "/pipelines/\(pipeline)", ["tags": ["a": "b"]]),
                    ("DELETE", "/pipelines/\(pipeline)?cascade=true", nil),
                    (
                        "POST", "/pipelines/\(pipeline)/versions",
                        ["name": "second", "pipeline_spec": Specs.chain]
                    ),
                    ("DELETE", "/pipelines/\(pipeline)?cascade=true", nil), ("DELETE", "/runs/\(run)", nil),
                ]
                try await withThrowingTaskGroup(of: Void.self) { group in
                    // Every round begins with another of them.
                    for index in requests.indices {
                        let (method, path, body) = requests[(index + round * 3) % requests.count]
                        group.addTask {
                            let answer = try await client.send(method, path, body)
                            if answer.status != 200 {
                                expectError(answer, [400, 404, 409], "\(method) \(path)")
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                #expect(try await world.server.contradictions() == [], "round \(round)")
            }
        }
    }
}

/// A filter with one condition, for a query string.
private func filter(_ key: String, _ operation: String, _ value: [String: JSONValue]) -> String {
    let predicate: [String: JSONValue] = ["key": .string(key), "operation": .string(operation)]
    let filter: JSONValue = ["predicates": [.object(predicate.merging(value) { $1 })]]
    return percentEncoded(filter.jsonText)
}
