/// Where a task stands in its run: the names from the root down, joined by dots.
///
/// The root is `root`; a task of the root pipeline is `train`; a task in a nested pipeline is `prepare.split`;
/// one in the fourth iteration of a loop is `for-loop-1.3.train`. Every segment is safe as a file name: bytes outside
/// `A-Z a-z 0-9 _ -` are written `%XX`. A path names the same task before and after a crash, so it is
/// the durable identity of a task within its run.
package struct TaskPath: Hashable, Sendable, CustomStringConvertible, Comparable {
    /// The path as stored and shown.
    package let text: String

    /// Wraps a stored path.
    package init(_ text: String) {
        self.text = text
    }

    /// The task that stands for the whole run.
    package static let root = TaskPath("root")

    /// The path of a task of this one's pipeline.
    package func appending(_ name: String) -> TaskPath {
        let segment = Self.segment(name)
        return self == .root ? TaskPath(segment) : TaskPath(text + "." + segment)
    }

    /// The path of one iteration of this loop.
    package func appending(iteration: Int) -> TaskPath {
        TaskPath(text + "." + String(iteration))
    }

    package var description: String { text }

    /// The path with its numbers filled up. In the order of these texts the third iteration stands before the tenth, as people
    /// expect; paths themselves are in the order in which the store has them.
    package var countedText: String {
        text.split(separator: ".", omittingEmptySubsequences: false)
            .map { Int($0) == nil ? String($0) : String(repeating: "0", count: max(0, 9 - $0.count)) + $0 }
            .joined(separator: ".")
    }

    package static func < (left: Self, right: Self) -> Bool { left.text < right.text }

    private static func isSafe(_ byte: UInt8) -> Bool {
        switch Unicode.Scalar(byte) {
        case "A"..."Z", "a"..."z", "0"..."9", "_", "-": true
        default: false
        }
    }

    private static func segment(_ name: String) -> String {
        // A task that is itself called "root" must not take the root's place.
        if name == "root" { return "%72oot" }
        if name.utf8.allSatisfy(isSafe) { return name }
        var segment = ""
        for byte in name.utf8 {
            if isSafe(byte) {
                segment.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                segment += digits.count == 1 ? "%0" + digits : "%" + digits
            }
        }
        return segment
    }
}
