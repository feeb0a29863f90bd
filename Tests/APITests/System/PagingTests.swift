import Model
import ServerKit
import Testing

@Suite("Pages over HTTP")
struct PagingTests {
    private let lists = ["experiments", "pipelines", "runs"]

    /// All names of a list, read a page at a time; fails when a page is longer than asked for.
    private func names(_ client: Client, _ list: String, size: Int, _ rest: String = "") async throws
        -> [String]
    {
        var names: [String] = []
        var token: String?
        repeat {
            let query = "?page_size=\(size)\(rest)" + (token.map { "&page_token=\($0.encoded)" } ?? "")
            let page = try await client.send("GET", "/\(list)\(query)")
            #expect(page.status == 200, "\(page.text)")
            let items = page.json[list]?.array ?? []
            #expect(items.count <= size)
            names += items.compactMap { $0["display_name"]?.string }
            token = page.json["next_page_token"]?.string
        } while token != nil && names.count < 1_000
        return names
    }

    @Test("Tokens lead through every row once, forwards and backwards, in every list")
    func endToEnd() async throws {
        let world = try await APIWorld()
        try await world.direct { client in
            for number in 10..<23 {
                let name: JSONValue = ["display_name": .string("n\(number)")]
                #expect(try await client.send("POST", "/experiments", name).status == 200)
                #expect(try await client.send("POST", "/pipelines", name).status == 200)
                let run: JSONValue = ["display_name": .string("n\(number)"), "pipeline_spec": Specs.single]
                #expect(try await client.send("POST", "/runs", run).status == 200)
            }
            let expected = (10..<23).map { "n\($0)" }
            for list in lists {
                for size in [1, 4, 13, 200] {
                    let up = try await names(client, list, size: size).filter { $0 != "Default" }
                    #expect(up == expected, "\(list)")
                    let down = try await names(client, list, size: size, "&sort_by=display_name%20desc")
                    #expect(down.filter { $0 != "Default" } == expected.reversed(), "\(list)")
                }
                let first = try await client.send("GET", "/\(list)?page_size=5")
                #expect(first.json["total_size"] == (list == "experiments" ? 14 : 13))
            }
        }
    }

    @Test("An empty list is {}, and a token that is not ours is refused")
    func edges() async throws {
        let world = try await APIWorld()
        try await world.direct { client in
            #expect(try await client.send("GET", "/pipelines").json == [:])
            for query in [
                "page_token=x", "page_token=e30%3D", "page_size=-1", "page_size=x", "sort_by=nobody",
                "sort_by=a%20b",
                "filter=x", "filter=%7B%22predicates%22%3A%5B%7B%22key%22%3A%22nobody%22%7D%5D%7D",
                "page_size=%zz",
                "page_size=1&page_size=2",
            ] {
                let answer = try await client.send("GET", "/runs?\(query)")
                #expect(answer.status == 400, "\(query): \(answer.text)")
            }
            #expect(try await client.send("GET", "/runs?page_size=100000").status == 200)
        }
    }
}

extension String {
    fileprivate var encoded: String {
        replacing("+", with: "%2B").replacing("/", with: "%2F").replacing("=", with: "%3D")
    }
}
