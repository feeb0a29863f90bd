import Model
import PipelineIR

/// What a task's condition says. Source: KFP `TriggerPolicy.condition`, evaluated over the fields of `ExecutorInput`.
enum ConditionOutcome {
    case met
    case notMet(Reason)
    case invalid(Reason)

    init(_ condition: String, inputs: TaskValues, artifacts: [ArtifactID: Artifact]) {
        let variables: [String: JSONValue] = [
            "inputs": [
                "parameter_values": .object(inputs.parameters),
                "artifacts": .object(
                    inputs.artifacts.mapValues { ids in
                        ["artifacts": .array(ids.compactMap { artifacts[$0]?.runtimeJSON })]
                    }
                ),
            ]
        ]
        do {
            let expression = try Expression(condition)
            if try expression.isMet(variables) {
                self = .met
            } else {
                self = .notMet(
                    Reason(
                        .conditionFalse,
                        "The condition was false: \(expression.explanation(variables)).",
                        details: ["condition": .string(condition)]
                    )
                )
            }
        } catch {
            self = .invalid(
                Reason(
                    .conditionInvalid,
                    "The condition cannot be evaluated: \(error).",
                    details: ["condition": .string(condition)]
                )
            )
        }
    }
}
