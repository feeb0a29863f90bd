extension Expression {
    /// What `&&`, `||`, `all` and `exists` have found so far.
    struct Verdict {
        private let decisive: Bool
        private(set) var isDecided = false
        private var fault: Fault?

        /// - Parameter decisive: the truth value that decides.
        init(_ decisive: Bool) {
            self.decisive = decisive
        }

        mutating func add(_ truth: Bool) { isDecided = isDecided || truth == decisive }

        /// Keeps the first fault, which counts unless something decides.
        mutating func add(_ fault: Fault) { self.fault = self.fault ?? fault }

        func result() throws(Fault) -> Bool {
            if isDecided { return decisive }
            if let fault { throw fault }
            return !decisive
        }
    }
}
