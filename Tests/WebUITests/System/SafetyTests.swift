import HTTPTypes
import Model
import ServerKit
import Services
import Store
import TestKit
import Testing

@Suite("What pages let through")
struct SafetyTests {
    private static let hostile = "\"><script>alert(1)</script><img src=x onerror='alert(2)'>{{name}}&amp;"

    @Test("Markup in names, reasons, values and paths is text on every page")
    func escaping() async throws {
        let world = try await WebWorld()
        let evil = Self.hostile
        let experiment = try await world.server.useCases.experiments.create(
            displayName: evil,
            description: evil
        )
        var builder = SpecBuilder()
        builder.container(evil, command: [evil], args: [evil], inputs: ["text": "STRING"])
        let spec = builder.spec(
            tasks: [evil: SpecBuilder.task(evil, parameters: ["text": SpecBuilder.input(evil)])],
            root: [
                "inputDefinitions": [
                    "parameters": [evil: ["parameterType": "STRING", "description": .string(evil)]]
                ]
            ]
        )
        let run = try await world.server.useCases.runs.create(
            RunSubmission(
                displayName: evil,
                description: evil,
                experimentID: experiment.id,
                source: .spec(PipelineSpecDocument(pipelineSpec: spec)),
                parameters: [evil: .string(evil)]
            )
        ).run
        let path = TaskPath.root.appending(evil)
        var task = TaskRecord(
            runID: run.id,
            path: path,
            parent: .root,
            name: evil,
            displayName: evil,
            kind: .container,
            createdAt: run.createdAt
        )
        task.state = .failed
        task.reason = Reason(.exitedNonZero, evil + "\n" + evil)
        task.cache = Reason(.cacheMiss, evil)
        task.inputs = TaskValues(parameters: [evil: .string(evil)])
        var attempt = Attempt(path: path, number: 0, createdAt: run.createdAt)
        attempt.reason = Reason(.exitedNonZero, evil)
        try await world.store([task], [attempt])
        try await world.server.database.write { connection in
            guard var stored = try connection.run(run.id) else { return }
            stored.enter(.failed, at: run.createdAt, reason: Reason(.childFailed, evil + "\n" + evil))
            try connection.updateRunProgress(stored)
        }
        let pipeline = try await world.server.useCases.pipelines.create(
            .init(name: evil, description: evil, tags: ["team": "<script>alert(1)</script>"]),
            package: PipelinePackage(PipelineSpecDocument(pipelineSpec: spec))
        )
        let submission = RunSubmission(
            displayName: evil,
            description: evil,
            experimentID: experiment.id,
            source: .version(pipelineID: pipeline.id, versionID: nil),
            parameters: [evil: .string(evil)],
            pipelineRoot: evil,
            serviceAccount: evil
        )
        let recurring = try await world.server.useCases.recurringRuns.create(
            RecurringRunSubmission(run: submission, trigger: Trigger(.periodic(seconds: 60)))
        ).recurring
        let (plan, firing) = ("/pipelines/\(pipeline.id)", "/recurringruns/\(recurring.id)")
        let at = "/runs/\(run.id)"
        let query = "task=" + path.text.replacing("%", with: "%25")
        let pages = [
            "/", "/runs", "/runs?q=%3Cscript%3Ealert(1)", "/experiments/\(experiment.id)", at,
            "\(at)?\(query)",
            "\(at)?tab=timeline&\(query)", "\(at)?tab=details", "\(at)?tab=spec", "/runs/new?clone=\(run.id)",
            "\(at)/log?\(query)", "/%3Cscript%3Ealert(1)", "/runs?state=%3Cscript%3Ealert(1)",
            "\(at)?task=%3Cscript%3Ealert(1)",
            "/pipelines", "/pipelines?q=%3Cscript%3Ealert(1)", plan, "\(plan)?\(query)",
            "\(plan)?tab=versions", "\(plan)?tab=details",
            "\(plan)?tab=spec", "/pipelines/new?pipeline=\(pipeline.id)",
            "/pipelines?sort=%3Cscript%3Ealert(1)", "/experiments",
            "/experiments?done=archive&count=1&of=%3Cscript%3Ealert(1)", "/runs/new",
            "/runs/new?pipeline=\(pipeline.id)",
            "/executions", "/executions?groups=shown", "/executions?state=failed",
            "/executions?q=%3Cscript%3Ealert(1)",
            "/recurringruns", "/recurringruns?experiment=\(experiment.id)",
            "/recurringruns/new?pipeline=\(pipeline.id)", firing,
            "\(firing)/edit",
        ]
        for page in pages {
            let answer = try await world.get(page)
            #expect(!answer.text.contains("<script>alert"), "\(page)")
            #expect(!answer.text.contains("<img"), "\(page)")
            // A log's page names its task by its path, where all that is special is escaped already; a page that is missing, too.
            #expect(
                page.contains("/log?") || page.hasPrefix("/%3C") || answer.text.contains("&lt;script"),
                "\(page) shows none of it"
            )
            #expect(!answer.text.contains("onerror='"), "\(page)")
        }
        let forms = [
            ("/runs/actions", "action=delete&run=\(run.id)&back=%22%3E%3Cscript%3Ealert(1)"),
            ("/pipelines/actions", "action=delete&pipeline=\(pipeline.id)"),
            ("/experiments/actions", "action=delete&experiment=\(experiment.id)"),
            ("/recurringruns/actions", "action=delete&recurringrun=\(recurring.id)"),
            ("/runs/actions", "action=%3Cscript%3Ealert(1)"),
            ("/experiments/new", "description=%22%3E%3Cscript%3Ealert(1)"),
            (
                "\(firing)/edit",
                "name=%3Cscript%3Ealert(1)&rule=cron&cron=%22%3E%3Cscript%3Ealert(1)&zone=%3Cscript%3Ealert(1)&start=%22%3E%3Cscript%3Ealert(1)"
            ),
        ]
        for (page, form) in forms {
            #expect(try await !world.post(page, form).text.contains("<script>alert"), "\(page) \(form)")
        }
    }

    @Test(
        "Every answer forbids scripts and styles that are not files of ours",
        arguments: ["/", "/runs", "/nothing/here", "/events?topic=x"]
    )
    func policy(page: String) async throws {
        let answer = try await WebWorld().get(page)
        let policy = try #require(answer.headers[.contentSecurityPolicy])
        #expect(policy.contains("default-src 'none'") && policy.contains("script-src 'self'"))
        #expect(!policy.contains("unsafe"))
        #expect(answer.headers[.xContentTypeOptions] == "nosniff")
        // What the policy forbids would not work, so no page may have it.
        #expect(
            !answer.text.contains(" style=\"") && !answer.text.contains(" onclick=")
                && !answer.text.contains("<style")
        )
    }

    @Test("A form that no page of ours sent is refused, and changes nothing")
    func forgery() async throws {
        let world = try await WebWorld()
        let run = try await world.run("kept")
        let form = "action=archive&run=\(run)"
        #expect(try await world.post("/runs/actions", form, headers: [:]).status == 403)
        let site = try #require(HTTPField.Name("Sec-Fetch-Site"))
        #expect(try await world.post("/runs/actions", form, headers: [site: "cross-site"]).status == 403)
        #expect(try await world.server.useCases.runs.get(run).run.storageState == .available)
        #expect(try await world.post("/runs/actions", form, headers: [site: "same-origin"]).status == 303)
        #expect(try await world.server.useCases.runs.get(run).run.storageState == .archived)
    }

    @Test(
        "After a form, no other server is gone to",
        arguments: ["//e.vil/", "https://e.vil/", "/\\e.vil", "javascript:alert(1)", "/a\nb"]
    )
    func redirection(place: String) async throws {
        let world = try await WebWorld()
        let run = try await world.run("a")
        let back = place.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let answer = try await world.post("/runs/actions", "action=archive&run=\(run)&back=\(back)")
        #expect(answer.headers[.location] == "/runs?done=archive&count=1")
    }

    @Test("Files have addresses that change with them and are kept for ever; unknown ones are not found")
    func assets() async throws {
        let world = try await WebWorld()
        let page = try await world.get("/").text
        let path = try #require(page.firstMatch(of: /"(\/assets\/[0-9a-f]+)\/app.css"/)?.output.1)
        let names = [
            "app.css", "app.js", "early.js", "live.js", "morph.js", "keys.js", "clock.js", "graph.js",
            "log.js", "schedule.js",
            "upload.js", "icon.svg",
        ]
        for name in names {
            let file = try await world.get("\(path)/\(name)")
            #expect(
                file.status == 200 && file.headers[.cacheControl]?.contains("immutable") == true,
                "\(name)"
            )
        }
        #expect(try await world.get("/assets/old/app.css").headers[.cacheControl] == "no-cache")
        #expect(try await world.get("\(path)/../../secret").status == 404)
        #expect(try await world.get("\(path)/app.css", .head).text.isEmpty)
    }

    @Test(
        "What cannot be is answered with a page that says so",
        arguments: [
            ("/runs/none", 404, "Run none not found"), ("/nothing", 404, "There is no page at /nothing"),
            ("/runs?state=bad", 400, "expected one of PENDING"), ("/runs?page=bad", 400, "page_token"),
            ("/runs?q=%zz", 400, "hexadecimal"), ("/runs/none?tab=bad", 400, "expected one of graph"),
            ("/events?topic=bad", 400, "expected runs"),
            ("/pipelines/none", 404, "Pipeline none not found"),
            ("/experiments/none", 404, "Experiment none not found"),
            ("/recurringruns/none", 404, "Recurring run none not found"),
            ("/recurringruns/none/edit", 404, "Recurring run none"),
            ("/recurringruns?experiment=none", 404, "Experiment none"),
            ("/runs/new?pipeline=none", 404, "Pipeline none"),
            ("/runs/new?clone=none", 404, "Run none"), ("/pipelines/new?pipeline=none", 404, "Pipeline none"),
            ("/pipelines?page=bad", 400, "page_token"),
        ]
    )
    func errors(page: String, status: Int, words: String) async throws {
        let answer = try await WebWorld().get(page)
        #expect(answer.status == status)
        #expect(answer.text.contains(words))
        #expect(answer.text.contains("<nav aria-label=\"Main\">"))
    }
}
