import Model
import Wire

/// What stands above the runs of an experiment.
struct ExperimentHead: Hashable, Sendable {
    let id: String
    let back: String
    let isArchived: Bool
    let created: TimeView
    /// Starts a run in it; `nil` while it is archived.
    let run: String?
    /// Its recurring runs.
    let schedules: String

    init(_ experiment: Experiment, now: Instant) {
        id = experiment.id.text
        back = "/experiments/" + percentEncoded(experiment.id.text)
        isArchived = experiment.storageState == .archived
        created = TimeView(experiment.createdAt, now: now)
        run = isArchived ? nil : "/runs/new?" + QueryString.text(["experiment": experiment.id.text])
        schedules = "/recurringruns?" + QueryString.text(["experiment": experiment.id.text])
    }
}
