import Model
import ServerKit
import Testing

@Suite("Pipelines over HTTP")
struct PipelineAPITests {
    @Test("Created with its pipeline, a version bears the pipeline's name unless it has its own")
    func together() async throws {
        let world = try await APIWorld()
        try await world.direct { client in
            for (name, version, expected) in [("one", [:], "one"), ("two", ["name": "v1"], "v1")]
                as [(String, [String: JSONValue], String)]
            {
                let answer = try await client.send(
                    "POST",
                    "/pipelines/create",
                    [
                        "pipeline": ["display_name": .string(name)],
                        "pipeline_version": .object(version.merging(["pipeline_spec": Specs.single]) { $1 }),
                    ]
                )
                #expect(answer.status == 200, "\(answer.text)")
                let id = answer.json["pipeline_id"]?.string ?? ""
                let list = try await client.send("GET", "/pipelines/\(id)/versions")
                #expect(
                    list.json["pipeline_versions"]?.array?.compactMap { $0["name"]?.string } == [expected]
                )
            }
        }
    }

    @Test("A version without a spec is told to bring one, and nothing is fetched that is not allowed")
    func sources() async throws {
        let world = try await APIWorld()
        try await world.direct { client in
            let id =
                try await client.send("POST", "/pipelines", ["name": "p"]).json["pipeline_id"]?.string ?? ""
            let before = try await world.server.rowCounts()
            let none = try await client.send("POST", "/pipelines/\(id)/versions", ["name": "v"])
            #expect(none.status == 400, "\(none.text)")
            let url = try await client.send(
                "POST",
                "/pipelines/\(id)/versions",
                ["name": "v", "package_url": ["pipeline_url": "https://example.org/p.yaml"]]
            )
            #expect(url.status == 400, "\(url.text)")
            #expect(try await world.server.rowCounts() == before)
        }
    }

    @Test("Names with any characters are found by name")
    func byName() async throws {
        let world = try await APIWorld()
        try await world.direct { client in
            for (name, path) in [
                ("a/b", "a%2Fb"), ("ü ?&", "%C3%BC%20%3F%26"), ("100%", "100%25"), ("x:y", "x:y"),
            ] {
                _ = try await client.send("POST", "/pipelines", ["name": .string(name)])
                let found = try await client.send("GET", "/pipelines/names/\(path)")
                #expect(found.json["name"]?.string == name, "\(found.text)")
            }
            #expect(try await client.send("GET", "/pipelines/names/%zz").status == 400)
            #expect(try await client.send("GET", "/pipelines/names/%00").status == 400)
        }
    }

    @Test("A change of tags and display name is seen by the next request")
    func update() async throws {
        let world = try await APIWorld()
        try await world.direct { client in
            let created = try await client.send("POST", "/pipelines", ["name": "p", "tags": ["a": "b"]])
            let id = created.json["pipeline_id"]?.string ?? ""
            let change: JSONValue = ["display_name": "P", "tags": ["c": "d"]]
            #expect(try await client.send("PATCH", "/pipelines/\(id)", change).status == 200)
            let found = try await client.send("GET", "/pipelines/\(id)").json
            #expect(found["display_name"] == "P")
            #expect(found["tags"] == ["c": "d"])
            #expect(found["name"] == "p")
            #expect(try await client.send("PATCH", "/pipelines/\(id)", ["tags": [:]]).status == 200)
            #expect(try await client.send("GET", "/pipelines/\(id)").json["tags"] == nil)
        }
    }
}
