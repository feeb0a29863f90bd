import Model

/// Draws what differs between two pipelines, with some lines around it.
struct SpecDiff: Sendable {
    let html: HTML
    let added: Int
    let removed: Int

    /// Lines that were changed and are shown; of pipelines that have nothing in common nobody reads all.
    private static let changesMax = 1_500
    /// Lines shown before and after a change.
    private static let around = 3

    init(_ old: PipelineSpecDocument, _ new: PipelineSpecDocument) {
        // The colours of a line end with it, so lines of markup can be compared as they are.
        func lines(_ document: PipelineSpecDocument) -> [Substring] {
            SpecText.html(document).text.split(separator: "\n")
        }
        let steps = LineDiff(lines(old), lines(new)).steps
        let changes = steps.indices.filter { if case .same = steps[$0] { false } else { true } }
        var isShown = [Bool](repeating: false, count: steps.count)
        for place in changes.prefix(Self.changesMax) {
            for near in max(0, place - Self.around)...min(steps.count - 1, place + Self.around) {
                isShown[near] = true
            }
        }
        var (html, hidden) = (HTML(), 0)
        func skip() {
            if hidden > 0 {
                html.element("span", ["class": "gap"]) { $0.add("… \(counted(hidden, "line"))\n") }
            }
            hidden = 0
        }
        for (step, isShown) in zip(steps, isShown) {
            guard isShown else {
                hidden += 1
                continue
            }
            skip()
            switch step {
            case .same(let line): Self.line("  ", line, &html)
            case .removed(let line):
                html.element("del") { Self.line("- ", line, &$0) }
            case .added(let line):
                html.element("ins") { Self.line("+ ", line, &$0) }
            }
        }
        skip()
        if changes.count > Self.changesMax {
            html.element("span", ["class": "gap"]) {
                $0.add("… and more: \(Self.changesMax) of \(changes.count) changed lines are shown\n")
            }
        }
        added = changes.count { if case .added = steps[$0] { true } else { false } }
        removed = changes.count - added
        self.html = html
    }

    private static func line(_ mark: String, _ line: Substring, _ html: inout HTML) {
        html.add(mark)
        html.add(HTML(rendered: String(line)))
        html.add("\n")
    }
}
