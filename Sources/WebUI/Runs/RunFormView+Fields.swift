import Model
import PipelineIR
import Wire

extension RunFormView {
    /// The versions that a form offers.
    static func versions(_ draft: RunDraft, isRecurring: Bool) -> [Choice] {
        guard !draft.versions.isEmpty else { return [] }
        let newest = isRecurring ? "the newest one at each firing" : "the newest one"
        var choices = [Choice(value: "", title: newest, isChosen: draft.version == nil)]
        choices += draft.versions.map {
            Choice(value: $0.id.text, title: $0.displayName, isChosen: $0.id == draft.version)
        }
        // What is pinned to it goes on with it until another one is chosen.
        if let version = draft.version, !choices.contains(where: \.isChosen) {
            choices.append(Choice(value: version.text, title: "one that was deleted", isChosen: true))
        }
        return choices
    }

    /// A field for each parameter, in the order of their names.
    static func fields(_ draft: RunDraft, _ sent: WebForm?, error: String?) -> [Field] {
        draft.graph.root.component.inputParameters.sorted { $0.key < $1.key }.map { name, input in
            let field = ParameterText.fieldPrefix + name
            let given = draft.parameters[name].map { ParameterText.text(of: $0, type: input.type) } ?? ""
            // What was not asked for before begins as in a new form; of another version's values, those that fit.
            let begin = ParameterText.fits(given, input) ? given : ""
            let text = sent.flatMap { $0.has(field) ? $0[field] ?? "" : nil } ?? begin
            return self.field(name, input, text, isWrong: error?.hasPrefix(name + ": ") ?? false)
        }
    }

    private static func field(_ name: String, _ input: InputParameterSpec, _ text: String, isWrong: Bool)
        -> Field
    {
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
            field: ParameterText.fieldPrefix + name,
            type: input.type.word,
            hint: input.description.isEmpty ? nil : input.description,
            placeholder: standard ?? (input.isOptional ? "not given" : ""),
            value: text,
            isRequired: input.isRequired,
            isWrong: isWrong,
            isNumber: input.type == .integer || input.type == .double,
            isLong: input.type == .list || input.type == .structure || text.contains("\n") || text.count > 80,
            choices: choices,
            hasChoices: !choices.isEmpty
        )
    }
}
