import Model

/// A row of the table in the comment of `RunMachine`, as it can be told from what a step stores.
enum Transition: Hashable, CaseIterable {
    case skipped
    case inputsUnresolved
    case launched
    case groupStarted
    case waited
    case started
    case succeeded
    case retryAfterFailure
    case retryAfterLoss
    case failed
    case groupSucceeded
    case groupFailed
    case groupCanceled
    case canceledBeforeStart
    case canceledWhileOpen
    case lateNews
    case conditionFalse
    case conditionInvalid
    case loopItemsInvalid
    case cached
    case importStarted
    case imported
    case importFailed

    /// Names the step from one row of a task to the next; `nil` where the table has none, as for a new row.
    /// - Parameter attempts: the task's attempts that the same step stores, by number.
    init?(from old: TaskRecord?, to new: TaskRecord, attempts: [Attempt]) {
        guard let old else { return nil }
        let isGroup = ![.container, .importer].contains(new.kind)
        let ended = attempts.first { $0.state.isFinal }?.state
        switch (old.state, new.state) {
        case (.pending, .skipped) where new.reason?.code == .conditionFalse: self = .conditionFalse
        case (.pending, .failed) where new.reason?.code == .conditionInvalid: self = .conditionInvalid
        case (.pending, .failed) where new.reason?.code == .loopItemsInvalid: self = .loopItemsInvalid
        case (.pending, .cached): self = .cached
        case (.pending, .running) where new.kind == .importer: self = .importStarted
        case (.running, .succeeded) where new.kind == .importer: self = .imported
        case (.running, .failed) where new.kind == .importer: self = .importFailed
        case (.pending, .skipped): self = .skipped
        case (.pending, .failed) where ended == nil: self = .inputsUnresolved
        case (.pending, .running): self = isGroup ? .groupStarted : .started
        case (.pending, .succeeded), (.running, .succeeded): self = isGroup ? .groupSucceeded : .succeeded
        case (.pending, .pending), (.running, .pending):
            switch ended {
            case .failed: self = .retryAfterFailure
            case .lost: self = .retryAfterLoss
            default:
                guard !attempts.isEmpty else { return nil }
                self = .launched
            }
        case (.pending, .failed), (.running, .failed): self = isGroup ? .groupFailed : .failed
        case (.pending, .canceled) where ended == nil: self = .canceledBeforeStart
        case (.pending, .canceled), (.running, .canceled):
            self = isGroup ? .groupCanceled : .canceledWhileOpen
        default: return nil
        }
    }

    /// Whether the table allows the step at all.
    static func isAllowed(from old: TaskState, to new: TaskState) -> Bool {
        switch (old, new) {
        case (.pending, _), (.running, .running), (.running, .pending): true
        case (.running, _): new != .cached && new != .skipped
        default: old == new
        }
    }
}
