import Model
import Testing
import WebUI

@Suite("Addresses")
struct RouteTests {
    @Test(
        "Pages of the original, which the SDK prints, lead to ours",
        arguments: [
            ("/runs/details/a-b", "/runs/a-b"), ("/runs/details/a-b/execution/7", "/runs/a-b"),
            ("/experiments/details/e", "/experiments/e"), ("/archive/runs", "/runs?archived=true"),
            ("/pipelines/details/p", "/pipelines/p"),
            ("/pipelines/details/p/version/v", "/pipelines/p?version=v"),
            ("/recurringrun/details/r", "/recurringruns/r"), ("/start", "/"),
            ("/executions/7", "/executions"),
            (
                "/executions/0b3a9c1e-0000-4000-8000-000000000001.for-loop-1.3.train",
                "/runs/0b3a9c1e-0000-4000-8000-000000000001?task=for-loop-1.3.train"
            ),
            ("/archive/experiments", "/experiments?archived=true"), ("/shared/pipelines", "/pipelines"),
            ("/pipelines/details/p/version", "/pipelines/p"),
            ("/artifacts/a%2Fb/lineage", "/artifacts/a%2Fb?tab=lineage"),
            ("/runs/details/a%2Fb%3F", "/runs/a%2Fb%3F"),
        ]
    )
    func original(path: String, place: String) {
        #expect(WebRoute(path: path) == .moved(place))
    }

    @Test("Paths find their pages; others find none")
    func paths() {
        #expect(WebRoute(path: "/") == .home)
        #expect(WebRoute(path: "/runs/") == .runs)
        #expect(WebRoute(path: "/runs/new") == .newRun)
        #expect(WebRoute(path: "/runs/x%20y") == .run(RunID("x y")))
        #expect(WebRoute(path: "/runs/x/log/lines") == .runLogLines(RunID("x")))
        #expect(WebRoute(path: "/artifacts") == .artifacts)
        #expect(WebRoute(path: "/executions") == .executions)
        #expect(WebRoute(path: "/runs/actions") == .actions(.run))
        #expect(WebRoute(path: "/pipelines/versions/actions") == .actions(.version))
        #expect(WebRoute(path: "/pipelines/new") == .newPipeline)
        #expect(WebRoute(path: "/pipeline_versions/new") == .newPipeline)
        #expect(WebRoute(path: "/pipelines/details") == .pipelines)
        #expect(WebRoute(path: "/pipelines/p") == .pipeline(PipelineID("p")))
        #expect(WebRoute(path: "/experiments/e") == .experiment(ExperimentID("e")))
        #expect(WebRoute(path: "/recurringruns/r/edit") == .editRecurringRun(RecurringRunID("r")))
        for path in ["/x", "/runs/a/b", "/runs/%zz/log/x", "/assets/a", "/home"] {
            #expect(WebRoute(path: path) == nil, "\(path)")
        }
    }

    @Test("The address of a list or a run reads back as it was written")
    func roundTrip() throws {
        var list = try RunsAddress(path: "/runs", query: WebForm("")).with { list in
            list.states = [.failed, .canceled]
            list.search = "a&b=ü %"
            list.column = .name
            list.isArchive = true
        }
        list.page = "abc+/="
        #expect(try RunsAddress(path: "/runs", query: query(of: list.href)) == list)

        let run = RunAddress(RunID("r")).with { run in
            run.tab = .timeline
            run.task = TaskPath("a%20.3.b")
            run.attempt = 2
            run.open = [TaskPath("loop.3"), TaskPath("a")]
            run.shut = [TaskPath("c")]
            run.iterationState = .failed
            run.iterationsFrom = 50
        }
        #expect(try RunAddress(RunID("r"), query: query(of: run.href)) == run)

        var pipeline = PipelineAddress(PipelineID("p"), version: PipelineVersionID("v&"))
        pipeline.tab = .versions
        pipeline.task = TaskPath("loop.a")
        pipeline.open = [TaskPath("b")]
        pipeline.shut = [TaskPath("c")]
        pipeline.page = "abc+/="
        #expect(try PipelineAddress(PipelineID("p"), query: query(of: pipeline.href)) == pipeline)
    }

    private func query(of href: String) throws -> WebForm {
        try WebForm(href.split(separator: "?", maxSplits: 1).dropFirst().first ?? "")
    }
}
