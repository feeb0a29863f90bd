import HTTPTypes
import Model
import ServerKit
import Testing
import Wire

@Suite("Errors of the API", .timeLimit(.minutes(15)))
struct ErrorTests {
    @Test("Every route answers a client that knows nothing, and never with a server error")
    func everyRoute() async throws {
        let world = try await APIWorld()
        try await world.direct { client in
            for row in RouteTable.rows {
                let names = [
                    "run_id", "experiment_id", "pipeline_id", "pipeline_version_id", "name", "task_id",
                    "node_id", "artifact_id", "artifact_name",
                ]
                let (method, path) = RouteTable.request(
                    row.route,
                    Dictionary(uniqueKeysWithValues: names.map { ($0, "nobody") })
                )
                let answer = try await client.send(method.rawValue, path)
                let allowed: Set<Int> = [200, 400, 404]
                #expect(allowed.contains(answer.status), "\(row.route): \(answer.status) \(answer.text)")
                #expect(answer.headers[.contentType] == "application/json", "\(row.route)")
                if method == .head {
                    #expect(answer.bytes.isEmpty)
                } else if answer.status != 200 {
                    let sentence = answer.json["message"]?.string ?? answer.json["error_message"]?.string
                    #expect(sentence?.isEmpty == false, "\(row.route): \(answer.text)")
                }
            }
        }
        #expect(try await world.server.contradictions() == [])
    }

    @Test("An error has gRPC's code, a sentence, and the same once more in details")
    func shape() async throws {
        let world = try await APIWorld()
        try await world.direct { client in
            let answer = try await client.send("GET", "/runs/nobody")
            #expect(answer.status == 404)
            #expect(answer.json["code"] == 5)
            let sentence = answer.json["message"]
            #expect(sentence == "Run nobody not found")
            #expect(answer.json["error"] == sentence)
            #expect(
                answer.json["details"] == [
                    [
                        "@type": "type.googleapis.com/google.rpc.Status", "code": 5,
                        "message": sentence ?? .null,
                    ]
                ]
            )
        }
    }

    @Test("A failed upload has the upload server's shape")
    func uploadShape() async throws {
        let world = try await APIWorld()
        try await world.direct { client in
            let answer = try await client.upload("/pipelines/upload?name=x", "a: [")
            #expect(answer.status == 400)
            #expect(
                answer.json["error_message"]?.string?.contains("not valid YAML") == true,
                "\(answer.text)"
            )
            #expect(answer.json["error_details"]?.string != nil)
            let first = try await client.upload("/pipelines/upload?name=x", Specs.single.jsonText)
            #expect(first.status == 200, "\(first.text)")
            let second = try await client.upload("/pipelines/upload?name=x", Specs.single.jsonText)
            #expect(second.status == 409)
            #expect(second.json["error_message"]?.string?.contains("'x'") == true)
        }
    }

    @Test(
        "Unknown paths are 404 in JSON",
        arguments: [
            "/apis", "/apis/v3/runs", "/apis/v2beta1", "/apis/v2beta1/runs/", "/apis/v2beta1//runs",
            "/apis/v2beta1/runs/a:explode",
        ]
    )
    func unknownPath(path: String) async throws {
        let world = try await APIWorld()
        try await world.direct { client in
            let answer = try await client.send("GET", path)
            #expect(answer.status == 404)
            #expect(answer.json["code"] == 5, "\(answer.text)")
        }
    }

    @Test("A method that a path does not take is 405 and says which it takes")
    func wrongMethod() async throws {
        let world = try await APIWorld()
        try await world.direct { client in
            for method in ["PUT", "DELETE", "OPTIONS", "HEAD"] {
                let answer = try await client.send(method, "/runs")
                #expect(answer.status == 405, "\(method)")
                #expect(answer.headers[.allow]?.split(separator: ", ").sorted() == ["GET", "POST"])
            }
        }
    }

    @Test("The base path of a full Kubeflow leads to the same place")
    func basePath() async throws {
        let world = try await APIWorld()
        try await world.direct { client in
            let answer = try await client.send("GET", "/pipeline/apis/v2beta1/healthz")
            #expect(answer.json["multi_user"] == false)
            #expect(answer.json["tag_name"] == "1.2.3")
        }
    }

    @Test(
        "Bodies that are not what they should be are 400 with the place",
        arguments: [
            ("", "run.display_name"), ("{", "line 1"), ("[]", "expected an object"),
            (#"{"display_name": 7}"#, "run.display_name"), (#"{"display_nam": "x"}"#, "display_nam"),
            (#"{"display_name": "x", "pipeline_spec": []}"#, "pipeline_spec"),
            (
                #"{"display_name": "x", "pipeline_spec": {}, "runtime_config": {"parameters": 1}}"#,
                "parameters"
            ),
            (#"{"display_name": "x\u0000y", "pipeline_spec": {}}"#, "pipeline"),
        ]
    )
    func badBodies(body: String, place: String) async throws {
        let world = try await APIWorld()
        let before = try await world.server.rowCounts()
        try await world.direct { client in
            let answer = try await client.send("POST", "/runs", bytes: Array(body.utf8))
            #expect(answer.status == 400, "\(answer.text)")
            #expect(answer.json["message"]?.string?.contains(place) == true, "\(answer.text)")
        }
        #expect(try await world.server.rowCounts() == before)
    }

    @Test("A body over the limit is 413, which a client reads after it has sent everything")
    func tooLarge() async throws {
        let world = try await APIWorld()
        let before = try await world.server.rowCounts()
        try await world.live { client in
            let body = [UInt8](repeating: 0x20, count: Limits.bodyBytesMax + (1 << 20))
            let run = try await client.send("POST", "/runs", bytes: body)
            #expect(run.status == 413)
            #expect(run.json["message"]?.string?.contains("MiB") == true)
            let form: HTTPFields = [.contentType: "multipart/form-data; boundary=x"]
            let upload = try await client.send("POST", "/pipelines/upload", bytes: body, headers: form)
            #expect(upload.status == 413)
            #expect(upload.json["error_message"]?.string != nil)
            #expect(try await client.send("GET", "/healthz").status == 200, "on the same connection")
        }
        #expect(try await world.server.rowCounts() == before)
    }
}
