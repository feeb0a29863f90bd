import API
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Model
import NIOCore
import Pods
import ServerKit
import Services
import Store
import Testing

/// The API over a real database in memory and scripted pods.
struct APIWorld: Sendable {
    let server: TestServer
    let application: Application<APIResponder<BasicRequestContext>>

    init() async throws {
        server = try await TestServer()
        let responder = APIResponder<BasicRequestContext>(
            useCases: server.useCases,
            version: "1.2.3",
            commit: "abc",
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        application = Application(
            responder: responder,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    /// Lets a test talk to the API without a network.
    func direct(_ test: @Sendable (Client) async throws -> Void) async throws {
        try await application.test(.router) { try await test(Client($0)) }
    }

    /// Lets a test talk to the API through a socket.
    func live(_ test: @Sendable (Client) async throws -> Void) async throws {
        try await application.test(.live) { try await test(Client($0)) }
    }

    /// Stores a run whose task `work` has one attempt, and the pod of it.
    func runningTask() async throws -> PodName {
        let created = try await server.useCases.runs.create(
            RunSubmission(
                displayName: "r",
                source: .spec(PipelineSpecDocument(pipelineSpec: Specs.single))
            )
        )
        let name = PodName(runID: created.run.id, path: TaskPath("work"), attempt: 0)
        let now = server.clock.now()
        try await server.database.write { connection in
            try connection.upsertTasks([
                TaskRecord(
                    runID: name.runID,
                    path: name.path,
                    parent: .root,
                    name: "work",
                    displayName: "work",
                    kind: .container,
                    createdAt: now
                )
            ])
        }
        try await attempt(name)
        return name
    }

    /// Stores an attempt and starts its pod, which runs until the test ends it.
    func attempt(_ name: PodName) async throws {
        let now = server.clock.now()
        try await server.database.write { connection in
            try connection.upsertAttempts(
                [Attempt(path: name.path, number: name.attempt, createdAt: now)],
                of: name.runID
            )
        }
        await ScriptedPods(server.world).ensure(PodSpec(name: name, image: "", command: [], args: []))
    }
}

/// A client that speaks JSON.
struct Client: Sendable {
    private let client: any TestClientProtocol

    init(_ client: any TestClientProtocol) {
        self.client = client
    }

    /// One answer.
    struct Answer: Sendable {
        let status: Int
        let headers: HTTPFields
        let bytes: [UInt8]

        /// The body as JSON; `null` when it is none.
        var json: JSONValue { (try? JSONValue(json: bytes)) ?? .null }
        /// The body as text.
        var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    /// Asks for something under `/apis/v2beta1`, or for any path that starts with `/apis`.
    func send(
        _ method: String,
        _ path: String,
        _ body: JSONValue? = nil,
        headers: HTTPFields = [:]
    ) async throws -> Answer {
        try await send(method, path, bytes: body?.jsonBytes, headers: headers)
    }

    /// The same with any body.
    func send(
        _ method: String,
        _ path: String,
        bytes: [UInt8]?,
        headers: HTTPFields = [:]
    ) async throws -> Answer {
        let method = try #require(HTTPRequest.Method(rawValue: method))
        let isWhole = ["/apis", "/pipeline/", "/openapi.json"].contains { path.hasPrefix($0) }
        let uri = isWhole ? path : "/apis/v2beta1" + path
        let response = try await client.executeRequest(
            uri: uri,
            method: method,
            headers: headers,
            body: bytes.map { ByteBuffer(bytes: $0) }
        )
        return Answer(
            status: response.status.code,
            headers: response.headers,
            bytes: Array(response.body.readableBytesView)
        )
    }

    /// Uploads a file as `part` of a form.
    func upload(
        _ path: String,
        _ file: String,
        part: String = "form-data; name=\"uploadfile\"; filename=\"p.yaml\"",
        boundary: String = "xyz",
        contentType: String? = nil
    ) async throws -> Answer {
        let body = "--\(boundary)\r\nContent-Disposition: \(part)\r\n\r\n\(file)\r\n--\(boundary)--\r\n"
        return try await send(
            "POST",
            path,
            bytes: Array(body.utf8),
            headers: [.contentType: contentType ?? "multipart/form-data; boundary=\(boundary)"]
        )
    }
}
