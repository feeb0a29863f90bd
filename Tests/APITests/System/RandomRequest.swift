import HTTPTypes
import Model
import ServerKit
import TestKit
import Wire

/// Makes requests of every kind from a seed: good ones, nearly good ones and nonsense.
struct RandomRequest {
    private var random: SeededGenerator
    /// Ids that were seen in answers by field, so that requests meet what is there.
    private var ids: [String: [String]]

    let method: String
    let path: String
    let body: [UInt8]?
    let headers: HTTPFields

    private static let words = [
        "", "x", "a/b", "%", "ünï 鳥", "\u{0}", "true", "-1", "1e999", "9223372036854775808", "null",
        "'; DROP TABLE runs;--",
        "../../etc/passwd", "{{$.inputs.parameters['x']}}", "created_at desc", "{\"predicates\":[]}",
        "\r\nX: y", "Default",
        "2026-08-22T10:00:00Z", String(repeating: "long ", count: 300), "{\"a\": \"b\"}", "LOCALHOST", "work",
        "0", "\u{1}\u{7F}\u{1B}[2J", "👩‍👩‍👧‍👦🇺🇳", "e\u{301}\u{202E}gnp.exe", "999999999999999999999", "1e3", "+1",
        String(repeating: "n", count: 500), String(repeating: "鳥", count: 500),
        String(repeating: "🦜", count: 500), "eyJhIjoxfQ", "eyJhIjoxfQ==", "bm9wZQ",
        "{\"predicates\":[{\"key\":\"nope\",\"operation\":\"EQUALS\",\"string_value\":\"x\"}]}",
        "{\"predicates\":[{\"key\":\"name\",\"operation\":\"LIKE\",\"string_value\":\"x\"}]}",
    ]

    private static let fields = [
        "display_name", "name", "description", "experiment_id", "pipeline_spec", "pipeline_version_reference",
        "pipeline_version_id", "pipeline_id", "runtime_config", "parameters", "tags", "service_account",
        "pipeline",
        "pipeline_version", "displayName", "unknown_field", "pipeline_root", "package_url", "pipeline_url",
        "state", "trigger", "cron_schedule", "periodic_schedule", "cron", "interval_second",
        "max_concurrency",
        "mode", "no_catchup", "start_time", "time_zone",
    ]

    private static let uploads: Set<Route> = [
        .uploadPipeline, .uploadPipelineVersion, .uploadPipelineV1, .uploadPipelineVersionV1,
    ]

    /// - Parameter ids: what was seen in answers so far.
    init(seed: UInt64, ids: [String: [String]]) {
        var maker = Self(random: SeededGenerator(seed: seed), ids: ids)
        // Half of all requests make something, so that the others have something to find.
        let rows = RouteTable.rows.filter { $0.method == .post }
        let row =
            maker.random.chance(0.5)
            ? rows[maker.random.below(rows.count)]
            : RouteTable.rows[maker.random.below(RouteTable.rows.count)]
        var parameters: [String: String] = [:]
        for name in [
            "run_id", "experiment_id", "pipeline_id", "pipeline_version_id", "name", "task_id", "node_id",
            "namespace", "recurring_run_id",
        ] {
            parameters[name] = maker.random.chance(0.9) ? maker.id(name) : maker.word()
        }
        var (method, path) = { ($0.method.rawValue, $0.path) }(RouteTable.request(row.route, parameters))
        if maker.random.chance(0.05) {
            method = ["PUT", "HEAD", "OPTIONS", "DELETE", "TRACE"][maker.random.below(5)]
        }
        if maker.random.chance(0.05) { path += maker.raw() }
        if maker.random.chance(0.4) { path += "?" + maker.query() }
        var headers: HTTPFields = [:]
        var body: [UInt8]?
        if Self.uploads.contains(row.route) {
            (headers[.contentType], body) = maker.form()
        } else if method != "GET" || maker.random.chance(0.1) {
            body = maker.body(row.route)
        }
        if maker.random.chance(0.2) { headers[.contentType] = maker.headerWord() }
        if maker.random.chance(0.1) { headers[.accept] = maker.headerWord() }
        if maker.random.chance(0.1) { headers[.origin] = maker.headerWord() }
        self.init(
            random: maker.random,
            ids: maker.ids,
            method: method,
            path: path,
            body: body,
            headers: headers
        )
    }

    private init(
        random: SeededGenerator,
        ids: [String: [String]],
        method: String = "",
        path: String = "",
        body: [UInt8]? = nil,
        headers: HTTPFields = [:]
    ) {
        self.random = random
        self.ids = ids
        self.method = method
        self.path = path
        self.body = body
        self.headers = headers
    }

    private mutating func word() -> String { Self.words[random.below(Self.words.count)] }

