package import Model

/// A condition or a selector of a pipeline in the Common Expression Language, ready to be evaluated.
///
/// The language is all here but bytes, times, optional values and messages. Types are not checked beforehand:
/// whatever is wrong with them shows when the values are there. Evaluating ends after a bounded number of
/// steps for every text and all values (see ``Limits/expressionStepsMax``).
///
/// Source: Common Expression Language specification; KFP `PipelineTaskSpec.TriggerPolicy.condition` and
/// `TaskInputsSpec.InputParameterSpec.parameter_expression_selector`.
package struct Expression: Sendable {
    /// The expression as it stands in the pipeline.
    package let text: String
    /// What to evaluate.
    let root: Node
    /// The constant paths, in the order of the text, with the place of each.
    let readings: [Reading]

    /// A constant path and where it stands, as a range of Unicode scalars.
    struct Reading: Sendable {
        let reference: Reference
        let range: Range<Int>
    }

    /// What went wrong and where: an ``ExpressionError`` before it knows its expression.
    struct Fault: Error {
        /// Unicode scalars before the place.
        let position: Int
        let problem: String

        init(_ position: Int, _ problem: String) {
            self.position = position
            self.problem = problem
        }
    }

    /// Reads an expression.
    /// - Throws: ``ExpressionError`` for text that is no expression, too long or too deep (see ``Limits``).
    package init(_ text: String) throws(ExpressionError) {
        self.text = text
        do throws(Fault) {
            var parser = try Parser(text)
            (root, readings) = try parser.whole()
        } catch {
            throw ExpressionError(expression: text, column: error.position + 1, problem: error.problem)
        }
    }

    /// The expression's value.
    /// - Parameter variables: what its names stand for; their numbers are doubles, as in all JSON.
    /// - Returns: the value as JSON; whole numbers become numbers, beyond ±2^53 the nearest double.
    /// - Throws: ``ExpressionError`` when there is none: a missing name or key, types that do not fit, an
    ///   overflow, a number that JSON does not have, too many steps.
    package func evaluate(_ variables: [String: JSONValue]) throws(ExpressionError) -> JSONValue {
        var evaluator = Evaluator(variables)
        do throws(Fault) {
            let value = try evaluator.value(of: root)
            return try evaluator.json(value, at: root.position)
        } catch {
            throw ExpressionError(
                expression: text,
                column: error.position + 1,
                problem: error.problem,
                values: valuesRead(variables)
            )
        }
    }

    /// Whether the condition is met.
    /// - Throws: ``ExpressionError`` as ``evaluate(_:)`` does, and when the value is neither true nor false.
    package func isMet(_ variables: [String: JSONValue]) throws(ExpressionError) -> Bool {
        let value = try evaluate(variables)
        guard let met = value.bool else {
            throw ExpressionError(
                expression: text,
                column: 1,
                problem: "a condition must be true or false, but this is \(value.kindDescription)",
                values: valuesRead(variables)
            )
        }
        return met
    }

    /// The constant paths that it reads, each once, in the order of the text.
    package var references: [Reference] {
        var seen: Set<Reference> = []
        return readings.map(\.reference).filter { seen.insert($0).inserted }
    }
}

extension Expression: Hashable {
    /// Equal texts are equal expressions.
    package static func == (left: Expression, right: Expression) -> Bool { left.text == right.text }

    /// Hashes the text.
    package func hash(into hasher: inout Hasher) { hasher.combine(text) }
}
