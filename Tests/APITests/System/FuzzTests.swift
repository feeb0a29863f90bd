import Foundation
import HTTPTypes
import Model
import ServerKit
import TestKit
import Testing
import Wire

/// `MARTLET_SEEDS=100000` sends more requests.
@Suite("Requests of any kind", .timeLimit(.minutes(15)))
struct FuzzTests {
    @Test("Whatever is sent, the answer is no server error, nothing is half written, and the server goes on")
    func requests() async throws {
        let count = ProcessInfo.processInfo.environment["MARTLET_SEEDS"].flatMap(UInt64.init) ?? 3_000
        let world = try await APIWorld()
        let states: [RuntimeState] = [.running, .succeeded, .failed]
        try await world.direct { client in
            let checker = SchemaChecker(document: OpenAPIDocument.json(version: ""))
            var statuses: [Int: Int] = [:]
            var ids: [String: [String]] = [:]
            var before = try await world.server.rowCounts()
            for seed in 0..<count {
                let request = RandomRequest(seed: seed, ids: ids)
                let answer = try await client.send(
                    request.method,
                    request.path,
                    bytes: request.body,
                    headers: request.headers
                )
                statuses[answer.status, default: 0] += 1
                let what =
                    "seed \(seed): \(request.method) \(request.path.prefix(200)): \(answer.status) "
                    + "\(answer.text.prefix(300))"
                #expect(answer.status < 500 || answer.status == 501 || answer.status == 503, "\(what)")
                let after = try await world.server.rowCounts()
                if answer.status >= 400 { #expect(after == before, "\(what)") }
                before = after
                #expect(differences(request, answer, checker) == [], "\(what)")
                for key in [
                    "run_id", "pipeline_id", "pipeline_version_id", "experiment_id", "name",
                    "recurring_run_id",
                ] {
                    guard let id = answer.json[key]?.string else { continue }
                    ids[key] = (ids[key] ?? []).suffix(9) + [id]
                }
                // Runs come to all the states an orchestrator would bring them to.
                if seed % 10 == 0, let run = answer.json["run_id"]?.string {
                    try await world.server.enter(states[Int(seed / 10) % 3], RunID(run))
                    before = try await world.server.rowCounts()
                }
                if seed % 100 == 99 {
                    #expect(try await world.server.contradictions() == [], "by seed \(seed)")
                    #expect(try await client.send("GET", "/healthz").status == 200)
                }
            }
            // Requests that all fail test little.
            #expect((statuses[200] ?? 0) > Int(count) / 8, "\(statuses)")
            #expect((statuses[400] ?? 0) > Int(count) / 10, "\(statuses)")
        }
        #expect(try await world.server.contradictions() == [])
    }

    /// What an answer in JSON has that the description of the API does not announce.
    private func differences(
        _ request: RandomRequest,
        _ answer: Client.Answer,
        _ checker: SchemaChecker
    ) -> [String] {
        guard answer.headers[.contentType] == "application/json", request.method != "HEAD" else { return [] }
        guard case .found(let route, _) = RouteTable.match(method: request.method, path: request.path),
            let row = RouteTable.rows.first(where: { $0.route == route })
        else {
            return checker.differences(answer.json, ["$ref": "#/components/schemas/Error"], at: "answer")
        }
        return checker.differences(
            answer.json,
            template: row.template,
            method: row.method.rawValue.lowercased(),
            status: answer.status
        )
    }
}