    /// An id of a thing that is or was there, mostly of the kind that is meant.
    private mutating func id(_ field: String) -> String {
        let kinds = ids.keys.sorted()
        let kind = random.chance(0.9) || kinds.isEmpty ? field : kinds[random.below(kinds.count)]
        guard let known = ids[kind], !known.isEmpty else { return field == "task_id" ? "root" : "nobody" }
        return known[random.below(known.count)]
    }

    private mutating func headerWord() -> String {
        word().filter { $0.isASCII && !$0.isNewline && $0 != "\u{0}" }
    }

    /// Bytes that may stand in a request line, sense or no sense.
    private mutating func raw() -> String {
        let pieces = [
            "/", "//", ":archive", "%", "%2", "%2F", "%00", "%ff", "..", ";", "a", ":", "?", "&", "=", "~",
        ]
        return (0..<(1 + random.below(5))).map { _ in pieces[random.below(pieces.count)] }.joined()
    }

    private mutating func query() -> String {
        let names = [
            "page_size", "page_token", "sort_by", "filter", "namespace", "experiment_id", "name",
            "pipelineid", "cascade",
            "follow", "offset", "attempt", "count", "tags", "display_name", "pageSize", "resource_key.id",
            "resource_key.type", "resource_reference_key.type", "resource_reference_key.id",
        ]
        return (0..<(1 + random.below(3))).map { _ in
            let name = names[random.below(names.count)]
            // A log that is followed ends with its program, and these programs do not end.
            if name == "follow" { return "follow=false" }
            switch random.below(4) {
            case 0: return name + "=" + raw()
            case 1: return name + "=" + String(random.below(300))
            case 2:
                let field = name == "pipelineid" ? "pipeline_id" : "experiment_id"
                return name + "=" + percentEncoded(name == "filter" ? filter() : id(field))
            default: return name + "=" + percentEncoded(word())
            }
        }.joined(separator: "&")
    }

    private mutating func filter() -> String {
        let keys = ["display_name", "name", "state", "created_at", "tags.a", "storage_state", "x", "id", ""]
        let values = ["string_value", "stringValue", "int_value", "timestamp_value", "string_values", "y"]
        let predicate: JSONValue = [
            "operation": random.chance(0.5) ? .number(Double(random.below(12))) : "EQUALS",
            "key": .string(keys[random.below(keys.count)]),
        ]
        let value: [String: JSONValue] = [values[random.below(values.count)]: value(depth: 1)]
        return JSONValue.object(["predicates": [.object((predicate.object ?? [:]).merging(value) { $1 })]])
            .jsonText
    }

    private mutating func value(depth: Int) -> JSONValue {
        switch random.below(depth > 3 ? 6 : 9) {
        case 0: .null
        case 1: .bool(random.chance(0.5))
        case 2: .number([0, -1, 1.5, 1e300, 9e15, 3][random.below(6)])
        case 3, 4: .string(word())
        case 5: .string(id("pipeline_id"))
        case 6: .array((0..<random.below(4)).map { _ in value(depth: depth + 1) })
        default: object(depth: depth + 1)
        }
    }

    private mutating func object(depth: Int) -> JSONValue {
        var members: [String: JSONValue] = [:]
        for _ in 0..<random.below(6) {
            members[Self.fields[random.below(Self.fields.count)]] = value(depth: depth)
        }
        return .object(members)
    }

    /// A spec that is good, or good but for one random place.
    private mutating func spec() -> JSONValue {
        let specs = [Specs.single, Specs.chain, Specs.parameterised, Specs.retried(2), Specs.producer()]
        let spec = specs[random.below(specs.count)]
        return random.chance(0.5) ? spec : broken(spec)
    }

    private mutating func broken(_ value: JSONValue) -> JSONValue {
        guard var members = value.object, !members.isEmpty, random.chance(0.85) else {
            return self.value(depth: 2)
        }
        let keys = members.keys.sorted()
        let key = keys[random.below(keys.count)]
        if random.chance(0.1) {
            members[key] = nil
        } else {
            members[key] = broken(members[key] ?? .null)
        }
        return .object(members)
    }

