package import Model

/// What to take away from one experiment: finished runs that ended before a time, and those beyond a number.
package struct RetentionCut: Hashable, Sendable {
    /// Whose runs.
    package var experimentID: ExperimentID
    /// Runs that ended at or before this time go; `nil` for none by age.
    package var endedBy: Instant?
    /// Runs beyond so many, counted from the one that ended last, go; `nil` for none by number.
    package var keeping: Int?

    /// Makes a cut.
    package init(experimentID: ExperimentID, endedBy: Instant? = nil, keeping: Int? = nil) {
        self.experimentID = experimentID
        self.endedBy = endedBy
        self.keeping = keeping
    }
}

/// Decides which finished runs have been kept for long enough.
package enum RetentionPlan {
    /// The cuts to make, by experiment; none for an experiment that keeps everything.
    /// - Parameters:
    ///   - general: what holds where an experiment says nothing.
    ///   - experiments: every experiment with finished runs, and its own rule.
    package static func plan(
        general: RetentionRule,
        experiments: [ExperimentID: RetentionRule],
        now: Instant
    ) -> [RetentionCut] {
        experiments.sorted { $0.key.text < $1.key.text }.compactMap { id, own in
            var cut = RetentionCut(experimentID: id)
            let rule = own.completed(by: general)
            if case .atMost(let age)? = rule.age { cut.endedBy = now - age }
            if case .atMost(let count)? = rule.count { cut.keeping = count }
            return cut.endedBy == nil && cut.keeping == nil ? nil : cut
        }
    }
}
