import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Processes whose supervisor was killed before it could end them.
enum Orphans {
    /// Kills every process that was started with a variable which only one pod has. Where there is no `/proc`, nobody is
    /// found.
    /// - Parameter entry: `NAME=value`.
    static func end(withVariable entry: String) {
        // Again as long as somebody is found: who forks meanwhile would escape.
        for _ in 0..<roundsMax {
            let found = processes(withVariable: Array(entry.utf8))
            guard !found.isEmpty else { return }
            for pid in found { kill(pid, SIGKILL) }
        }
    }

    private static let roundsMax = 10
    private static let environmentBytesMax = 4 << 20

    private static func processes(withVariable entry: [UInt8]) -> [Int32] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap(Int32.init).filter { pid in
            // What cannot be read is somebody else's, or has just ended.
            guard pid != getpid(), let file = fopen("/proc/\(pid)/environ", "re") else { return false }
            defer { fclose(file) }
            var bytes: [UInt8] = []
            var part = [UInt8](repeating: 0, count: 64 << 10)
            while bytes.count < environmentBytesMax {
                let count = fread(&part, 1, part.count, file)
                guard count > 0 else { break }
                bytes += part[..<count]
            }
            return bytes.split(separator: 0).contains { $0.elementsEqual(entry) }
        }
    }
}
