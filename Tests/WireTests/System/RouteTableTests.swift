import Model
import Testing
import Wire

@Suite("Route table")
struct RouteTableTests {
    @Test(
        "A request finds its route and its parameters",
        arguments: [
            ("GET", "/apis/v2beta1/healthz", Route.getHealth, [:]),
            ("GET", "/apis/v1beta1/healthz", .getHealthV1, [:]),
            ("POST", "/apis/v2beta1/runs", .createRun, [:]),
            ("GET", "/apis/v2beta1/runs?page_size=2", .listRuns, [:]),
            ("GET", "/pipeline/apis/v2beta1/runs/a", .getRun, ["run_id": "a"]),
            ("POST", "/apis/v2beta1/runs/a:terminate", .terminateRun, ["run_id": "a"]),
            ("POST", "/apis/v2beta1/runs/a:unarchive", .unarchiveRun, ["run_id": "a"]),
            ("POST", "/apis/v2beta1/experiments/e%2F1:archive", .archiveExperiment, ["experiment_id": "e/1"]),
            ("GET", "/apis/v2beta1/pipelines/names/a%20b+c", .getPipelineByName, ["name": "a b+c"]),
            ("GET", "/apis/v2beta1/pipelines/p/versions", .listPipelineVersions, ["pipeline_id": "p"]),
            ("POST", "/apis/v2beta1/pipelines/upload", .uploadPipeline, [:]),
            ("POST", "/apis/v2beta1/pipelines/upload_version", .uploadPipelineVersion, [:]),
            (
                "PATCH", "/apis/v2beta1/pipelines/p/versions/v", .updatePipelineVersion,
                ["pipeline_id": "p", "pipeline_version_id": "v"]
            ),
            (
                "GET", "/apis/v2beta1/runs/r/tasks/r.for-loop-1.3.train/log?attempt=1", .getTaskLog,
                ["run_id": "r", "task_id": "r.for-loop-1.3.train"]
            ),
            ("GET", "/apis/v1alpha1/runs/r/nodes/n/log", .getNodeLog, ["run_id": "r", "node_id": "n"]),
        ] as [(String, String, Route, [String: String])]
    )
    func found(method: String, path: String, route: Route, parameters: [String: String]) {
        #expect(RouteTable.match(method: method, path: path) == .found(route, parameters: parameters))
    }

    @Test(
        "A path without a route is unknown",
        arguments: [
            "", "/", "?", "apis/v2beta1/runs", "/apis/v2beta1", "/apis/v2beta1/runs/", "/apis/v2beta1//runs",
            "/apis/v2beta1/runs/a/b", "/apis/v2beta1/experiments/:archive/x", "/apis/v3/runs", "/%",
        ]
    )
    func unknown(path: String) {
        #expect(RouteTable.match(method: "GET", path: path) == .unknownPath)
    }

    @Test("A path with another method says which methods are possible")
    func wrongMethod() {
        #expect(
            RouteTable.match(method: "PUT", path: "/apis/v2beta1/runs/a")
                == .wrongMethod(allowed: [.get, .delete])
        )
        #expect(
            RouteTable.match(method: "DELETE", path: "/apis/v2beta1/pipelines/upload")
                == .wrongMethod(allowed: [.post])
        )
        // One path that is served by rows of both tables.
        #expect(
            RouteTable.match(method: "PUT", path: "/apis/v1beta1/pipelines/p")
                == .wrongMethod(allowed: [.get, .delete])
        )
    }

    @Test("A parameter with a broken escape is malformed, not a crash", arguments: ["%", "%4", "%zz", "%ff"])
    func malformed(text: String) {
        guard case .malformed(let error) = RouteTable.match(method: "GET", path: "/apis/v2beta1/runs/\(text)")
        else {
            Issue.record("expected malformed")
            return
        }
        #expect(error.code == .invalidArgument)
        #expect(error.message.contains("run_id"))
    }

    @Test("Every route has one row, and its path leads back to it", arguments: Route.allCases)
    func everyRoute(route: Route) {
        #expect(RouteTable.rows.filter { $0.route == route }.count == 1)
        let names = [
            "run_id", "task_id", "node_id", "experiment_id", "pipeline_id", "pipeline_version_id", "name",
            "namespace", "recurring_run_id", "artifact_id", "artifact_name",
        ]
        let values = Dictionary(uniqueKeysWithValues: names.map { ($0, "x:y /%\($0)") })
        let (method, path) = RouteTable.request(route, values)
        guard case .found(let found, let parameters) = RouteTable.match(method: method.rawValue, path: path)
        else {
            Issue.record("\(path) is not found")
            return
        }
        #expect(found == route)
        #expect(parameters.allSatisfy { $0.value == values[$0.key] })
    }

    @Test("Whatever the path is, there is an answer", arguments: 0..<20 as Range<UInt64>)
    func anyPath(seed: UInt64) {
        var numbers = SeededNumbers(seed: seed)
        let alphabet = [
            "/", "apis", "v2beta1", "runs", "pipelines", ":archive", "%", "%2", "é", "?", "{run_id}",
            "\u{301}",
        ]
        for _ in 0..<500 {
            let path = numbers.text(alphabet, lengthMax: 12)
            for method in ["GET", "POST", "", "get"] { _ = RouteTable.match(method: method, path: path) }
        }
    }
}
