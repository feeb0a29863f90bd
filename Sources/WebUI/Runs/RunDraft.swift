import Model
import PipelineIR
import Services

/// What a form for a run, or for a recurring one, starts from: which pipeline, and what is filled in.
struct RunDraft: Sendable {
    /// What it is like.
    enum Origin: Sendable {
        case clone(Run)
        case pipeline(Pipeline)
        case recurring(RecurringRun)
        /// A new recurring run that begins as another one is.
        case likeRecurring(RecurringRun)
    }

    var origin: Origin
    /// The stored pipeline, if it is one that still exists.
    var pipeline: Pipeline?
    /// The version that is asked for; `nil` for the newest one.
    var version: PipelineVersionID?
    /// Versions to choose from, the newest first.
    private(set) var versions: [PipelineVersion] = []
    var source: RunSubmission.Source
    var graph: TaskGraph
    /// Experiments to choose from.
    var experiments: [Experiment] = []
    var experiment: ExperimentID?
    /// Whether another experiment was asked for, which was put away or deleted.
    var isExperimentGone = false
    var name: String
    var description = ""
    var parameters: [String: JSONValue] = [:]
    var pipelineRoot: String?
    var serviceAccount = ""

    /// Sets the versions to choose from.
    /// - Parameter asked: the one that is asked for, which may be older than all that are listed.
    mutating func offer(_ versions: [PipelineVersion], and asked: PipelineVersion?) {
        self.versions = versions
        guard let asked, asked.id == version, !versions.contains(where: { $0.id == asked.id }) else { return }
        self.versions.append(asked)
    }

    /// Chooses the experiment that is wanted; the one for those that name none, if it cannot be had.
    mutating func choose(_ wanted: ExperimentID?, among experiments: [Experiment]) {
        self.experiments = experiments
        let found = experiments.first { $0.id == wanted }
        isExperimentGone = wanted != nil && found == nil
        experiment = (found ?? experiments.first { $0.displayName == Experiment.defaultName })?.id
    }

    /// What was written for another version, as far as this one takes it.
    /// - Returns: the form without the parameters that this version does not have, or has with another type, and their names
    ///   where something was written for them.
    func keeping(_ sent: WebForm) -> (form: WebForm, left: [String]) {
        let inputs = graph.root.component.inputParameters
        var left: [String] = []
        let form = sent.filter { field in
            guard field.hasPrefix(ParameterText.fieldPrefix) else { return true }
            let name = String(field.dropFirst(ParameterText.fieldPrefix.count))
            guard let text = sent[field] else { return inputs[name] != nil }
            if let input = inputs[name], ParameterText.fits(text, input) { return true }
            left.append(name)
            return false
        }
        return (form, left)
    }

    /// The parameters that a form has, as their types have it.
    /// - Throws: `invalidArgument` for what is not of its type.
    func parameters(of form: WebForm) throws -> [String: JSONValue] {
        var values: [String: JSONValue] = [:]
        for (name, input) in graph.root.component.inputParameters.sorted(by: { $0.key < $1.key }) {
            guard let text = form[ParameterText.fieldPrefix + name] else { continue }
            values[name] = try ParameterText.value(of: text, type: input.type, name: name)
        }
        return values
    }

    /// What a form asks for.
    /// - Throws: `invalidArgument` for parameters that are not of their types.
    func submission(_ form: WebForm) throws -> RunSubmission {
        RunSubmission(
            displayName: form["name"] ?? name,
            description: form["description"] ?? "",
            experimentID: form["experiment"].map { ExperimentID($0) } ?? experiment,
            source: source,
            parameters: try parameters(of: form),
            pipelineRoot: form["root"],
            serviceAccount: form["account"] ?? ""
        )
    }
}
