import CProcesses
import FoundationEssentials
import Glibc
import Testing

@testable import PodDrivers

@Suite("Folders where making them is quick")
struct QuickFoldersTests {
    /// Says what time making folders has taken: what was foretold, in turns.
    private final class Spent {
        private var now: Duration = .zero
        private var isSecond = false
        var costs: [Duration]

        init(microseconds costs: [Int]) { self.costs = costs.map { .microseconds($0) } }

        /// It is asked before a folder is made and after.
        func callAsFunction() -> Duration {
            if isSecond { now += costs.isEmpty ? .zero : costs.removeFirst() }
            isSecond.toggle()
            return now
        }
    }

    private let root = PodWorld.newRoot()

    private var places: [String] { (try? Disk.names(in: root + "/.spare")) ?? [] }

    private func make(_ count: Int, _ spent: Spent) throws -> QuickFolders {
        try Disk.makeFolder(root)
        var folders = QuickFolders(root: root + "/.spare", spent: { spent() })
        for number in 0..<count {
            let path = "\(root)/run-\(number)/pod"
            #expect(folders.prepare() == nil)
            try folders.make(path)
            #expect(folders.prepare() != nil)
            var status = stat()
            #expect(lstat(path, &status) == 0 && status.st_mode == S_IFDIR | 0o700)
            #expect(try Disk.names(in: path) == [])
        }
        return folders
    }

    /// All that was foretold has been spent, and there is one place, with the next folder in it.
    private func expectOnePlace(of folders: QuickFolders, after spent: Spent) throws {
        let place = try #require(folders.place)
        #expect(spent.costs.isEmpty)
        #expect(places == [String(place.dropFirst(root.utf8.count + 8))])
        #expect(try Disk.names(in: place).count == 1)
    }

    @Test("They are made in one place as long as that is quick, or slow now and then")
    func onePlace() throws {
        let spent = Spent(microseconds: [10, 900, 10, 900, 10])
        let folders = try make(5, spent)
        try expectOnePlace(of: folders, after: spent)
        try FileManager.default.removeItem(atPath: root)
    }

    @Test("What was put into one that was made ahead is there when it is needed, and in no other")
    func furnished() throws {
        try Disk.makeFolder(root)
        var folders = QuickFolders(root: root + "/.spare")
        try folders.make(root + "/run/first")
        let ready = folders.prepare()
        try Disk.makeFolder(try #require(ready) + "/scratch")
        #expect(folders.prepare() == nil)
        try folders.make(root + "/run/first")
        try folders.make(root + "/run/second")
        try folders.make(root + "/run/third")
        #expect(try Disk.names(in: root + "/run/first") == [])
        #expect(try Disk.names(in: root + "/run/second") == ["scratch"])
        #expect(try Disk.names(in: root + "/run/third") == [])
        try FileManager.default.removeItem(atPath: root)
    }

    @Test(
        "After two slow ones another place is found, what is made there is moved, and the others are removed"
    )
    func elsewhere() throws {
        guard try knowsParts() else { return }
        // The first two; two places that are no better; a third.
        let spent = Spent(microseconds: [900, 900] + [700, 700, 10] + [10, 10, 10])
        let folders = try make(5, spent)
        try expectOnePlace(of: folders, after: spent)
        try FileManager.default.removeItem(atPath: root)
    }

    @Test("Where no place is quick, the best is taken, and others are tried again only after a while")
    func nowhere() throws {
        guard try knowsParts() else { return }
        let tries = [800, 300, 400, 500, 600, 700]
        let spent = Spent(microseconds: [900, 900] + tries + Array(repeating: 300, count: 99) + [250])
        let folders = try make(101, spent)
        let best = try #require(folders.place)
        #expect(spent.costs == [.microseconds(250)])
        #expect(places.count == 1 && Disk.exists(best))
        try FileManager.default.removeItem(atPath: root)
    }

    @Test("A folder that exists is left as it is, and a place that is gone does no harm")
    func existing() throws {
        guard try knowsParts() else { return }
        var folders = try make(3, Spent(microseconds: [900, 900, 10]))
        let pod = root + "/run-0/pod"
        try Disk.write([1], to: pod + "/status")
        try folders.make(pod)
        #expect(PodWorld.contents(pod + "/status") == "\u{1}")
        #expect(try Disk.names(in: try #require(folders.place)).count == 1)
        try FileManager.default.removeItem(atPath: root + "/.spare")
        for number in 7...9 {
            try folders.make(root + "/run-\(number)/pod")
            #expect(Disk.exists(root + "/run-\(number)/pod"))
            #expect(folders.prepare() != nil)
        }
        try Disk.write([1], to: root + "/file")
        #expect(throws: (any Error).self) { try folders.make(root + "/file") }
        try FileManager.default.removeItem(atPath: root)
    }

    /// Whether this disk is one on which there is something to choose.
    private func knowsParts() throws -> Bool {
        try Disk.makeFolder(root)
        return martlet_keep_subfolders_apart(root) == 1
    }
}
