import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Model
import NIOCore
import ServerKit
import Services
import Store
import TestKit
import WebUI

/// The pages over a real database in memory.
struct WebWorld: Sendable {
    let server: TestServer
    private let application: Application<WebSite<BasicRequestContext>>

    /// An answer.
    struct Answer: Sendable {
        let status: Int
        let headers: HTTPFields
        let text: String
    }

    init(facts: ServerFacts? = nil) async throws {
        let server = try await TestServer(facts: facts)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        self.server = server
        application = Application(
            responder: try WebSite<BasicRequestContext>(
                useCases: server.useCases,
                now: { server.clock.now() },
                version: "1.2.3",
                logger: logger
            ),
            logger: logger
        )
    }

    /// Asks for a page.
    func get(_ address: String, _ method: HTTPRequest.Method = .get) async throws -> Answer {
        try await send(address, method, headers: [:], body: nil)
    }

    /// Sends a form as a browser would from a page of ours.
    func post(_ address: String, _ form: String, headers: HTTPFields = [.origin: "http://localhost"])
        async throws -> Answer
    {
        try await send(address, .post, headers: headers, body: form)
    }

    /// Sends a form with a file, as a browser would from a page of ours.
    func upload(_ file: String, named name: String, _ fields: [String: String] = [:]) async throws -> Answer {
        var parts = fields.sorted { $0.key < $1.key }.map { ("name=\"\($0.key)\"", $0.value) }
        parts.append(("name=\"file\"; filename=\"\(name)\"", file))
        let body =
            parts.map { "--b\r\nContent-Disposition: form-data; \($0.0)\r\n\r\n\($0.1)\r\n" }.joined()
            + "--b--\r\n"
        let headers: HTTPFields = [
            .origin: "http://localhost", .contentType: "multipart/form-data; boundary=b",
        ]
        return try await post("/pipelines/new", body, headers: headers)
    }

    private func send(
        _ address: String,
        _ method: HTTPRequest.Method,
        headers: HTTPFields,
        body: String?
    ) async throws -> Answer {
        try await application.test(.router) { client in
            let response = try await client.executeRequest(
                uri: address,
                method: method,
                headers: headers,
                body: body.map { ByteBuffer(string: $0) }
            )
            return Answer(
                status: response.status.code,
                headers: response.headers,
                text: String(buffer: response.body)
            )
        }
    }

    /// Stores a run.
    func run(
        _ name: String,
        _ spec: JSONValue = Specs.single,
        parameters: [String: JSONValue] = [:]
    ) async throws -> RunID {
        try await server.useCases.runs.create(
            RunSubmission(
                displayName: name,
                source: .spec(PipelineSpecDocument(pipelineSpec: spec)),
                parameters: parameters
            )
        ).run.id
    }

    /// Stores a pipeline of one step that takes the parameters that a run may be given.
    func pipeline(_ name: String, inputs: [String: JSONValue] = [:]) async throws -> PipelineID {
        let package = try package(inputs)
        return try await server.useCases.pipelines.create(.init(name: name), package: package).id
    }

    /// Stores another version of it, with other parameters.
    func version(of id: PipelineID, inputs: [String: JSONValue]) async throws -> PipelineVersionID {
        let package = try package(inputs)
        return try await server.useCases.pipelines.createVersion(of: id, .init(name: "2"), package: package)
            .id
    }

    private func package(_ inputs: [String: JSONValue]) throws -> PipelinePackage {
        var builder = SpecBuilder()
        builder.container("work")
        let spec = builder.spec(
            tasks: ["work": SpecBuilder.task("work")],
            root: ["inputDefinitions": ["parameters": .object(inputs)]]
        )
        return try PipelinePackage(PipelineSpecDocument(pipelineSpec: spec))
    }

    /// Stores tasks as an orchestrator would.
    func store(_ tasks: [TaskRecord], _ attempts: [Attempt] = []) async throws {
        try await server.database.write { connection in
            try connection.upsertTasks(tasks)
            if let run = tasks.first?.runID { try connection.upsertAttempts(attempts, of: run) }
        }
    }
}
