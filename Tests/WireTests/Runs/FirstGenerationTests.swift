import Model
import Testing
import Wire

@Suite("Messages of KFP's first API generation")
struct FirstGenerationTests {
    @Test("A run names its experiment, its version and its state as kfp 1.x expects them")
    func run() {
        var run = sampleRun()
        run.pipelineVersionID = PipelineVersionID("v")
        run.storageState = .archived
        run.enter(.canceling, at: moment)
        let json = RunMessage(run: run).detailJSONV1["run"]
        #expect(json?["id"] == .string(run.id.text))
        #expect(json?["name"] == .string(run.displayName))
        #expect(json?["status"] == "Terminating")
        #expect(json?["storage_state"] == "STORAGESTATE_ARCHIVED")
        #expect(json?["finished_at"] == "1970-01-01T00:00:00Z")
        #expect(
            json?["resource_references"] == [
                [
                    "key": ["type": "EXPERIMENT", "id": .string(run.experimentID.text)],
                    "relationship": "OWNER",
                ],
                ["key": ["type": "PIPELINE_VERSION", "id": "v"], "relationship": "CREATOR"],
            ]
        )
    }

    @Test("A submission's experiment, version and texts are read from where kfp 1.x puts them")
    func submission() throws {
        let submission = try RunSubmission(
            v1: JSONValue(
                json: """
                    {"name": "r", "pipeline_spec": {"pipeline_id": "p", "parameters": [
                        {"name": "n", "value": "3"}, {"name": "empty"}]},
                     "resource_references": [
                        {"key": {"type": "EXPERIMENT", "id": "e"}, "relationship": "OWNER"},
                        {"key": {"type": 5}, "relationship": "OWNER"},
                        {"key": {"type": 4, "id": "v"}, "relationship": "CREATOR"}]}
                    """
            )
        )
        #expect(submission.experimentID == ExperimentID("e"))
        #expect(
            submission.source
                == .version(pipelineID: PipelineID("p"), versionID: PipelineVersionID("v"))
        )
        #expect(submission.parameterTexts == ["n": "3", "empty": ""])
    }

    @Test("A filter calls its operation op there and only there")
    func filter() throws {
        let query = try QueryString(#"filter={"predicates":[{"key":"name","op":1,"stringValue":"x"}]}"#)
        let expected = Predicate(key: "name", operation: .equals, operand: .string("x"))
        #expect(try ListRequest.query(from: query, isV1: true).predicates == [expected])
        #expect(throws: PlatformError.self) { _ = try ListRequest.query(from: query) }
    }

    @Test(
        "The routes that say the same in both generations are the same",
        arguments: [
            ("DELETE", "runs/r", Route.deleteRun), ("POST", "runs/r/terminate", .terminateRun),
            ("POST", "runs/r/retry", .retryRun), ("POST", "runs/r:archive", .archiveRun),
            ("POST", "runs/r:unarchive", .unarchiveRun), ("DELETE", "experiments/e", .deleteExperiment),
            ("POST", "experiments/e:archive", .archiveExperiment),
            ("POST", "experiments/e:unarchive", .unarchiveExperiment),
            ("DELETE", "pipelines/p", .deletePipeline),
        ]
    )
    func aliases(method: String, path: String, route: Route) {
        guard case .found(let found, _) = RouteTable.match(method: method, path: "/apis/v1beta1/\(path)")
        else {
            Issue.record("\(path) is not found")
            return
        }
        #expect(found == route)
    }
}
