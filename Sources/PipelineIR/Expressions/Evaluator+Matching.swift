extension Expression.Evaluator {
    /// `text.matches(pattern)`.
    func matches(_ text: String, _ pattern: String, at position: Int) throws(Fault) -> Bool {
        throw Fault(position, "'matches' is not supported")
    }
}

extension String {
    /// Whether `part` stands somewhere in the text, scalar by scalar.
    func containsScalars(of part: String) -> Bool {
        utf8.contains(part.utf8)
    }
}
