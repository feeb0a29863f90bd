import Model
import Services

/// The spec of the first run beside that of another.
struct SpecSection: Sendable {
    /// A run whose spec can be compared with the first one's.
    struct Choice: Sendable {
        let title: String
        let href: String
        let isOn: Bool
    }

    let choices: [Choice]
    /// What differs, in words.
    let words: String
    /// The lines that differ; `nil` where none does.
    let difference: HTML?

    init(_ runs: [RunService.Details], _ address: CompareAddress) {
        let (first, second) = (CompareAddress.letter(0), CompareAddress.letter(address.other))
        choices = runs.indices.dropFirst().map { place in
            Choice(
                title: "\(first) and \(CompareAddress.letter(place))",
                href: address.with { $0.other = place }.href + "#specs",
                isOn: place == address.other
            )
        }
        let lines = SpecDiff(runs[0].document, runs[address.other].document)
        if lines.added + lines.removed == 0 {
            words = "\(first) and \(second) have the same spec."
            difference = nil
        } else {
            words =
                "From \(first) to \(second): \(counted(lines.removed, "line")) removed, "
                + "\(counted(lines.added, "line")) added."
            difference = lines.html
        }
    }
}
