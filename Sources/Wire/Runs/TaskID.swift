package import Model

/// A task's identity outside of its run: `<run id>.<task path>`.
package struct TaskID: Hashable, Sendable, CustomStringConvertible {
    /// The run.
    package let runID: RunID
    /// The task within the run.
    package let path: TaskPath

    /// Makes an identity.
    package init(runID: RunID, path: TaskPath) {
        self.runID = runID
        self.path = path
    }

    /// Reads an identity whose run is known; a bare task path is accepted too.
    package init(_ text: String, in runID: RunID) {
        let prefix = runID.text + "."
        self.init(
            runID: runID,
            path: TaskPath(text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : text)
        )
    }

    /// Reads an identity by itself; `nil` unless it starts with a run's UUID and a dot and goes on after it.
    package init?(_ text: String) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[1].isEmpty, Self.isUUID(parts[0]) else { return nil }
        self.init(runID: RunID(String(parts[0])), path: TaskPath(String(parts[1])))
    }

    /// The identity as sent: `<run id>.<task path>`.
    package var description: String { "\(runID).\(path)" }

    /// The name by which 2.x clients ask for the log of one attempt; ``node(_:in:)`` reads it back.
    package func podName(attempt: Int) -> String { "\(self):\(attempt)" }

    /// Reads what clients send as a node of a run: a task's identity, its bare path, or the name of a pod.
    /// - Returns: the task, and the attempt if a pod was named.
    package static func node(_ text: String, in runID: RunID) -> (task: TaskID, attempt: Int?) {
        guard let colon = text.lastIndex(of: ":"), let attempt = Int(text[text.index(after: colon)...]),
            attempt >= 0
        else { return (TaskID(text, in: runID), nil) }
        return (TaskID(String(text[..<colon]), in: runID), attempt)
    }

    private static func isUUID(_ text: Substring) -> Bool {
        text.utf8.count == 36
            && text.utf8.enumerated().allSatisfy { index, byte in
                [8, 13, 18, 23].contains(index)
                    ? byte == UInt8(ascii: "-")
                    : Character(Unicode.Scalar(byte)).isHexDigit && byte < 0x80
            }
    }
}
