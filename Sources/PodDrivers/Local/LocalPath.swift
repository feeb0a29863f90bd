/// Questions about paths that need no look at the disk.
enum LocalPath {
    /// The path below the root without `.`, doubled slashes and a slash at the end; empty for the root.
    static func plain(_ path: String) -> String {
        path.split(separator: "/").filter { $0 != "." }.map { "/" + $0 }.joined()
    }

    /// Whether a path is a folder or lies in it. Both are ``plain(_:)``.
    static func isAtOrBelow(_ path: String, _ folder: String) -> Bool {
        path == folder || path.hasPrefix(folder + "/")
    }

    /// Whether a path leads upwards or holds what no path should: control characters, of which NUL and the
    /// end of a line have a meaning where paths are written down.
    static func isCrooked(_ path: String) -> Bool {
        path.split(separator: "/").contains("..") || path.utf8.contains { $0 < 32 || $0 == 127 }
    }
}
