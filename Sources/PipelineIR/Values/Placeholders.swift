package import Model

/// Why a placeholder could not be replaced.
package struct PlaceholderError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The placeholder, what is wrong with it, what there is instead.
    package let message: String

    package var description: String { message }
}

/// What placeholders stand for in one attempt of one task.
package struct PlaceholderValues: Sendable {
    /// Input parameters, defaults filled in.
    package var parameters: [String: JSONValue] = [:]
    /// Input artifacts; a plain one is a list of one.
    package var inputArtifacts: [String: [Artifact]] = [:]
    /// Names of the input artifacts that are declared as lists: all of them stand for a list, however long it is.
    package var listInputs: Set<String> = []
    /// Files for output parameters.
    package var outputFiles: [String: String] = [:]
    /// Output artifacts with the URIs they will have.
    package var outputArtifacts: [String: Artifact] = [:]
    /// The whole executor input, as JSON text.
    package var executorInput = ""
    /// The file for everything the program returns.
    package var executorOutputFile = ""
    /// Texts that stand for facts of the run, by placeholder name: `pipeline_job_name`, ….
    package var facts: [String: String] = [:]

    /// No values at all.
    package init() {}
}

/// Replaces placeholders in commands, arguments, environment values and constants.
///
/// One resolver for everything, with the superset of what KFP's driver, launcher and local runner replace: nested `Concat` and
/// `IfPresent` in any combination, fields of artifacts, whole artifacts. Replaced text is not read again, so data can never
/// act as a placeholder. Text that looks like a placeholder but belongs to another platform is left alone.
/// Source: KFP `pipeline_spec.proto`, `PipelineContainerSpec`, and the SDK's placeholder types.
package struct PlaceholderResolver: Sendable {
    private let values: PlaceholderValues

    /// Makes a resolver.
    package init(_ values: PlaceholderValues) {
        self.values = values
    }

    /// Resolves a list of arguments; an `IfPresent` may become none, one or several of them.
    /// - Throws: ``PlaceholderError`` for a placeholder that names something that is not there.
    package func arguments(_ arguments: [String]) throws(PlaceholderError) -> [String] {
        var result: [String] = []
        for argument in arguments { result += try self.argument(argument) }
        return result
    }

    /// Resolves one argument.
    package func argument(_ argument: String) throws(PlaceholderError) -> [String] {
        guard let structure = Self.structure(argument) else { return [try text(argument)] }
        return try evaluate(structure)
    }

    /// Replaces every `{{$…}}` in a text.
    package func text(_ text: String) throws(PlaceholderError) -> String {
        guard text.contains("{{$") else { return text }
        var result = ""
        var rest = Substring(text)
        while let start = rest.firstRange(of: "{{$") {
            result += rest[..<start.lowerBound]
            let tail = rest[start.upperBound...]
            guard let end = Self.end(of: tail) else {
                // Not a placeholder after all; one may still follow.
                result += rest[start]
                rest = tail
                continue
            }
            let expression = String(tail[..<end.lowerBound])
            if let replacement = try replacement(for: expression) {
                result += replacement
            } else {
                result += rest[start.lowerBound..<end.upperBound]
            }
            rest = tail[end.upperBound...]
        }
        return result + rest
    }

    /// Replaces placeholders in every string of a constant.
    package func constant(_ value: JSONValue) throws(PlaceholderError) -> JSONValue {
        switch value {
        case .string(let string): return .string(try text(string))
        case .array(let elements):
            var result: [JSONValue] = []
            for element in elements { result.append(try constant(element)) }
            return .array(result)
        case .object(let members):
            var result: [String: JSONValue] = [:]
            for (key, member) in members { result[key] = try constant(member) }
            return .object(result)
        case .null, .bool, .number: return value
        }
    }

    /// The input parameters that the placeholders in a constant's strings read.
    package static func parameterNames(in value: JSONValue) -> Set<String> {
        switch value {
        case .string(let text): parameterNames(in: text)
        case .array(let elements): elements.reduce(into: []) { $0.formUnion(parameterNames(in: $1)) }
        case .object(let members): members.values.reduce(into: []) { $0.formUnion(parameterNames(in: $1)) }
        case .null, .bool, .number: []
        }
    }

    private static func parameterNames(in text: String) -> Set<String> {
        var names: Set<String> = []
        var rest = Substring(text)
        while let start = rest.firstRange(of: "{{$") {
            rest = rest[start.upperBound...]
            guard let end = end(of: rest) else { continue }
            if case .parameter(let name)? = Reference(String(rest[..<end.lowerBound])) { names.insert(name) }
            rest = rest[end.upperBound...]
        }
        return names
    }

    // MARK: Structures

    /// `{"Concat": […]}` or `{"IfPresent": {…}}`, which the SDK writes as JSON text in an argument.
    private static func structure(_ argument: String) -> JSONValue? {
        let trimmed = argument.drop { $0.isWhitespace }
        guard trimmed.first == "{", trimmed.contains("\"Concat\"") || trimmed.contains("\"IfPresent\""),
            let json = try? JSONValue(json: argument), let object = json.object, object.count == 1,
            object["Concat"] != nil || object["IfPresent"] != nil
        else { return nil }
        return json
    }

    private func evaluate(_ value: JSONValue) throws(PlaceholderError) -> [String] {
        switch value {
        case .string(let string):
            return try argument(string)
        case .array(let elements):
            var result: [String] = []
            for element in elements { result += try evaluate(element) }
            return result
        case .object(let members):
            if let parts = members["Concat"]?.array {
                var joined = ""
                for part in parts { joined += try evaluate(part).joined() }
                return [joined]
            }
            if let condition = members["IfPresent"] {
                guard let name = condition["InputName"]?.string else {
                    throw PlaceholderError(
                        message: "IfPresent: expected 'InputName', found \(condition.jsonText)"
                    )
                }
                let branch = isPresent(name) ? condition["Then"] : condition["Else"]
                return try branch.map(evaluate) ?? []
            }
            return [try text(value.jsonText)]
        case .null: return []
        case .bool, .number: return [parameterText(value)]
        }
    }

    private func isPresent(_ input: String) -> Bool {
        if let value = values.parameters[input] { return value != .null }
        return values.inputArtifacts[input]?.isEmpty == false
    }

    // MARK: References

    /// Where a placeholder's `}}` is: the first one outside of quotes; `nil` if the text ends or another placeholder
    /// begins before it.
    private static func end(of text: Substring) -> Range<Substring.Index>? {
        var quote: Character?
        var index = text.startIndex
        while index < text.endIndex {
            let character = text[index]
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "'" || character == "\"" {
                quote = character
            } else if character == "{", text[index...].hasPrefix("{{$") {
                return nil
            } else if character == "}" {
                let next = text.index(after: index)
                if next < text.endIndex, text[next] == "}" { return index..<text.index(after: next) }
            }
            index = text.index(after: index)
        }
        return nil
    }

    private enum Reference {
        case executorInput
        case parameter(String)
        case artifact(String, field: String?, key: String?)
        case outputFile(String)
        case outputArtifact(String, field: String?, key: String?)
        case executorOutput
        case fact(String)

        /// Reads what stands between `{{$` and `}}`; `nil` for what belongs to other platforms.
        init?(_ expression: String) {
            if expression.isEmpty {
                self = .executorInput
                return
            }
            guard expression.first == "." else { return nil }
            let parts = Self.parts(expression)
            switch (parts.first, parts.dropFirst().first, parts.count) {
            case ("inputs", "parameters", 3): self = .parameter(parts[2])
            case ("inputs", "artifacts", 3...5):
                self = .artifact(parts[2], field: parts.dropFirst(3).first, key: parts.dropFirst(4).first)
            case ("outputs", "parameters", 4) where parts[3] == "output_file": self = .outputFile(parts[2])
            case ("outputs", "artifacts", 4...5):
                self = .outputArtifact(parts[2], field: parts[3], key: parts.dropFirst(4).first)
            case ("outputs", "output_file", 2): self = .executorOutput
            case (let name?, nil, 1): self = .fact(name == "outputMetadataUri" ? "output_metadata_uri" : name)
            default: return nil
            }
        }

        /// `.inputs.parameters['x'].y` → `inputs`, `parameters`, `x`, `y`.
        private static func parts(_ expression: String) -> [String] {
            var parts: [String] = []
            var rest = Substring(expression)
            while let first = rest.first {
                if first == "." {
                    let name = rest.dropFirst().prefix { $0 != "." && $0 != "[" }
                    parts.append(String(name))
                    rest = rest.dropFirst(1 + name.count)
                } else if first == "[" {
                    let inner = rest.dropFirst()
                    guard let quote = inner.first, quote == "'" || quote == "\"" else { return [] }
                    let name = inner.dropFirst().prefix { $0 != quote }
                    let after = inner.dropFirst(2 + name.count)
                    guard after.first == "]" else { return [] }
                    parts.append(String(name))
                    rest = after.dropFirst()
                } else {
                    return []
                }
            }
            return parts
        }
    }

    private func replacement(for expression: String) throws(PlaceholderError) -> String? {
        switch Reference(expression) {
        case nil: return nil
        case .executorInput: return values.executorInput
        case .executorOutput: return values.executorOutputFile
        case .fact("output_metadata_uri"): return values.executorOutputFile
        case .fact(let name): return values.facts[name]
        case .parameter(let name):
            guard let value = values.parameters[name] else {
                throw missing(expression, "input parameter", name, values.parameters.keys)
            }
            return parameterText(value)
        case .outputFile(let name):
            guard let file = values.outputFiles[name] else {
                throw missing(expression, "output parameter", name, values.outputFiles.keys)
            }
            return file
        case .artifact(let name, let field, let key):
            if field == nil, values.listInputs.contains(name) {
                return JSONValue.array((values.inputArtifacts[name] ?? []).map(\.runtimeJSON)).jsonText
            }
            guard let first = values.inputArtifacts[name]?.first else {
                throw missing(expression, "input artifact", name, values.inputArtifacts.keys)
            }
            guard let field else { return first.runtimeJSON.jsonText }
            return try Self.field(field, key, of: first, expression)
        case .outputArtifact(let name, let field, let key):
            guard let artifact = values.outputArtifacts[name] else {
                throw missing(expression, "output artifact", name, values.outputArtifacts.keys)
            }
            return try Self.field(field ?? "uri", key, of: artifact, expression)
        }
    }

    private static func field(
        _ field: String,
        _ key: String?,
        of artifact: Artifact,
        _ expression: String
    ) throws(PlaceholderError) -> String {
        switch (field, key) {
        case ("uri", nil): return artifact.uri
        case ("path", nil): return artifact.programPath
        case ("name", nil): return artifact.id.text
        case ("metadata", nil): return JSONValue.object(artifact.metadata).jsonText
        case ("metadata", let key?):
            guard let value = artifact.metadata[key] else {
                let known = artifact.metadata.keys.sorted().joined(separator: ", ")
                throw PlaceholderError(
                    message: "{{$\(expression)}}: the artifact's metadata has no '\(key)'; it has: \(known)"
                )
            }
            return parameterText(value)
        default:
            throw PlaceholderError(
                message: "{{$\(expression)}}: an artifact has no '\(field)'; it has uri, path, name, metadata"
            )
        }
    }

    private func missing(
        _ expression: String,
        _ kind: String,
        _ name: String,
        _ known: some Collection<String>
    ) -> PlaceholderError {
        let names = known.sorted().joined(separator: ", ")
        return PlaceholderError(
            message: "{{$\(expression)}}: the task has no \(kind) '\(name)'"
                + (names.isEmpty ? "" : "; it has: \(names)")
        )
    }
}
