import Model

/// What a pipeline wants to be given, read from its spec.
///
/// Source: KFP `PipelineSpec.root.input_definitions.parameters`.
struct PipelineInputs: Sendable {
    /// One input.
    struct Input: Sendable {
        /// KFP's name of the type, such as `NUMBER_INTEGER`.
        var type: String
        /// Its value when none is given.
        var defaultValue: JSONValue?
        /// Whether it may be left out.
        var isOptional: Bool
    }

    /// The inputs by name.
    let inputs: [String: Input]

    /// Reads the inputs of a spec; what is malformed there is the server's to complain about.
    init(spec: JSONValue) {
        let root = spec["root"]
        let parameters =
            (root?["inputDefinitions"] ?? root?["input_definitions"])?["parameters"]?.object ?? [:]
        self.inputs = parameters.mapValues { definition in
            let defaultValue = definition["defaultValue"] ?? definition["default_value"]
            let isOptional = (definition["isOptional"] ?? definition["is_optional"])?.bool ?? false
            return Input(
                type: (definition["parameterType"] ?? definition["parameter_type"])?.string ?? "STRING",
                defaultValue: defaultValue,
                isOptional: isOptional || defaultValue != nil
            )
        }
    }

    /// Reads `name=value` words: texts stay as they are, everything else is JSON; `@file` stands for
    /// a file's content.
    /// - Throws: ``PlatformError`` with `invalidArgument`, which lists the inputs.
    func values(
        from words: [String],
        readFile: (String) throws -> String
    ) throws -> [String: JSONValue] {
        var values: [String: JSONValue] = [:]
        for word in words {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
                String.init
            )
            guard parts.count == 2, !parts[0].isEmpty else {
                throw PlatformError.invalid("-p \(word): expected name=value; \(listing)")
            }
            let name = parts[0]
            guard let input = inputs[name] else {
                throw PlatformError.invalid("-p \(name): the pipeline has no such input; \(listing)")
            }
            guard values[name] == nil else {
                throw PlatformError.invalid("-p \(name) is given twice; give it once")
            }
            let text = parts[1].hasPrefix("@") ? try readFile(String(parts[1].dropFirst())) : parts[1]
            guard let value = Self.value(text, type: input.type) else {
                throw PlatformError.invalid(
                    "-p \(name): expected \(Self.expectation(input.type)), found \(text.prefix(80)); "
                        + listing
                )
            }
            values[name] = value
        }
        let missing = inputs.filter { !$0.value.isOptional && values[$0.key] == nil }.keys.sorted()
        guard missing.isEmpty else {
            throw PlatformError.invalid(
                "no value for \(missing.joined(separator: ", ")); give it with -p name=value; \(listing)"
            )
        }
        return values
    }

    /// All inputs in one sentence: `inputs: n (NUMBER_INTEGER, default 3), text (STRING)`.
    var listing: String {
        inputs.isEmpty ? "the pipeline has no inputs" : "inputs: " + lines.joined(separator: ", ")
    }

    /// Each input as `n (NUMBER_INTEGER, default 3)`.
    var lines: [String] {
        inputs.sorted { $0.key < $1.key }.map { name, input in
            let rest =
                input.defaultValue.map { ", default " + $0.jsonText }
                ?? (input.isOptional ? ", optional" : "")
            return "\(name) (\(input.type)\(rest))"
        }
    }

    /// The value a text stands for; `nil` if it is not of the type.
    private static func value(_ text: String, type: String) -> JSONValue? {
        if type == "STRING" { return .string(text) }
        guard let value = try? JSONValue(json: text) else { return nil }
        let fits =
            switch type {
            case "NUMBER_INTEGER": value.number.map { $0.rounded() == $0 } ?? false
            case "NUMBER_DOUBLE": value.number != nil
            case "BOOLEAN": value.bool != nil
            case "LIST": value.array != nil
            case "STRUCT": value.object != nil
            default: true
            }
        return fits ? value : Optional.none
    }

    private static func expectation(_ type: String) -> String {
        switch type {
        case "NUMBER_INTEGER": "a whole number"
        case "NUMBER_DOUBLE": "a number"
        case "BOOLEAN": "true or false"
        case "LIST": "a JSON list such as [1, 2]"
        case "STRUCT": "a JSON object such as {\"a\": 1}"
        default: "JSON"
        }
    }
}
