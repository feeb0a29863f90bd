extension Expression.Evaluator {
    /// `text.matches(pattern)`: whether the pattern matches some part of the text.
    mutating func matches(_ text: String, _ pattern: String, at position: Int) throws(Fault) -> Bool {
        let compiled: Expression.Pattern
        do throws(Expression.Pattern.Problem) {
            compiled = try Expression.Pattern(pattern)
        } catch {
            throw Fault(position, "'matches': \(error.text) '\(shortened(pattern, to: 80))'")
        }
        try spend(compiled.work(for: text) / 8, at: position)
        return compiled.matches(in: text)
    }
}
