import Model

/// How a state is shown: a symbol for the eye, a word for everything else.
struct StateLook: Sendable {
    let symbol: String
    let word: String
    let style: Style

    /// Symbol and word as one field.
    var cell: Cell { Cell("\(symbol) \(word)", style) }
}

extension TaskState {
    /// How the state is shown.
    var look: StateLook {
        switch self {
        case .pending: StateLook(symbol: "·", word: "pending", style: .faint)
        case .running: StateLook(symbol: "▸", word: "running", style: .busy)
        case .succeeded: StateLook(symbol: "✓", word: "succeeded", style: .good)
        case .cached: StateLook(symbol: "✓", word: "cached", style: .good)
        case .skipped: StateLook(symbol: "-", word: "skipped", style: .faint)
        case .failed: StateLook(symbol: "✗", word: "failed", style: .bad)
        case .canceled: StateLook(symbol: "■", word: "canceled", style: .bad)
        }
    }
}

extension RuntimeState {
    /// How the state is shown.
    var look: StateLook {
        switch self {
        case .pending: StateLook(symbol: "·", word: "pending", style: .faint)
        case .running: StateLook(symbol: "▸", word: "running", style: .busy)
        case .succeeded: StateLook(symbol: "✓", word: "succeeded", style: .good)
        case .skipped: StateLook(symbol: "-", word: "skipped", style: .faint)
        case .failed: StateLook(symbol: "✗", word: "failed", style: .bad)
        case .canceling: StateLook(symbol: "■", word: "canceling", style: .busy)
        case .canceled: StateLook(symbol: "■", word: "canceled", style: .bad)
        case .paused: StateLook(symbol: "·", word: "paused", style: .faint)
        }
    }
}
