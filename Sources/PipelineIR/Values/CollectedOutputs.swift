package import Model

/// What a program left behind, as raw bytes.
package struct RawOutputs: Hashable, Sendable {
    /// `executor_output.json`, if it was written.
    package var executorOutput: [UInt8]?
    /// Output parameter files that were written, by name.
    package var parameterFiles: [String: [UInt8]]

    /// Makes a set of outputs.
    package init(executorOutput: [UInt8]? = nil, parameterFiles: [String: [UInt8]] = [:]) {
        self.executorOutput = executorOutput
        self.parameterFiles = parameterFiles
    }
}

/// The typed outputs of a successful program.
package struct CollectedOutputs: Hashable, Sendable {
    /// An artifact as the program says it is.
    package struct CollectedArtifact: Hashable, Sendable {
        /// Where the bytes are.
        package var uri: String
        /// What the program says of it, over what the pipeline said.
        package var metadata: [String: JSONValue]
        /// Where the program put the bytes instead, if it did.
        package var customPath: String?
        /// Its schema, if the program says another one.
        package var schemaTitle: String?
    }

    /// Output parameters by name.
    package var parameters: [String: JSONValue]
    /// Output artifacts by name.
    package var artifacts: [String: [CollectedArtifact]]

    /// Reads what a program left behind.
    ///
    /// The executor output wins over single files. A missing parameter is an error, a missing artifact is not: it is
    /// registered where it should have been. Source: KFP launcher, output collection.
    /// - Parameters:
    ///   - component: the declared outputs.
    ///   - planned: the output artifacts as the program was told of them.
    /// - Throws: ``InvalidSpec`` with one problem for each output that is missing, malformed or of the wrong type.
    package init(
        _ raw: RawOutputs,
        of component: ComponentSpec,
        planned: [String: Artifact]
    ) throws(InvalidSpec) {
        var problems: [SpecProblem] = []
        let executorOutput = Self.executorOutput(raw, &problems)
        // What a file that cannot be read would have said is not missing.
        let isReadable = problems.isEmpty
        parameters = [:]
        for (name, spec) in component.outputParameters.sorted(by: { $0.key < $1.key }) {
            let place = "output parameter '\(name)'"
            if let value = executorOutput["parameterValues"]?[name] {
                parameters[name] = Self.check(value, spec.type, place, &problems)
            } else if let file = raw.parameterFiles[name] {
                parameters[name] = Self.parse(file, spec.type, place, &problems)
            } else if isReadable {
                problems.append(
                    SpecProblem(
                        place,
                        "the program wrote no value (expected \(spec.type.expectation), \(spec.type.name))"
                    )
                )
            }
        }
        artifacts = [:]
        for (name, artifact) in planned {
            artifacts[name] = Self.artifacts(named: name, planned: artifact, executorOutput, &problems)
        }
        if !problems.isEmpty { throw InvalidSpec(problems) }
    }

    private static func executorOutput(_ raw: RawOutputs, _ problems: inout [SpecProblem]) -> JSONValue {
        guard let bytes = raw.executorOutput, !bytes.isEmpty else { return .object([:]) }
        do {
            let json = try JSONValue(json: bytes)
            if json.object != nil { return json }
            problems.append(
                SpecProblem("executor output", "expected an object, found \(json.kindDescription)")
            )
        } catch {
            problems.append(SpecProblem("executor output", "the program's output file is not JSON: \(error)"))
        }
        return .object([:])
    }

    private static func check(
        _ value: JSONValue,
        _ type: ParameterType,
        _ place: String,
        _ problems: inout [SpecProblem]
    ) -> JSONValue? {
        if let fitting = type.coerce(value) { return fitting }
        problems.append(
            SpecProblem(place, "expected \(type.expectation) (\(type.name)), found \(describe(value))")
        )
        return nil
    }

    private static func parse(
        _ file: [UInt8],
        _ type: ParameterType,
        _ place: String,
        _ problems: inout [SpecProblem]
    ) -> JSONValue? {
        guard let text = String(validating: file, as: UTF8.self) else {
            problems.append(SpecProblem(place, "the file is not UTF-8 text"))
            return nil
        }
        let trimmed = text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed()
        let word = String(trimmed)
        var value: JSONValue?
        switch type {
        case .string, .unknown: value = .string(text)
        case .double: value = Double(word).flatMap { $0.isFinite ? .number($0) : nil }
        case .integer:
            value = Double(word).flatMap { JSONValue.number($0).exactInteger }.map { .number(Double($0)) }
        case .boolean: value = boolean(word).map { .bool($0) }
        case .list: value = (try? JSONValue(json: word)).flatMap { $0.array == nil ? nil : $0 }
        case .structure, .taskFinalStatus, .taskConfig:
            value = (try? JSONValue(json: word)).flatMap { $0.object == nil ? nil : $0 }
        }
        if value == nil {
            problems.append(
                SpecProblem(
                    place,
                    "expected \(type.expectation) (\(type.name)), found the text \(JSONValue.string(String(word.prefix(60))).jsonText)"
                )
            )
        }
        return value
    }

    /// Source: KFP launcher, which reads booleans with Go's `strconv.ParseBool`.
    private static func boolean(_ word: String) -> Bool? {
        switch word.lowercased() {
        case "true", "t", "1": true
        case "false", "f", "0": false
        default: nil
        }
    }

    private static func artifacts(
        named name: String,
        planned: Artifact,
        _ executorOutput: JSONValue,
        _ problems: inout [SpecProblem]
    ) -> [CollectedArtifact] {
        let unchanged = CollectedArtifact(uri: planned.uri, metadata: planned.metadata)
        guard let said = executorOutput["artifacts"]?[name] else { return [unchanged] }
        guard let list = said["artifacts"]?.array, list.allSatisfy({ $0.object != nil }) else {
            problems.append(
                SpecProblem(
                    "output artifact '\(name)'",
                    "expected a list of objects under 'artifacts', found \(describe(said))"
                )
            )
            return []
        }
        return list.map { said in
            let texts = [said["uri"]?.string, said["type"]?["schemaTitle"]?.string]
            if texts.contains(where: { $0?.contains("\u{0}") == true }) {
                problems.append(
                    SpecProblem(
                        "output artifact '\(name)'",
                        "its uri or type holds a NUL character, which cannot be stored"
                    )
                )
            }
            return CollectedArtifact(
                uri: said["uri"]?.string.flatMap { $0.isEmpty ? nil : $0 } ?? planned.uri,
                metadata: planned.metadata.merging(said["metadata"]?.object ?? [:]) { _, new in new },
                customPath: (said["custom_path"] ?? said["customPath"])?.string.flatMap {
                    $0.isEmpty ? nil : $0
                },
                schemaTitle: said["type"]?["schemaTitle"]?.string
            )
        }
    }
}
