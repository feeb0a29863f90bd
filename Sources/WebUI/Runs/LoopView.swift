package import Model

/// The iterations of a loop: all of them as a grid, some of them as a list.
package struct LoopView: Hashable, Sendable {
    /// One iteration of the list.
    struct Item: Hashable, Sendable {
        let number: String
        let href: String
        let state: StateView
        let value: String?
        let duration: DurationView?
        let why: String?
    }

    /// A state with how many iterations are in it; a filter of the list.
    struct Share: Hashable, Sendable {
        let text: String
        let href: String
        let style: String
        let sign: String
        let isOn: Bool
    }

    let progress: String
    let grid: HTML
    let shares: [Share]
    let items: [Item]
    let range: String
    let before: String?
    let after: String?

    /// Iterations listed at once.
    private static let listed = 50

    /// Makes the view of a loop.
    package init(_ loop: TaskPath, _ tasks: RunTasks, _ address: RunAddress, now: Instant) {
        let iterations = tasks.iterations(of: loop)
        let counts = iterations.reduce(into: [TaskState: Int]()) { $0[$1.state, default: 0] += 1 }
        progress =
            iterations.isEmpty
            ? "No iterations yet." : progressText(counts, total: tasks.byPath[loop]?.iterationsPlanned)
        grid = IterationGrid.draw(iterations, address)
        shares = TaskState.allCases.compactMap { state in
            guard let count = counts[state] else { return nil }
            let (look, isOn) = (StateView(state), address.iterationState == state)
            return Share(
                text: "\(count) \(look.word.lowercased())",
                href: address.with {
                    $0.iterationState = isOn ? nil : state
                    $0.iterationsFrom = 0
                }.href,
                style: look.style,
                sign: look.sign,
                isOn: isOn
            )
        }
        let chosen = iterations.filter { address.iterationState ?? $0.state == $0.state }
        let from = min(address.iterationsFrom, max(0, chosen.count - 1))
        let shown = chosen.dropFirst(from).prefix(Self.listed)
        items = shown.map { Self.item($0, address, now) }
        range = shown.isEmpty ? "" : "\(from + 1)–\(from + shown.count) of \(chosen.count)"
        before = from > 0 ? address.with { $0.iterationsFrom = max(0, from - Self.listed) }.href : nil
        let next = from + Self.listed
        after = next < chosen.count ? address.with { $0.iterationsFrom = next }.href : nil
    }

    private static func item(_ record: TaskRecord, _ address: RunAddress, _ now: Instant) -> Item {
        // The SDK calls the input that holds an iteration's item `…-loop-item…`.
        let value = record.inputs.parameters.sorted { $0.key < $1.key }.first {
            $0.key.contains("loop-item")
        }?.value
        return Item(
            number: String((record.iteration ?? 0) + 1),
            href: address.showing(record.path).href,
            state: StateView(record.state),
            value: value.map { clipped($0.string ?? $0.jsonText, 60) },
            duration: DurationView(from: record.startedAt, to: record.endedAt, now: now),
            why: record.state.isSuccess ? nil : record.reason?.headline
        )
    }
}

/// Draws iterations as squares, in rows like text.
enum IterationGrid {
    private static let cell = 10
    /// Up to this many squares are links of their own; more would make the page heavy, and are drawn in runs.
    private static let linksMax = 600

    static func draw(_ iterations: [TaskRecord], _ address: RunAddress) -> HTML {
        var html = HTML()
        guard !iterations.isEmpty else { return html }
        let columns = iterations.count <= 400 ? 25 : 100
        let rows = (iterations.count + columns - 1) / columns
        html.element(
            "svg",
            [
                "class": "grid", "viewBox": "0 0 \(columns * cell) \(rows * cell)", "role": "img",
                "aria-label": "\(iterations.count) iterations; the list below has them by state",
                "data-columns": "\(columns)", "data-count": "\(iterations.count)",
                "data-loop": iterations.first?.parent?.text,
            ]
        ) { html in
            if iterations.count <= linksMax {
                links(iterations, columns, address, &html)
            } else {
                runs(iterations, columns, &html)
            }
        }
        return html
    }

    private static func links(
        _ iterations: [TaskRecord],
        _ columns: Int,
        _ address: RunAddress,
        _ html: inout HTML
    ) {
        for (index, record) in iterations.enumerated() {
            let state = StateView(record.state)
            html.element(
                "a",
                ["href": address.showing(record.path).href, "data-swap": "", "tabindex": "-1"]
            ) { html in
                html.element("title") { $0.add("Iteration \(index + 1): \(state.word)") }
                html.element(
                    "rect",
                    [
                        "class": state.style, "x": "\(index % columns * cell + 1)",
                        "y": "\(index / columns * cell + 1)", "width": "\(cell - 2)", "height": "\(cell - 2)",
                        "rx": "2",
                    ]
                )
            }
        }
    }

    /// Neighbours of one state in a row are one rectangle, and each state is one path.
    private static func runs(_ iterations: [TaskRecord], _ columns: Int, _ html: inout HTML) {
        var paths: [TaskState: String] = [:]
        var start = 0
        for end in 1...iterations.count {
            let goesOn =
                end < iterations.count && end % columns != 0
                && iterations[end].state == iterations[start].state
            if goesOn { continue }
            let (x, y, width) = (start % columns * cell, start / columns * cell, (end - start) * cell - 1)
            paths[iterations[start].state, default: ""] += "M\(x) \(y)h\(width)v\(cell - 1)h\(-width)z"
            start = end
        }
        for state in TaskState.allCases {
            guard let path = paths[state] else { continue }
            html.element("path", ["class": StateView(state).style, "d": path])
        }
    }
}
