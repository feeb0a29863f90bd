package import Model
import Wire

/// Which runs are compared, as the address says it.
package struct CompareAddress: Hashable, Sendable {
    /// The runs, in the order of their letters.
    package var runs: [RunID]
    /// Only what is not the same in all runs.
    package var onlyDifferences = false
    /// The run whose spec is compared with the first one's, by its place.
    package var other = 1

    /// How many runs can be told apart.
    package static let runsMax = 10

    /// Reads an address: `run`, as often as there are runs, or `runlist` with commas, as the original has it.
    /// - Throws: `invalidArgument` unless two to ten runs are named.
    package init(query: WebForm) throws {
        let named = query.all("run") + (query["runlist"] ?? "").split(separator: ",").map(String.init)
        var seen: Set<String> = []
        runs = named.filter { !$0.isEmpty && seen.insert($0).inserted }.map { RunID($0) }
        guard (2...Self.runsMax).contains(runs.count) else {
            throw PlatformError.invalid(
                "\(counted(runs.count, "run")) cannot be compared, expected 2 to \(Self.runsMax): "
                    + "choose them in the list of runs, then press Compare."
            )
        }
        onlyDifferences = query["only"] == "differences"
        other = min(max(try query.count("spec") ?? 1, 1), runs.count - 1)
    }

    /// The same page, changed.
    package func with(_ change: (inout Self) -> Void) -> Self {
        var copy = self
        change(&copy)
        return copy
    }

    /// The address as a link.
    package var href: String {
        let fields =
            runs.map { "run=" + percentEncoded($0.text) }
            + (onlyDifferences ? ["only=differences"] : []) + (other == 1 ? [] : ["spec=\(other)"])
        return "/compare?" + fields.joined(separator: "&")
    }

    /// The letter that stands for a run, by its place: `A` for the first.
    static func letter(_ place: Int) -> String {
        String(Character(Unicode.Scalar(UInt8(ascii: "A") + UInt8(min(max(place, 0), 25)))))
    }
}
