/// Why an expression cannot be read, or has no value.
package struct ExpressionError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The expression as it stands in the pipeline.
    package let expression: String
    /// Where in it, in Unicode characters from 1; one past the end when something is missing there.
    package let column: Int
    /// What was found, what was expected, and what to do.
    package let problem: String
    /// The values the expression reads ("n is 'five'"); empty when it reads none or could not be read itself.
    package let values: String

    /// Makes an error.
    package init(expression: String, column: Int, problem: String, values: String = "") {
        self.expression = expression
        self.column = column
        self.problem = problem
        self.values = values
    }

    package var description: String {
        "expression \(shortened(expression, to: 300)), column \(column): \(problem)"
            + (values.isEmpty ? "" : " (\(values))")
    }
}

/// The beginning of a text for a message, at most `count` characters and an ellipsis.
func shortened(_ text: String, to count: Int) -> String {
    let scalars = text.unicodeScalars
    guard let end = scalars.index(scalars.startIndex, offsetBy: count, limitedBy: scalars.endIndex),
        end < scalars.endIndex
    else { return text }
    return String(scalars[..<end]) + "…"
}
