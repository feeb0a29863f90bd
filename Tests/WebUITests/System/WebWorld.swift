import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Model
import NIOCore
import ServerKit
import Services
import Store
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

    init() async throws {
        let server = try await TestServer()
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
    func post(_ address: String, _ form: String, headers: HTTPFields = [.origin: "http://localhost"]) async throws -> Answer {
        try await send(address, .post, headers: headers, body: form)
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

    /// Stores tasks as an orchestrator would.
    func store(_ tasks: [TaskRecord], _ attempts: [Attempt] = []) async throws {
        try await server.database.write { connection in
            try connection.upsertTasks(tasks)
            if let run = tasks.first?.runID { try connection.upsertAttempts(attempts, of: run) }
        }
    }
}
