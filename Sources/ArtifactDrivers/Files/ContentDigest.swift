import Crypto
import FoundationEssentials
import Model

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Names a file or folder by its content.
///
/// A file's digest is that of its bytes. A folder's is that of its sorted entries: for each a letter for
/// its kind, the digest of its content, its name relative to the folder, and a zero. What cannot be read,
/// is no plain file, changes meanwhile or is a link that leads out of the folder has no digest, and neither
/// has what contains it.
struct ContentDigest {
    /// How much is read at most, files and names together.
    let bytesMax: Int

    private enum Kind: UInt8 {
        case file = 0x66  // f
        case folder = 0x64  // d
        case link = 0x6C  // l
    }

    private struct Entry {
        let name: String
        let kind: Kind
        let size: Int
    }

    /// `sha256:` and the digits.
    /// - Parameter path: absolute, without links in it.
    /// - Throws: ``PlatformError`` when descriptors have run out, which says nothing of the content.
    func digest(of path: String) throws -> String? {
        guard let top = Self.entry(path, named: "") else { return nil }
        let digest: SHA256.Digest?
        switch top.kind {
        case .file: digest = top.size <= bytesMax ? try contents(of: path, size: top.size) : nil
        case .folder: digest = try folder(path)
        case .link: digest = nil
        }
        return digest.map { "sha256:" + $0.hexadecimal }
    }

    private func folder(_ root: String) throws -> SHA256.Digest? {
        guard let entries = try entries(below: root) else { return nil }
        var hash = SHA256()
        for entry in entries {
            let path = root + "/" + entry.name
            let content: SHA256.Digest?
            switch entry.kind {
            case .file: content = try contents(of: path, size: entry.size)
            case .folder: content = SHA256.hash(data: [UInt8]())
            case .link: content = link(path, within: root)
            }
            guard let content else { return nil }
            hash.update(data: [entry.kind.rawValue])
            hash.update(data: Array(content))
            hash.update(data: Array(entry.name.utf8) + [0])
        }
        return hash.finalize()
    }

    /// Everything below a folder by name, or `nil` if it is too much or not all of it can be told.
    private func entries(below root: String) throws -> [Entry]? {
        var entries: [Entry] = []
        var left = bytesMax
        var open = [""]
        while let folder = open.popLast() {
            guard let names = try names(in: root + "/" + folder) else { return nil }
            for name in names {
                let relative = folder.isEmpty ? name : folder + "/" + name
                guard let entry = Self.entry(root + "/" + relative, named: relative) else { return nil }
                left -= relative.utf8.count
                // Compared before it is subtracted: a sparse file may claim any size.
                guard entry.size <= left else { return nil }
                left -= entry.size
                if entry.kind == .folder { open.append(relative) }
                entries.append(entry)
            }
        }
        return entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    /// Why a folder can never be read does not matter: it has no digest.
    private func names(in folder: String) throws -> [String]? {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch  where Shortage.isMet(by: error) {
            throw Shortage.failure("Cannot read \(folder) now.", cause: String(describing: error))
        } catch {
            return nil
        }
    }

    private static func entry(_ path: String, named name: String) -> Entry? {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return Entry(name: name, kind: .file, size: Int(status.st_size))
        case S_IFDIR: return Entry(name: name, kind: .folder, size: 0)
        case S_IFLNK: return Entry(name: name, kind: .link, size: 0)
        default: return nil
        }
    }

    private func contents(of path: String, size: Int) throws -> SHA256.Digest? {
        // Not blocking, in case a pipe has taken the file's place.
        let file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else {
            guard Shortage.mayPass(errno) else { return nil }
            throw FilesArtifacts.failure("read", path, errno)
        }
        defer { close(file) }
        var hash = SHA256()
        var total = 0
        var buffer = [UInt8](repeating: 0, count: max(1, min(size, 1 << 18)))
        while true {
            let count = buffer.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
            if count == 0 { return total == size ? hash.finalize() : nil }
            if count < 0, errno == EINTR { continue }
            total += max(0, count)
            guard count > 0, total <= size else { return nil }
            hash.update(data: buffer[..<count])
        }
    }

    /// A link counts by its text, because what it leads to is an entry of its own.
    private func link(_ path: String, within root: String) -> SHA256.Digest? {
        guard let target = realpath(path, nil) else { return nil }
        defer { free(target) }
        guard FilesArtifacts.isWithin(String(cString: target), root),
            let text = try? FileManager.default.destinationOfSymbolicLink(atPath: path)
        else { return nil }
        return SHA256.hash(data: Array(text.utf8))
    }
}
