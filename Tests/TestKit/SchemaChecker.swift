package import Model

/// Compares JSON with the schemas of an OpenAPI document, as far as ours go.
///
/// Stricter than JSON Schema in one thing: an object has no members but those its schema names, since a field that the
/// document does not mention is a field nobody will find.
package struct SchemaChecker: Sendable {
    private let schemas: [String: JSONValue]
    private let paths: [String: JSONValue]

    /// Takes the document.
    package init(document: JSONValue) {
        schemas = document["components"]?["schemas"]?.object ?? [:]
        paths = document["paths"]?.object ?? [:]
    }

    /// What an answer has that its operation does not announce.
    /// - Parameters:
    ///   - template: the path as the document has it.
    ///   - method: in lower case.
    package func differences(
        _ body: JSONValue,
        template: String,
        method: String,
        status: Int
    ) -> [String] {
        guard let responses = paths[template]?[method]?["responses"] else {
            return ["\(method) \(template) is not in the document"]
        }
        guard let response = responses[String(status)] ?? (status < 400 ? nil : responses["default"]) else {
            return ["\(status) is not announced"]
        }
        guard let schema = response["content"]?["application/json"]?["schema"] else {
            return ["JSON is not announced for \(status)"]
        }
        return differences(body, schema, at: "answer")
    }

    /// What a value has that its schema does not allow.
    /// - Parameter place: where the value stands, for the differences.
    package func differences(_ value: JSONValue, _ schema: JSONValue, at place: String) -> [String] {
        if let reference = schema["$ref"]?.string {
            guard let name = reference.split(separator: "/").last, let target = schemas[String(name)] else {
                return ["\(place): there is no \(reference)"]
            }
            return differences(value, target, at: place)
        }
        if let choices = schema["anyOf"]?.array {
            let all = choices.map { differences(value, $0, at: place) }
            return all.contains([]) ? [] : all.flatMap { $0 }
        }
        if let choices = schema["enum"]?.array, !choices.contains(value) {
            return ["\(place): \(value.jsonText) is not one of \(JSONValue.array(choices).jsonText)"]
        }
        if let type = schema["type"] {
            let types = (type.array ?? [type]).compactMap(\.string)
            guard types.contains(where: { Self.is(value, $0) }) else {
                return ["\(place): expected \(types), found \(value.jsonText.prefix(80))"]
            }
        }
        if let text = value.string, text.isEmpty, schema["minLength"] != nil { return ["\(place): is empty"] }
        return members(value, schema, place) + elements(value, schema, place)
    }

    private func members(_ value: JSONValue, _ schema: JSONValue, _ place: String) -> [String] {
        guard let members = value.object else { return [] }
        let properties = schema["properties"]?.object
        let required = (schema["required"]?.array ?? []).compactMap(\.string)
        let missing = required.filter { members[$0] == nil }.map { "\(place): \($0) is missing" }
        return missing
            + members.sorted { $0.key < $1.key }.flatMap { name, member -> [String] in
                if let property = properties?[name] {
                    return differences(member, property, at: "\(place).\(name)")
                }
                if let others = schema["additionalProperties"], others.object != nil {
                    return differences(member, others, at: "\(place).\(name)")
                }
                return properties == nil ? [] : ["\(place).\(name): is not in the document"]
            }
    }

    private func elements(_ value: JSONValue, _ schema: JSONValue, _ place: String) -> [String] {
        guard let element = schema["items"] else { return [] }
        return (value.array ?? []).enumerated().flatMap {
            differences($1, element, at: "\(place)[\($0)]")
        }
    }

    private static func `is`(_ value: JSONValue, _ type: String) -> Bool {
        switch type {
        case "null": value.isNull
        case "boolean": value.bool != nil
        case "integer": value.number.map { $0.rounded() == $0 } ?? false
        case "number": value.number != nil
        case "string": value.string != nil
        case "array": value.array != nil
        case "object": value.object != nil
        default: false
        }
    }
}
