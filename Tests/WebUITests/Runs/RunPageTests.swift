import HTTPTypes
import Model
import ServerKit
import Services
import TestKit
import Testing
import WebUI

@Suite("The pages of runs")
struct RunPageTests {
    @Test("A list shows what its filters let through, in the order that was asked for")
    func list() async throws {
        let world = try await WebWorld()
        let (one, two) = (try await world.run("alpha"), try await world.run("beta"))
        try await world.server.enter(.failed, two)
        let all = try await world.get("/runs?sort=name").text
        #expect(try place(of: "run-\(one)", in: all) < place(of: "run-\(two)", in: all))
        let newest = try await world.get("/runs").text
        #expect(try place(of: "run-\(two)", in: newest) < place(of: "run-\(one)", in: newest))
        let failed = try await world.get("/runs?state=FAILED").text
        #expect(failed.contains("beta") && !failed.contains("alpha"))
        let found = try await world.get("/runs?q=alph").text
        #expect(found.contains("alpha") && !found.contains("beta"))
        #expect(try await world.get("/runs?q=gamma").text.contains("No run fits"))
    }

    @Test("A long list has pages, and each run is on one of them")
    func pages() async throws {
        let world = try await WebWorld()
        for number in 0..<60 { _ = try await world.run("number \(number);") }
        let first = try await world.get("/runs").text
        let next = try #require(first.firstMatch(of: /href="([^"]*page=[^"]*)" rel="next"/)?.output.1)
        let second = try await world.get(String(next).replacing("&amp;", with: "&")).text
        for number in 0..<60 {
            #expect(first.contains("number \(number);") != second.contains("number \(number);"), "\(number)")
        }
    }

    @Test("Archiving and restoring move runs, deleting asks first, and refusals are told")
    func actions() async throws {
        let world = try await WebWorld()
        let (one, two) = (try await world.run("one"), try await world.run("two"))
        let archived = try await world.post(
            "/runs/actions",
            "action=archive&run=\(one)&run=\(two)&back=%2Fruns"
        )
        #expect(archived.headers[.location] == "/runs?done=archive&count=2")
        #expect(try await world.get("/runs?done=archive&count=2").text.contains("2 runs archived."))
        #expect(try await world.get("/runs?archived=true").text.contains("run-\(one)"))
        _ = try await world.post("/runs/actions", "action=restore&run=\(one)")

        let question = try await world.post("/runs/actions", "action=delete&run=\(one)")
        #expect(question.status == 200 && question.text.contains("Delete 1 run?"))
        #expect(try await world.server.useCases.runs.get(one).run.displayName == "one")
        let gone = try await world.post(
            "/runs/actions",
            "action=delete&run=\(one)&confirmed=yes&back=%2Fruns%2F\(one)"
        )
        #expect(gone.headers[.location] == "/runs?done=delete&count=1")
        #expect(try await world.get("/runs/\(one)").status == 404)

        try await world.server.enter(.succeeded, two)
        let refused = try await world.post("/runs/actions", "action=terminate&run=\(two)&confirmed=yes")
        #expect(refused.status == 409 && refused.text.contains("is over (SUCCEEDED)"))
    }

    @Test("Runs are retried together; which were refused, and why, is told by their names")
    func retry() async throws {
        let world = try await WebWorld()
        let names = ["failed", "stopped <b>", "done <b>", "waits"]
        var runs: [RunID] = []
        for name in names { runs.append(try await world.run(name)) }
        try await world.server.enter(.failed, runs[0])
        try await world.server.enter(.failed, runs[1])
        try await world.server.enter(.succeeded, runs[2])
        #expect(try await world.get("/runs").text.contains("name=\"action\" value=\"retry\""))
        let all = runs.map { "&run=\($0)" }.joined()
        let some = try await world.post("/runs/actions", "action=retry\(all)&run=nobody&back=%2Fruns")
        #expect(some.status == 409 && some.text.contains("2 runs retried. The rest was refused:"))
        #expect(some.text.contains("<li>done &lt;b&gt;<div class=\"quiet\">Run \(runs[2]) has succeeded"))
        #expect(some.text.contains("<li>waits<div") && some.text.contains("<li>nobody<div"))
        #expect(try place(of: "<li>waits", in: some.text) < place(of: ">Back</a>", in: some.text))
        #expect(!some.text.contains("<li>failed") && !some.text.contains("<li>stopped"))
        #expect(try await world.server.useCases.runs.get(runs[0]).run.state == .pending)
    }

