import FoundationEssentials
import Glibc
import Testing

@testable import PodDrivers

@Suite("Folders that are passed on")
struct SpareFoldersTests {
    private let root = PodWorld.newRoot()

    private var spare: [String] { (try? Disk.names(in: root + "/.spare")) ?? [] }

    private func status(_ path: String) -> stat? {
        var status = stat()
        return lstat(path, &status) == 0 ? status : nil
    }

    @Test("The next one gets the folder of the last one, empty and private")
    func passedOn() throws {
        let spares = SpareFolders(in: [root])
        let (first, second) = (root + "/a/work", root + "/b/work")
        try Disk.makeFolder(root + "/b")
        try spares.make(first)
        try Disk.makeFolder(first + "/deep/er")
        try Disk.write([1], to: first + "/deep/er/file")
        let before = try #require(status(first))
        spares.take(first)
        #expect(!Disk.exists(first) && spare.count == 1)
        try spares.make(second)
        let after = try #require(status(second))
        #expect(after.st_ino == before.st_ino && after.st_mode & 0o7777 == 0o700)
        #expect(try Disk.names(in: second) == [] && spare == [])
        try FileManager.default.removeItem(atPath: root)
    }

    @Test("Parts that are kept are emptied, and what is more than a plain file or folder is not kept")
    func parts() throws {
        let spares = SpareFolders(in: [root])
        let (first, second) = (root + "/a", root + "/b")
        let names = ["folder", "file", "linked", "link", "open"]
        try spares.make(first)
        try Disk.makeFolder(first + "/folder/deep")
        for name in ["/file", "/linked", "/open", "/other"] { try Disk.write([1], to: first + name) }
        Glibc.link(first + "/linked", root + "/precious")
        symlink(root + "/precious", first + "/link")
        chmod(first + "/open", 0o644)
        let before = try #require(status(first + "/file"))
        spares.take(first, keeping: names)
        try spares.make(second)
        #expect(try Disk.names(in: second) == ["file", "folder"])
        #expect(try Disk.names(in: second + "/folder") == [])
        let after = try #require(status(second + "/file"))
        #expect(after.st_ino == before.st_ino && after.st_size == 0)
        #expect(PodWorld.contents(root + "/precious") == "\u{1}")
        try FileManager.default.removeItem(atPath: root)
    }

    /// Whatever it is called.
    private func count(in folder: String) -> Int {
        guard let entries = opendir(folder) else { return -1 }
        defer { closedir(entries) }
        var count = -2
        while readdir(entries) != nil { count += 1 }
        return count
    }

    @Test(
        "Whatever a program leaves, the next one does not find it",
        arguments: [
            "touch \"$(printf 'caf\\351')\"; mkdir \"$(printf '\\377')\"; touch \"$(printf '\\377/\\376')\"",
            // Deeper than a path may be long.
            "nest() { mkdir $1; cd $1; for i in $(seq 300); do mkdir deeperer; cd deeperer; touch file; done; }; "
                + "(nest a); (nest b; mv \"${PWD%%/b/*}/a\" .)",
            "mkdir -p shut/in; touch shut/in/file; chmod 0 shut/in shut",
            "mkfifo pipe; mkdir full; ln -s / full/link; ln -s nowhere link; touch .martlet-1-0",
        ]
    )
    func strange(script: String) throws {
        let spares = SpareFolders(in: [root])
        let (first, second) = (root + "/a", root + "/b")
        try spares.make(first)
        try Disk.write(Array("cd \(first) || exit; \(script)".utf8), to: root + "/script")
        var pid: pid_t = 0
        var words: [UnsafeMutablePointer<CChar>?] = [strdup("sh"), strdup(root + "/script"), nil]
        defer { for word in words { free(word) } }
        #expect(posix_spawn(&pid, "/bin/sh", nil, nil, &words, environ) == 0)
        #expect(waitpid(pid, nil, 0) == pid && count(in: first) > 0)
        spares.take(first)
        #expect(!Disk.exists(first))
        try spares.make(second)
        #expect(count(in: second) == 0)
        #expect(Disk.remove(root))
    }

    @Test("A folder that others may read is removed instead")
    func changed() throws {
        let spares = SpareFolders(in: [root])
        let folder = root + "/a/work"
        try spares.make(folder)
        chmod(folder, 0o755)
        spares.take(folder)
        #expect(!Disk.exists(folder) && spare == [])
        try FileManager.default.removeItem(atPath: root)
    }

    @Test("What a link leads to is left alone")
    func link() throws {
        let spares = SpareFolders(in: [root])
        let (folder, foreign) = (root + "/a/work", root + "/foreign")
        try Disk.makeFolder(root + "/a")
        try Disk.makeFolder(foreign)
        try Disk.write([1], to: foreign + "/precious")
        symlink(foreign, folder)
        spares.take(folder)
        #expect(status(folder) == nil && spare == [])
        #expect(Disk.exists(foreign + "/precious"))
        try FileManager.default.removeItem(atPath: root)
    }
}
