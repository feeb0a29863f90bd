package import Model

/// An address of a page with a graph: which task's panel is open, and which groups are.
package protocol GraphAddress: Hashable, Sendable {
    /// The task whose panel is open.
    var task: TaskPath? { get set }
    /// Groups that were opened by hand; of a loop the iteration.
    var open: Set<TaskPath> { get set }
    /// Groups that were closed by hand.
    var shut: Set<TaskPath> { get set }
    /// Whether the graph has artifacts as nodes.
    var showsArtifacts: Bool { get }
    /// The address as a link.
    var href: String { get }
    /// The same page with the panel of a task.
    func showing(_ task: TaskPath?) -> Self
}

extension GraphAddress {
    /// A graph has none unless its address says so.
    package var showsArtifacts: Bool { false }

    /// The same page, changed.
    package func with(_ change: (inout Self) -> Void) -> Self {
        var copy = self
        change(&copy)
        return copy
    }

    /// Reads a list of tasks. No path has a comma in it.
    static func paths(_ text: String?) -> Set<TaskPath> {
        Set((text ?? "").split(separator: ",").map { TaskPath(String($0)) })
    }

    /// Writes a list of tasks; sorted, so that equal pages have equal addresses.
    static func text(_ paths: Set<TaskPath>) -> String? {
        paths.isEmpty ? nil : paths.sorted().map(\.text).joined(separator: ",")
    }
}
