import Model
import ServerKit
import Testing
import WebUI

@Suite("The page of executions")
struct ExecutionPageTests {
    private func task(_ run: RunID, _ path: String, _ kind: TaskKind, _ state: TaskState, at: Instant)
        -> TaskRecord
    {
        var task = TaskRecord(
            runID: run,
            path: TaskPath(path),
            parent: .root,
            name: "task",
            displayName: path.split(separator: ".").last { Int($0) == nil }.map(String.init) ?? path,
            kind: kind,
            createdAt: at
        )
        task.enter(.running, at: at)
        task.enter(
            state,
            at: at + .seconds(3),
            reason: state == .failed ? Reason(.exitedNonZero, "no straw\nat all") : nil
        )
        task.endedAt = at + .seconds(3)
        return task
    }

    /// A run with a loop in which a step was cached and one has failed.
    private func fill(_ world: WebWorld) async throws -> RunID {
        let run = try await world.run("nightly")
        let now = world.server.clock.now()
        try await world.store([
            task(run, "root", .root, .failed, at: now), task(run, "for-loop-1", .loop, .failed, at: now),
            task(run, "for-loop-1.3", .iteration, .failed, at: now + .seconds(1)),
            task(run, "for-loop-1.3.train", .container, .failed, at: now + .seconds(2)),
            task(run, "for-loop-1.3.fetch", .container, .cached, at: now + .seconds(3)),
        ])
        return run
    }

    @Test("Steps of all runs lead to their panel and their run, with their groups and iterations")
    func steps() async throws {
        let world = try await WebWorld()
        let run = try await fill(world)
        let page = try await world.get("/executions").text
        #expect(page.contains("2 executions"))
        #expect(
            page.contains("href=\"/runs/\(run)?task=for-loop-1.3.train\" title=\"train · 4\">train · 4</a>")
        )
        #expect(
            page.contains("for-loop-1</div>") && page.contains("no straw</div>") && !page.contains("at all")
        )
        #expect(page.contains("href=\"/runs/\(run)\" title=\"nightly\">nightly</a>"))
        #expect(page.contains("Cached</span>") && page.contains("3.0s"))
        #expect(
            try #require(page.firstRange(of: "fetch")).lowerBound
                < #require(page.firstRange(of: "train")).lowerBound
        )
        #expect(
            page.contains("data-live=\"executions\"")
                && page.contains("<a href=\"/executions\" data-key=\"x\" aria-current")
        )
    }

    @Test("Groups are shown to those who ask for them")
    func groups() async throws {
        let world = try await WebWorld()
        let run = try await fill(world)
        let page = try await world.get("/executions?groups=shown").text
        #expect(page.contains("5 executions") && page.contains("for-loop-1 · 4</a>"))
        #expect(page.contains("<a class=\"main\" href=\"/runs/\(run)\" title=\"The whole run\">"))
        #expect(page.contains("Iteration</span>") && page.contains("Loop</span>"))
        let failed = try await world.get("/executions?groups=shown&state=FAILED&state=CANCELED&q=loop").text
        #expect(
            failed.contains("name=\"groups\" value=\"shown\"")
                && failed.contains("name=\"state\" value=\"FAILED\"")
        )
        #expect(failed.contains("for-loop-1</a>") && !failed.contains("train"))
    }

    @Test("An empty list says why it is empty, and what is no address of ours is refused")
    func empty() async throws {
        let world = try await WebWorld()
        #expect(try await world.get("/executions").text.contains("Nothing has run yet."))
        #expect(try await world.get("/executions?state=cached").text.contains("No execution fits."))
        #expect(try await world.get("/executions?q=x").text.contains("No execution fits."))
        #expect(try await world.get("/executions?state=tired").status == 400)
        #expect(try await world.get("/executions?page=x").status == 400)
        let page = "eyJkZXNjZW5kaW5nIjp0cnVlLCJmaWx0ZXIiOnt9LCJpZCI6IngiLCJzb3J0IjoiYSIsInZhbHVlIjoieCJ9"
        #expect(try await world.get("/executions?page=\(page)").status == 400)
    }

    @Test("Fifty stand on a page, and the next one goes on after them")
    func pages() async throws {
        let world = try await WebWorld()
        let run = try await world.run("wide")
        let now = world.server.clock.now()
        try await world.store((0..<60).map { task(run, "step-\($0)", .container, .succeeded, at: now) })
        let first = try await world.get("/executions").text
        #expect(first.contains("60 executions") && first.split(separator: "<tr id=").count == 51)
        let next = try #require(first.firstMatch(of: /href="([^"]*)" rel="next"/)).1
        let second = try await world.get(String(next)).text
        #expect(second.split(separator: "<tr id=").count == 11 && second.contains("First page"))
        #expect(!second.contains("rel=\"next\""))
    }
}
