import Model
import Services
import Wire

/// Runs side by side.
struct CompareView: PageView {
    static let template = "compare"

    /// A run with its letter.
    struct Column: Sendable {
        let letter: String
        let look: String
        let name: String
        let href: String
        let state: StateView
        let started: TimeView
        let duration: DurationView?
        let pipeline: String
        /// The page without it; `nil` while it takes two to compare.
        let without: String?
    }

    /// A value of a run.
    struct Cell: Sendable {
        let text: String
        let title: String?
        /// `▲` for the largest number of a row, `▼` for the smallest.
        let mark: String?
    }

    /// A value in all runs.
    struct Row: Sendable {
        let name: String
        let origin: String
        let isDifferent: Bool
        let cells: [Cell]
    }

    /// Curves or matrices of one origin.
    struct Chart: Sendable {
        let title: String
        let content: HTML
    }

    /// What a run wrote.
    struct Pane: Sendable {
        let letter: String
        let look: String
        let name: String
        let content: HTML
    }

    /// What the runs wrote at one place.
    struct Gallery: Sendable {
        let title: String
        let panes: [Pane]
    }

    /// A table of values, or the words for that there is none.
    struct Table: Sendable {
        let title: String
        let empty: String?
        let rows: [Row]
    }

    let title: String
    let columns: [Column]
    let toggle: RunRowView.Link
    let tables: [Table]
    let parallel: HTML?
    let curves: [Chart]
    let matrices: [Gallery]
    let galleries: [Gallery]
    let specs: SpecSection

    private static let chartsMax = 12

    /// Makes the page.
    /// - Parameter galleries: what the runs wrote for people, read already.
    init(
        _ runs: [RunService.Details],
        _ comparison: Comparison,
        _ address: CompareAddress,
        galleries: [Gallery],
        now: Instant
    ) {
        title = "Compare \(runs.count) runs"
        columns = runs.enumerated().map { Self.column($0, $1.run, address, now) }
        let only = address.onlyDifferences
        toggle = RunRowView.Link(
            name: only ? "Show everything" : "Show only what differs",
            href: address.with { $0.onlyDifferences.toggle() }.href
        )
        func table(_ title: String, _ rows: [Comparison.Row], _ none: String) -> Table {
            let shown = rows.filter { !only || $0.isDifferent }
            let empty = rows.isEmpty ? none : shown.isEmpty ? "They are the same in all runs." : nil
            return Table(title: title, empty: empty, rows: shown.map(Self.row))
        }
        tables = [
            table("Parameters", comparison.parameters, "None of the runs has parameters."),
            table("Metrics", comparison.metrics, "None of the runs has written metrics."),
        ]
        let names = columns.map { "\($0.letter) \($0.name)" }
        parallel = ParallelDrawing.draw(
            (comparison.parameters + comparison.metrics).map {
                ParallelDrawing.Axis(name: $0.name, values: $0.numbers)
            },
            names: names
        )
        curves = Self.curves(comparison, names)
        matrices = Self.matrices(comparison, columns)
        self.galleries = galleries
        specs = SpecSection(runs, address)
    }

    private static func column(_ place: Int, _ run: Run, _ address: CompareAddress, _ now: Instant) -> Column
    {
        Column(
            letter: CompareAddress.letter(place),
            look: "c\(place)",
            name: run.displayName,
            href: RunAddress(run.id).href,
            state: StateView(of: run),
            started: TimeView(run.createdAt, now: now),
            duration: DurationView(from: run.createdAt, to: run.finishedAt, now: now),
            pipeline: run.pipelineName,
            without: address.runs.count <= 2
                ? nil
                : address.with {
                    $0.runs.remove(at: place)
                    $0.other = 1
                }.href
        )
    }

    private static func row(_ row: Comparison.Row) -> Row {
        let numbers = row.numbers.compactMap { $0 }
        let isRanked = Set(numbers).count > 1
        let cells = row.values.map { value in
            guard let value else { return Cell(text: "–", title: "This run has none.", mark: nil) }
            let whole = value.string ?? value.jsonText
            let text = value.number.map(numberText) ?? clipped(whole, 80)
            let mark =
                !isRanked
                ? nil : value.number == numbers.max() ? "▲" : value.number == numbers.min() ? "▼" : nil
            return Cell(text: text, title: text == whole ? nil : String(whole.prefix(2_000)), mark: mark)
        }
        return Row(name: row.name, origin: row.origin, isDifferent: row.isDifferent, cells: cells)
    }

    private static func curves(_ comparison: Comparison, _ names: [String]) -> [Chart] {
        var charts: [Chart] = []
        for finding in comparison.findings {
            let slices = finding.artifacts.map { artifact in
                (artifact.map { Evaluation($0).slices } ?? []).reduce(into: [String: RocCurve]()) {
                    $0[$1.name ?? ""] = $1.curve
                }
            }
            for slice in Set(slices.flatMap(\.keys)).sorted() {
                let series = zip(names, slices).enumerated().compactMap { place, pair in
                    pair.1[slice].map { RocDrawing.Series(name: pair.0, curve: $0, look: place) }
                }
                var html = HTML()
                RocDrawing.draw(series, &html)
                charts.append(
                    Chart(title: finding.origin + (slice.isEmpty ? "" : " · " + slice), content: html)
                )
                if charts.count == chartsMax { return charts }
            }
        }
        return charts
    }

    private static func matrices(_ comparison: Comparison, _ columns: [Column]) -> [Gallery] {
        comparison.findings.compactMap { finding in
            let panes = zip(columns, finding.artifacts).compactMap { column, artifact -> Pane? in
                var html = HTML()
                for slice in artifact.map({ Evaluation($0).slices }) ?? [] {
                    slice.matrix?.draw(caption: slice.name.map { "\($0)." } ?? "Run \(column.letter).", &html)
                }
                return html.text.isEmpty
                    ? nil : Pane(letter: column.letter, look: column.look, name: column.name, content: html)
            }
            return panes.isEmpty ? nil : Gallery(title: finding.origin, panes: panes)
        }
        .prefix(chartsMax).map(\.self)
    }
}