    @Test("A clone has the parameters of its form, as their types have it")
    func clone() async throws {
        let world = try await WebWorld()
        let types: [String: JSONValue] = [
            "text": ["parameterType": "STRING"],
            "count": ["parameterType": "NUMBER_INTEGER", "defaultValue": 3],
            "items": ["parameterType": "LIST", "isOptional": true],
            "flag": ["parameterType": "BOOLEAN", "defaultValue": true],
        ]
        var builder = SpecBuilder()
        builder.container("work")
        let spec = builder.spec(
            tasks: ["work": SpecBuilder.task("work")],
            root: ["inputDefinitions": ["parameters": .object(types)]]
        )
        let run = try await world.run("first", spec, parameters: ["text": "a", "items": [1, 2]])
        let form = try await world.get("/runs/new?clone=\(run)").text
        #expect(
            form.contains("value=\"a\"") && form.contains("[1,2]</textarea>")
                && form.contains("default: true")
        )

        let fields = "name=second&clone=\(run)&p.text=%22%22&p.count=4&p.items=%5B%22x%22%5D&p.flag="
        let started = try await world.post("/runs/new", fields)
        let place = try #require(started.headers[.location])
        let clone = try await world.server.useCases.runs.get(RunID(String(place.dropFirst("/runs/".count))))
            .run
        #expect(clone.displayName == "second")
        #expect(clone.parameters == ["text": "", "count": 4, "items": ["x"]])

