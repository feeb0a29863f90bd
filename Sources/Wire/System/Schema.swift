import Model

/// What JSON of one kind looks like. Source: JSON Schema 2020-12, as OpenAPI 3.1 uses it.
struct Schema: Hashable, Sendable {
    /// The schema itself.
    let json: JSONValue

    init(_ json: JSONValue) {
        self.json = json
    }

    /// Anything.
    static let any = Schema([:])
    /// Text.
    static let text = Schema(["type": "string"])
    /// Text that is not empty.
    static let name = Schema(["type": "string", "minLength": 1])
    /// Bytes in base64.
    static let bytes = Schema(["type": "string", "contentEncoding": "base64"])
    /// A time. Source: RFC 3339.
    static let time = Schema(["type": "string", "format": "date-time"])
    /// A whole number.
    static let integer = Schema(["type": "integer"])
    /// A 64-bit integer in quotes, as protojson writes it.
    static let int64 = Schema(["type": "string", "pattern": "^-?[0-9]+$"])
    /// The same as protojson reads it: with or without quotes.
    static let anyInt64 = Schema(["type": ["string", "integer"], "pattern": "^[+-]?[0-9]+$"])
    /// True or false.
    static let bool = Schema(["type": "boolean"])
    /// An object of any members.
    static let object = Schema(["type": "object"])
    /// What answers have and requests may repeat; it is not looked at.
    static let ignored = Schema(["description": "Accepted and passed over."])

    /// One of these texts.
    static func choice(_ names: [String]) -> Schema {
        Schema(["type": "string", "enum": .array(names.map { .string($0) })])
    }

    /// An enum as protojson reads it: by name, or by number, where 0 is unspecified.
    static func anyChoice(_ names: [String], unspecified: String) -> Schema {
        let texts = ([unspecified] + names).map { JSONValue.string($0) }
        return Schema(["enum": .array(texts + texts.indices.map { .number(Double($0)) })])
    }

    /// A list.
    static func list(_ element: Schema) -> Schema {
        Schema(["type": "array", "items": element.json])
    }

    /// An object with members of one kind.
    static func map(_ value: Schema) -> Schema {
        Schema(["type": "object", "additionalProperties": value.json])
    }

    /// A message by its name in ``MessageSchemas``.
    static func message(_ name: String) -> Schema {
        Schema(["$ref": .string("#/components/schemas/\(name)")])
    }

    /// A message of an answer: what is unset is left out, and later versions may add fields.
    /// - Parameter required: the fields that are always there.
    static func answer(_ fields: [String: Schema], required: [String] = []) -> Schema {
        members(fields.mapValues(\.json), required)
    }

    /// A message of a request: `null` is unset, and unknown fields are refused.
    /// - Parameter required: the fields that must be there.
    static func request(_ fields: [String: Schema], required: [String] = []) -> Schema {
        let properties = fields.map { name, field in
            (name, (required.contains(name) ? field : field.orNull).json)
        }
        let schema = members(Dictionary(properties) { $1 }, required)
        return Schema(.object((schema.json.object ?? [:]).merging(["additionalProperties": false]) { $1 }))
    }

    /// A page of a list; without rows it is empty.
    static func page(_ rows: String, of message: String) -> Schema {
        answer([
            rows: .list(.message(message)), "total_size": .integer, "next_page_token": .text,
        ])
    }

    /// The same with a sentence for people.
    func described(_ description: String) -> Schema {
        Schema(.object((json.object ?? [:]).merging(["description": .string(description)]) { $1 }))
    }

    /// The same, or among choices also the empty text.
    var orEmpty: Schema {
        guard var members = json.object, let choices = members["enum"]?.array else { return self }
        members["enum"] = .array(choices + [""])
        return Schema(.object(members))
    }

    /// The same, or nothing.
    private var orNull: Schema {
        guard var members = json.object, members["$ref"] == nil else {
            return Schema(["anyOf": [json, ["type": "null"]]])
        }
        if let type = members["type"] { members["type"] = .array((type.array ?? [type]) + ["null"]) }
        if let choices = members["enum"]?.array { members["enum"] = .array(choices + [.null]) }
        return Schema(.object(members))
    }

    private static func members(_ properties: [String: JSONValue], _ required: [String]) -> Schema {
        var schema: [String: JSONValue] = ["type": "object", "properties": .object(properties)]
        if !required.isEmpty { schema["required"] = .array(required.map { .string($0) }) }
        return Schema(.object(schema))
    }
}