    private mutating func body(_ route: Route) -> [UInt8]? {
        switch random.below(8) {
        case 0: return nil
        case 1: return (0..<random.below(40)).map { _ in UInt8(random.below(256)) }
        case 2: return Array(object(depth: 0).jsonText.utf8.dropLast(1 + random.below(3)))
        case 3: return object(depth: 0).jsonBytes
        default: break
        }
        var members: [String: JSONValue] = [
            "display_name": .string(random.chance(0.7) ? "n\(random.below(40))" : word())
        ]
        switch route {
        case .createRun:
            if random.chance(0.6) {
                members["pipeline_spec"] = spec()
            } else {
                members["pipeline_version_reference"] = ["pipeline_id": .string(id("pipeline_id"))]
            }
            if random.chance(0.4) { members["experiment_id"] = .string(id("experiment_id")) }
            if random.chance(0.5) {
                members["runtime_config"] = [
                    "parameters": random.chance(0.5) ? ["text": "x"] : object(depth: 1)
                ]
            }
        case .updateExperiment:
            members = ["retention": random.chance(0.7) ? ["age": "30d", "count": 7] : value(depth: 2)]
        case .createExperimentV1: members = ["name": members["display_name"] ?? .null]
        case .createRunV1:
            var spec: [String: JSONValue] = ["pipeline_id": .string(id("pipeline_id"))]
            if random.chance(0.5) { spec = ["pipeline_manifest": .string(self.spec().jsonText)] }
            if random.chance(0.3) { spec["parameters"] = [["name": "text", "value": .string(word())]] }
            members = ["name": members["display_name"] ?? .null, "pipeline_spec": .object(spec)]
        case .createPipelineV1, .createVersionV1:
            let url = random.chance(0.5) ? "url" : "package_url"
            members = [
                "name": members["display_name"] ?? .null,
                url: ["pipeline_url": .string(random.chance(0.5) ? "https://example.org/p.yaml" : word())],
                "resource_references": [
                    ["key": ["type": "PIPELINE", "id": .string(id("pipeline_id"))], "relationship": "OWNER"]
                ],
            ]
        case .createRecurringRun:
            members["trigger"] = trigger()
            members["max_concurrency"] = .string(String(1 + random.below(11)))
            members["mode"] = random.chance(0.5) ? "ENABLE" : 2
            if random.chance(0.6) {
                members["pipeline_spec"] = spec()
            } else {
                members["pipeline_version_reference"] = ["pipeline_id": .string(id("pipeline_id"))]
            }
            if random.chance(0.4) { members["experiment_id"] = .string(id("experiment_id")) }
            if random.chance(0.5) { members["runtime_config"] = ["parameters": ["text": "[[Index]]"]] }
        case .updateRecurringRun, .previewTrigger:
            if route == .previewTrigger { members = [:] }
            if random.chance(0.7) { members["trigger"] = trigger() }
        case .createPipelineVersion: members["pipeline_spec"] = spec()
        case .createPipelineAndVersion:
            members = ["pipeline": .object(members), "pipeline_version": ["pipeline_spec": spec()]]
        default: if random.chance(0.5) { members["tags"] = ["a": random.chance(0.5) ? "b" : value(depth: 2)] }
        }
        return (random.chance(0.8) ? .object(members) : broken(.object(members))).jsonBytes
    }

    /// A trigger that is good, or good but for a piece.
    private mutating func trigger() -> JSONValue {
        let fields = ["*", "0", "*/7", "1-5", "61", "MON", "?", "x", "1,2", "@daily", "CRON_TZ=Asia/Tokyo"]
        let cron = (0..<6).map { _ in fields[random.below(random.chance(0.8) ? 4 : fields.count)] }
        var schedule: [String: JSONValue] = [:]
        if random.chance(0.2) {
            schedule["start_time"] = .string(random.chance(0.7) ? "2026-08-22T10:00:00Z" : word())
        }
        if random.chance(0.2) {
            schedule["end_time"] = .string(random.chance(0.7) ? "2030-08-22T10:00:00Z" : word())
        }
        if random.chance(0.3) {
            schedule["interval_second"] = .string(random.chance(0.7) ? "60" : word())
            return ["periodic_schedule": .object(schedule)]
        }
        schedule["cron"] = .string(random.chance(0.9) ? cron.joined(separator: " ") : word())
        if random.chance(0.2) {
            schedule["time_zone"] = .string(random.chance(0.7) ? "Europe/Berlin" : word())
        }
        return ["cron_schedule": .object(schedule)]
    }

    private mutating func form() -> (type: String, body: [UInt8]) {
        let boundaries = ["b", "--", "\"b\"", "x y", String(repeating: "b", count: 80)]
        let boundary = random.chance(0.8) ? "b" : boundaries[random.below(boundaries.count)]
        let name = random.chance(0.9) ? "uploadfile" : word().filter { !$0.isNewline }
        let file = "n\(random.below(40)).yaml"
        var body = Array(
            "--b\r\nContent-Disposition: form-data; name=\"\(name)\"; filename=\"\(file)\"\r\n\r\n".utf8
        )
        body +=
            random.chance(0.8)
            ? spec().jsonBytes : (0..<random.below(60)).map { _ in UInt8(random.below(256)) }
        body += Array("\r\n--b--\r\n".utf8)
        if random.chance(0.1) { body.removeLast(random.below(body.count)) }
        return ("multipart/form-data; boundary=\(boundary)", body)
    }
}
