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
    var versions: [PipelineVersion] = []
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

    /// Chooses the experiment that is wanted; the one for those that name none, if it cannot be had.
    mutating func choose(_ wanted: ExperimentID?, among experiments: [Experiment]) {
        self.experiments = experiments
        let found = experiments.first { $0.id == wanted }
        isExperimentGone = wanted != nil && found == nil
        experiment = (found ?? experiments.first { $0.displayName == Experiment.defaultName })?.id
    }

    /// The parameters that a form has, as their types have it.
    /// - Throws: `invalidArgument` for what is not of its type.
    func parameters(of form: WebForm) throws -> [String: JSONValue] {
        var values: [String: JSONValue] = [:]
        for (name, input) in graph.root.component.inputParameters.sorted(by: { $0.key < $1.key }) {
            guard let text = form["p." + name] else { continue }
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
