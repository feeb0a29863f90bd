package import Model
package import PipelineIR
import Wire

/// The form that starts a run like another one, with other parameters.
package struct NewRunView: PageView {
    package static let template = "newrun"

    /// A parameter of the pipeline.
    struct Field: Hashable, Sendable {
        let name: String
        /// What the form calls it.
        let field: String
        let type: String
        let hint: String?
        let placeholder: String
        let value: String
        let isRequired: Bool
        let isNumber: Bool
        let isLong: Bool
        /// Values to choose from; empty where anything may be written.
        let choices: [Choice]
        let hasChoices: Bool
    }

    /// A value to choose.
    struct Choice: Hashable, Sendable {
        let value: String
        let title: String
        let isChosen: Bool
    }

    let clone: String
    let original: String
    let originalHref: String
    let pipeline: String
    let name: String
    let description: String
    let fields: [Field]
    let hasFields: Bool
    let error: String?

    /// Makes the form.
    /// - Parameters:
    ///   - sent: what was sent before and refused; `nil` for a new form.
    ///   - error: why it was refused.
    package init(_ run: Run, _ graph: TaskGraph, sent: WebForm?, error: String?) {
        clone = run.id.text
        original = run.displayName
        originalHref = RunAddress(run.id).href
        pipeline = run.pipelineName
        name = sent?["name"] ?? "Clone of " + run.displayName
        description = sent?["description"] ?? run.description
        fields = graph.root.component.inputParameters.sorted { $0.key < $1.key }.map { name, input in
            let given = run.parameters[name].map { ParameterText.text(of: $0, type: input.type) }
            let text = sent.map { $0["p." + name] ?? "" } ?? given ?? ""
            return Self.field(name, input, text)
        }
        hasFields = !fields.isEmpty
        self.error = error
    }

    private static func field(_ name: String, _ input: InputParameterSpec, _ text: String) -> Field {
        var choices: [Choice] = []
        let values =
            input.literals.isEmpty && input.type == .boolean ? [.bool(true), .bool(false)] : input.literals
        if !values.isEmpty {
            let standard = input.defaultValue.map { "default: \(clipped($0.jsonText, 60))" } ?? "not given"
            let none = input.isRequired ? "choose …" : standard
            choices = [Choice(value: "", title: none, isChosen: text.isEmpty)]
            choices += values.map { value in
                let written = ParameterText.text(of: value, type: input.type)
                return Choice(
                    value: written,
                    title: value.string ?? value.jsonText,
                    isChosen: written == text
                )
            }
        }
        let standard = input.defaultValue.map { "default: \(clipped($0.jsonText, 80))" }
        return Field(
            name: name,
            field: "p." + name,
            type: input.type.word,
            hint: input.description.isEmpty ? nil : input.description,
            placeholder: standard ?? (input.isOptional ? "not given" : ""),
            value: text,
            isRequired: input.isRequired,
            isNumber: input.type == .integer || input.type == .double,
            isLong: input.type == .list || input.type == .structure || text.contains("\n") || text.count > 80,
            choices: choices,
            hasChoices: !choices.isEmpty
        )
    }
}

extension ParameterType {
    /// The name for people.
    var word: String {
        switch self {
        case .integer: "whole number"
        case .double: "number"
        case .string: "text"
        case .boolean: "true or false"
        case .list: "list, as JSON"
        case .structure, .taskFinalStatus, .taskConfig: "object, as JSON"
        case .unknown(let name): name
        }
    }
}

/// Parameters as a form has them: text as it is, everything else as JSON. An empty field is no value; a text that
/// is empty, or looks like JSON text, stands in quotes.
package enum ParameterText {
    /// What a form shows for a value.
    package static func text(of value: JSONValue, type: ParameterType) -> String {
        guard type == .string, let text = value.string else { return value.jsonText }
        return text.isEmpty || isQuoted(text) ? value.jsonText : text
    }

    /// The value that was written; `nil` for none.
    /// - Throws: `invalidArgument` for what is not of the type.
    package static func value(of text: String, type: ParameterType, name: String) throws -> JSONValue? {
        let trimmed = text.replacing("\r\n", with: "\n")
        if trimmed.isEmpty { return nil }
        if type == .string, !isQuoted(trimmed) { return .string(trimmed) }
        guard let value = try? JSONValue(json: trimmed), type.accepts(value) else {
            throw PlatformError.invalid(
                "\(name): expected \(type.expectation), found \(clipped(trimmed, 80))"
            )
        }
        return value
    }

    private static func isQuoted(_ text: String) -> Bool {
        text.count >= 2 && text.hasPrefix("\"") && text.hasSuffix("\"")
    }
}