        let refused = try await world.post("/runs/new", "name=third&clone=\(run)&p.text=a&p.count=many")
        #expect(refused.status == 422)
        #expect(
            refused.text.contains("count: expected a whole number") && refused.text.contains("value=\"many\"")
        )
        let missing = try await world.post("/runs/new", "name=third&clone=\(run)&p.count=1")
        #expect(missing.status == 422 && missing.text.contains("has no default"))
    }

    @Test("A loop of ten thousand iterations is a few shapes and fifty lines")
    func largeLoop() async throws {
        let world = try await WebWorld()
        var builder = SpecBuilder()
        builder.container("work", inputs: ["item": "NUMBER_INTEGER"])
        let spec = builder.spec(tasks: ["work": SpecBuilder.task("work")])
        let run = try await world.run("large", spec)
        let now = world.server.clock.now()
        let loop = TaskPath("loop")
        var tasks = [
            TaskRecord(
                runID: run,
                path: loop,
                parent: .root,
                name: "loop",
                displayName: "loop",
                kind: .loop,
                createdAt: now
            )
        ]
        for number in 0..<10_000 {
            var task = TaskRecord(
                runID: run,
                path: loop.appending(iteration: number),
                parent: loop,
                name: "loop",
                displayName: "loop [\(number)]",
                iteration: number,
                kind: .iteration,
                createdAt: now
            )
            task.state = number == 4_711 ? .failed : .succeeded
            tasks.append(task)
        }
        try await world.store(tasks)
        let page = try await world.get("/runs/\(run)?task=loop").text
        #expect(page.contains("9999 of 10000 done, 1 failed"))
        #expect(page.contains("1–50 of 10000"))
        #expect(page.utf8.count < 60_000)
        let failed = try await world.get("/runs/\(run)?task=loop&in=FAILED").text
        #expect(failed.contains("task=loop.4711") && failed.contains("1–1 of 1"))
    }

    @Test(
        "Tasks of iterations are found by their names with numbers from 1, in the order of these: the third before the tenth"
    )
    func finderOrder() async throws {
        let world = try await WebWorld()
        let run = try await world.run("looped")
        let now = world.server.clock.now()
        func task(_ path: String, _ parent: TaskPath, _ name: String, _ kind: TaskKind) -> TaskRecord {
            TaskRecord(
                runID: run,
                path: TaskPath(path),
                parent: parent,
                name: path.split(separator: ".").last.map(String.init) ?? path,
                displayName: name,
                kind: kind,
                createdAt: now
            )
        }
        let loop = TaskPath("loop")
        var tasks = [task("loop", .root, "For each rate", .loop)]
        for number in 0..<12 {
            var iteration = task("loop.\(number)", loop, "loop [\(number)]", .iteration)
            iteration.iteration = number
            tasks += [iteration, task("loop.\(number).work", iteration.path, "Train", .container)]
        }
        try await world.store(tasks)
        let found = try await world.get("/runs/\(run)?find=work").text
        #expect(try place(of: ">Train · 3 <", in: found) < place(of: ">Train · 11 <", in: found))
        #expect(found.contains(">Train · 3 <span class=\"quiet\">For each rate</span>"))
        #expect(!found.contains("loop.2.work<"))
        let passes = try await world.get("/runs/\(run)?find=loop+%5B").text
        #expect(passes.contains("12 tasks") && passes.contains("<span>For each rate · 12</span>"))
    }

    @Test("Tasks of a large run are found by a part of their name, of which a small run needs no form")
    func finder() async throws {
        let world = try await WebWorld()
        let run = try await world.run("large")
        let now = world.server.clock.now()
        let tasks = (0..<200).map { number in
            TaskRecord(
                runID: run,
                path: TaskPath("task-\(number)"),
                parent: .root,
                name: "task-\(number)",
                displayName: "Number \(number)",
                kind: .container,
                createdAt: now
            )
        }
        try await world.store(tasks)
        #expect(try await world.get("/runs/\(run)").text.contains("Find a task"))
        let found = try await world.get("/runs/\(run)?find=number+19").text
        #expect(
            found.contains("11 tasks") && found.contains("task=task-190") && !found.contains("task=task-18\"")
        )
        #expect(
            try await world.get("/runs/\(run)?find=t").text.contains("200 tasks; the first 30 are listed")
        )
        #expect(
            try await world.get("/runs/\(run)?find=nobody").text.contains(
                "No task that the run has got to fits."
            )
        )
        let small = try await world.run("small")
        #expect(try await !world.get("/runs/\(small)").text.contains("Find a task"))
    }

    @Test("A run that somebody stopped is shown as stopped, not among those that failed")
    func stopped() async throws {
        let world = try await WebWorld()
        let (stopped, failed) = (try await world.run("given up"), try await world.run("broken"))
        try await world.server.enter(.failed, failed)
        try await world.server.enter(
            .failed,
            stopped,
            Reason(.terminated, "The run was terminated by request.")
        )
        let list = try await world.get("/runs?state=FAILED&state=CANCELED").text
        #expect(list.contains("s-canceled") && list.contains("s-failed"))
        #expect(try await world.get("/runs/\(stopped)").text.contains("s-canceled"))
        let home = try await world.get("/").text
        #expect(home.contains("id=\"lately-\(stopped)\"") && home.contains("id=\"failed-\(failed)\""))
        #expect(!home.contains("id=\"failed-\(stopped)\""))
    }

    @Test("A timeline and a log have the names that people gave, and the numbers of iterations")
    func names() async throws {
        let world = try await WebWorld()
        let run = try await world.run("named")
        let now = world.server.clock.now()
        let loop = TaskPath("loop")
        let iteration = loop.appending(iteration: 1)
        func record(_ path: TaskPath, _ parent: TaskPath, _ name: String, _ kind: TaskKind) -> TaskRecord {
            TaskRecord(
                runID: run,
                path: path,
                parent: parent,
                name: "work",
                displayName: name,
                iteration: kind == .iteration ? 1 : nil,
                kind: kind,
                createdAt: now
            )
        }
        let step = iteration.appending("work")
        var cached = record(TaskPath("other"), .root, "Other", .container)
        cached.cache = Reason(
            .cacheMiss,
            "The latest execution differs.",
            details: ["run_id": "earlier", "task": "a.b"]
        )
        try await world.store(
            [
                try #require(try await world.server.useCases.tasks.get(run, .root).tasks.first),
                record(loop, .root, "Every region", .loop), record(iteration, loop, "loop [1]", .iteration),
                record(step, iteration, "Train", .container), cached,
            ],
            [Attempt(path: step, number: 0, createdAt: now)]
        )
        let timeline = try await world.get("/runs/\(run)?tab=timeline").text
        #expect(
            timeline.contains("title=\"loop.1.work\">Train · 2 <span class=\"quiet\">Every region</span>")
        )
        let log = try await world.get("/runs/\(run)/log?task=loop.1.work").text
        #expect(log.contains("Log of Train") && log.contains(">named</a>") && log.contains(">Train</a>"))
        #expect(try await world.get("/runs/\(run)?task=other").text.contains("/runs/earlier?task=a.b"))
    }

    @Test("A timeline shows attempts as they began, numbered from 1, and tells of steps that had none")
    func timeline() async throws {
        let world = try await WebWorld()
        let run = try await world.run("waits")
        let now = world.server.clock.now()
        func step(_ name: String, _ state: TaskState) -> TaskRecord {
            var record = TaskRecord(
                runID: run,
                path: TaskPath(name),
                parent: .root,
                name: name,
                displayName: name,
                kind: .container,
                createdAt: now
            )
            record.state = state
            return record
        }
        func attempt(_ name: String, _ number: Int, began: Int64) -> Attempt {
            var attempt = Attempt(path: TaskPath(name), number: number, createdAt: now)
            attempt.startedAt = now + .milliseconds(began)
            return attempt
        }
        try await world.store(
            [step("early", .running), step("late", .running), step("taken", .cached)]
                + ["loop.2.work", "loop.10.work"].map { step($0, .running) },
            [
                attempt("early", 0, began: 20), attempt("early", 1, began: 40),
                attempt("late", 0, began: 30),
                // Of the same moment, in the order of their iterations.
                attempt("loop.10.work", 0, began: 50), attempt("loop.2.work", 0, began: 50),
            ]
        )
        let page = try await world.get("/runs/\(run)?tab=timeline").text
        let places = try [
            "\">early</a>", "\">late</a>", "\">early (attempt 2)</a>", "\">loop.2.work</a>",
            "\">loop.10.work</a>",
        ].map { try place(of: $0, in: page) }
        #expect(places == places.sorted())
        #expect(page.contains("1 step without a bar") && page.contains("class=\"axis\""))
        // Where nothing ran there is no time to measure.
        let other = try await world.run("taken over")
        var taken = step("taken", .cached)
        taken.runID = other
        try await world.store([taken])
        let still = try await world.get("/runs/\(other)?tab=timeline").text
        #expect(still.contains("1 step without a bar") && !still.contains("class=\"axis\""))
    }

    @Test("A task that the run has not got to says so, and so does one that the pipeline does not have")
    func otherTasks() async throws {
        let world = try await WebWorld()
        let run = try await world.run("new")
        let later = try await world.get("/runs/\(run)?task=work").text
        #expect(later.contains("The run has not got to this task.") && !later.contains("<h3>History"))
        let none = try await world.get("/runs/\(run)?task=nobody").text
        #expect(none.contains("The pipeline of this run has no such task.") && !none.contains("<h3>History"))
    }

    @Test("A run leads to its pipeline as long as that is there, and says when it was deleted")
    func deletedPipeline() async throws {
        let world = try await WebWorld()
        let pipelines = world.server.useCases.pipelines
        let pipeline = try await world.pipeline("nests")
        let run = try await world.server.useCases.runs.create(
            RunSubmission(
                displayName: "first",
                source: .version(pipelineID: pipeline, versionID: nil),
                parameters: [:]
            )
        ).run
        #expect(
            try await world.get("/runs/\(run.id)").text.contains("href=\"/pipelines/\(pipeline)?version=")
        )
        try await pipelines.deleteVersion(try #require(run.pipelineVersionID), of: pipeline)
        #expect(try await world.get("/runs/\(run.id)").text.contains("href=\"/pipelines/\(pipeline)\""))
        try await pipelines.delete(pipeline, cascade: true)
        let page = try await world.get("/runs/\(run.id)").text
        #expect(page.contains("pipeline deleted") && !page.contains("href=\"/pipelines/\(pipeline)"))
    }

    private func place(of text: String, in page: String) throws -> String.Index {
        try #require(page.firstRange(of: text)).lowerBound
    }
}
