import Model
import Testing
import Wire

@Suite("Pipeline messages")
struct PipelineMessageTests {
    private let version = PipelineVersion(
        id: PipelineVersionID("v"),
        pipelineID: PipelineID("p"),
        name: "v1",
        displayName: "V 1",
        description: "",
        createdAt: .epoch,
        codeSourceURL: "https://example.com",
        tags: ["team": "a"]
    )

    @Test("A pipeline leaves out what it has not and reads back")
    func pipeline() throws {
        let pipeline = Pipeline(
            id: PipelineID("p"),
            name: "hello",
            displayName: "hello",
            description: "",
            createdAt: .epoch
        )
        #expect(
            pipeline.json.jsonText
                == #"{"created_at":"1970-01-01T00:00:00Z","display_name":"hello","name":"hello","pipeline_id":"p"}"#
        )
        #expect(try Pipeline(json: pipeline.json) == pipeline)
    }

    @Test("A version carries its bare spec, or the pair when there is a platform spec")
    func spec() throws {
        let bare = PipelineVersionMessage(
            version: version,
            spec: PipelineSpecDocument(pipelineSpec: ["root": [:]])
        )
        #expect(bare.json["pipeline_spec"] == ["root": [:]])
        #expect(try PipelineVersionMessage(json: bare.json) == bare)
        let pair = PipelineVersionMessage(
            version: version,
            spec: PipelineSpecDocument(pipelineSpec: ["root": [:]], platformSpec: ["platforms": [:]])
        )
        #expect(
            pair.json["pipeline_spec"] == [
                "pipeline_spec": ["root": [:]], "platform_spec": ["platforms": [:]],
            ]
        )
        #expect(try PipelineVersionMessage(json: pair.json) == pair)
    }

    @Test("Names stand in for each other; a pipeline needs one of them")
    func names() throws {
        #expect(try PipelineSubmission(json: ["display_name": "d"]).name == "d")
        #expect(try PipelineSubmission(json: ["name": "n"]).displayName == "n")
        #expect(throws: PlatformError.self) { _ = try PipelineSubmission(json: [:]) }
        #expect(try PipelineVersionSubmission(json: [:]).name == "")
    }

    @Test("A pipeline and its version come in one request, and mistakes inside are placed")
    func both() throws {
        let both = try PipelineAndVersionSubmission(
            json: [
                "pipeline": ["display_name": "d"],
                "pipelineVersion": ["packageUrl": ["pipelineUrl": "https://example.com/p.yaml"]],
            ])
        #expect(both.version.packageURL == "https://example.com/p.yaml")
        let error = #expect(throws: PlatformError.self) {
            _ = try PipelineAndVersionSubmission(
                json: ["pipeline": ["name": "d"], "pipeline_version": ["package_url": ["url": ""]]])
        }
        #expect(error?.message.hasPrefix("pipeline_version.package_url.url: unknown field") == true)
    }

    @Test("A change says what it changes; an empty map takes all tags away")
    func update() throws {
        let update = try PipelineUpdate(pipeline: ["displayName": "new", "tags": [:]])
        #expect(update.displayName == "new")
        #expect(update.tags == [:])
        #expect(try PipelineUpdate(pipeline: ["displayName": "new"]).tags == nil)
        #expect(try PipelineUpdate(pipeline: ["tags": .null]).tags == nil)
        #expect(try PipelineUpdate(version: ["tags": ["a": "b"]]).tags == ["a": "b"])
        #expect(throws: PlatformError.self) { _ = try PipelineUpdate(version: ["tags": ["a": 1]]) }
    }

    @Test("An upload's metadata stands in the query string; the pipeline's id is one word there")
    func upload() throws {
        let upload = try UploadParameters(
            query: QueryString("display_name=My+pipeline&pipelineid=p&tags=%7B%22team%22%3A%22a%22%7D")
        )
        #expect(upload.name == "My pipeline")
        #expect(upload.pipelineID == PipelineID("p"))
        #expect(upload.tags == ["team": "a"])
        #expect(throws: PlatformError.self) { _ = try UploadParameters(query: QueryString("tags=x")) }
        #expect(throws: PlatformError.self) { _ = try UploadParameters(query: QueryString("tags=%5B%5D")) }
    }
}
