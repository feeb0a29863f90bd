package import Model

/// The description of the API for programs, made from the ``RouteTable``. Source: OpenAPI 3.1.0.
package enum OpenAPIDocument {
    /// The document.
    /// - Parameter version: the server's version.
    package static func json(version: String) -> JSONValue {
        var paths: [String: [String: JSONValue]] = [:]
        for row in RouteTable.rows {
            paths[row.template, default: [:]][row.verb] = operation(row, id: row.route.rawValue)
        }
        for row in RouteTable.aliases {
            paths[row.template, default: [:]][row.verb] = operation(row, id: row.route.rawValue + "V1")
        }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "Martlet", "version": .string(version), "description": .string(description),
                "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
            ],
            "servers": [["url": "/"], ["url": "/pipeline", "description": "As in a full Kubeflow."]],
            "paths": .object(paths.mapValues { .object($0) }),
            "components": ["schemas": .object(MessageSchemas.all.mapValues(\.json))],
        ]
    }

    private static let description = """
        The REST API of Kubeflow Pipelines with Martlet's own additions. Requests may write field names in \
        lowerCamelCase, too. What a schema cannot say, such as whether a pipeline makes sense, is answered with 400 \
        and a sentence.
        """

    private static func operation(_ row: RouteRow, id: String) -> JSONValue {
        let interface = RouteInterface(of: row.route)
        var operation: [String: JSONValue] = [
            "operationId": .string(id), "summary": .string(row.summary), "tags": [.string(tag(row))],
            "responses": responses(row, interface.answer),
        ]
        let parameters = row.parameters.map(parameter(inPath:)) + interface.query.map(parameter)
        if !parameters.isEmpty { operation["parameters"] = .array(parameters) }
        switch interface.body {
        case .none: break
        case .message(let name):
            operation["requestBody"] = [
                "required": true, "content": content("application/json", .message(name)),
            ]
        case .upload:
            operation["requestBody"] = [
                "required": true, "content": content("multipart/form-data", .message("PipelineUpload")),
            ]
        }
        if row.template.hasPrefix(RouteTable.prefixV1) { operation["deprecated"] = true }
        return .object(operation)
    }

    /// What stands after the API's prefix, up to a custom verb; all of the first generation is one group.
    private static func tag(_ row: RouteRow) -> String {
        guard row.template.hasPrefix(RouteTable.prefix + "/") else {
            return row.template.hasPrefix(RouteTable.prefixV1) ? "v1beta1" : "other"
        }
        let rest = row.template.dropFirst(RouteTable.prefix.count + 1)
        return String(rest.prefix { $0 != "/" && $0 != ":" })
    }

    private static func parameter(inPath name: String) -> JSONValue {
        ["name": .string(name), "in": "path", "required": true, "schema": Schema.name.json]
    }

    /// An empty value is as good as none. Source: KFP, which does not tell them apart.
    private static func parameter(_ parameter: RouteInterface.Parameter) -> JSONValue {
        let schema = parameter.isRepeated ? Schema.list(parameter.schema) : parameter.schema.orEmpty
        return [
            "name": .string(parameter.name), "in": "query", "schema": schema.json,
            "description": .string(parameter.description), "allowEmptyValue": .bool(!parameter.isRepeated),
        ]
    }

    private static func responses(_ row: RouteRow, _ answer: RouteInterface.Answer) -> JSONValue {
        var responses: [String: JSONValue] = [:]
        switch answer {
        case .json(let schema):
            responses["200"] = response(
                "Done.",
                content("application/json", schema),
                links: row.method == .post ? links(schema) : [:]
            )
        case .text: responses["200"] = response("The log.", content("text/plain", .text))
        case .content:
            responses["200"] = response("All of it.", content("*/*", .any))
            responses["206"] = response("The range that was asked for.", content("*/*", .any))
            responses["304"] = response("It is as the client has it.")
        case .headers: responses["200"] = response("Its headers.")
        }
        let error = row.route.hasUploadErrors ? ["Error", "UploadError"] : ["Error"]
        let schema = Schema(["anyOf": .array(error.map { Schema.message($0).json })])
        responses["default"] =
            answer == .headers
            ? response("What went wrong, as the status.")
            : response(
                "What went wrong.",
                content("application/json", error.count == 1 ? .message(error[0]) : schema)
            )
        return .object(responses)
    }

    /// The messages that tell the ids of what was made.
    private static let ids = [
        "Experiment": ["experiment_id"], "Pipeline": ["pipeline_id"], "Run": ["run_id"],
        "PipelineVersion": ["pipeline_id", "pipeline_version_id"], "RecurringRun": ["recurring_run_id"],
    ]

    /// What can be asked for next about what was made.
    private static func links(_ schema: Schema) -> [String: JSONValue] {
        guard let name = ids.keys.first(where: { Schema.message($0) == schema }), let ids = ids[name] else {
            return [:]
        }
        let rows = RouteTable.rows.filter {
            $0.parameters == ids && $0.template.hasPrefix(RouteTable.prefix)
        }
        return Dictionary(
            uniqueKeysWithValues: rows.map { row in
                let parameters = ids.map { ($0, JSONValue.string("$response.body#/\($0)")) }
                let link: JSONValue = [
                    "operationId": .string(row.route.rawValue),
                    "parameters": .object(Dictionary(uniqueKeysWithValues: parameters)),
                ]
                return (row.route.rawValue, link)
            }
        )
    }

    private static func response(
        _ description: String,
        _ content: JSONValue? = nil,
        links: [String: JSONValue] = [:]
    ) -> JSONValue {
        var members: [String: JSONValue] = ["description": .string(description)]
        members["content"] = content
        if !links.isEmpty { members["links"] = .object(links) }
        return .object(members)
    }

    private static func content(_ type: String, _ schema: Schema) -> JSONValue {
        .object([type: ["schema": schema.json]])
    }
}

extension RouteRow {
    /// The method as OpenAPI writes it.
    fileprivate var verb: String { method.rawValue.lowercased() }

    /// The names of the path's parameters.
    fileprivate var parameters: [String] {
        segments.compactMap { segment in
            guard case .parameter(let name, _) = segment else { return nil }
            return name
        }
    }
}
