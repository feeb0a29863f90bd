import ArgumentParser

/// What an upload says beside the file.
struct UploadOptions: ParsableArguments {
    @Option(help: "What it is for.")
    var description: String?

    @Option(
        name: .customLong("tag"),
        help: ArgumentHelp("A tag; may be repeated.", valueName: "key=value"),
        transform: { text in
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw ValidationError("--tag \(text): expected key=value")
            }
            return (key: String(parts[0]), value: String(parts[1]))
        }
    )
    private var pairs: [(key: String, value: String)] = []

    /// The tags by key.
    var tags: [String: String] { Dictionary(pairs.map { ($0.key, $0.value) }) { $1 } }

    func validate() throws {
        let repeated = Dictionary(grouping: pairs) { $0.key }.filter { $0.value.count > 1 }.keys.sorted()
        guard let key = repeated.first else { return }
        throw ValidationError("--tag \(key) is given twice; give it once")
    }
}
