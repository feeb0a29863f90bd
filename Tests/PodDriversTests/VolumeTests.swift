import Foundation
import Glibc
import Model
import Pods
import Testing

@testable import PodDrivers

@Suite(.timeLimit(.minutes(15)), .enabled(if: Namespaces.areAllowed))
struct VolumeTests {
    private func spec(_ script: String, task: String = "task", _ volumes: PodVolume...) -> PodSpec {
        var spec = PodWorld.shell(script, task: task)
        spec.volumes = volumes
        return spec
    }

    private func claim(_ name: String = "shared", at path: String, sub: String? = nil, readOnly: Bool = false)
        -> PodVolume
    {
        PodVolume(source: .claim(name), mountPath: path, subPath: sub, readOnly: readOnly)
    }

    /// Paths that no system has.
    private func unheardOf(_ parent: String) -> String { "\(parent)/martlet-\(UUID().uuidString)" }

    @Test("two pods share a claim at a path the machine does not have, and the machine never has it")
    func shared() async throws {
        let world = try PodWorld()
        let path = unheardOf("")
        let writer = spec("echo hello > \(path)/x; ls -d /usr/bin /tmp; pwd", claim(at: path))
        #expect(await world.run(writer)?.outcome == .exited(code: 0))
        #expect(
            try await world.log(writer.name) == "/tmp\n/usr/bin\n\(world.folder(writer.name))/scratch/work\n"
        )
        let reader = spec("cat /data-of-others/x", task: "reader", claim(at: "/data-of-others"))
        #expect(await world.run(reader)?.logTail == "hello\n")
        #expect(PodWorld.contents(world.root + "/volumes/shared/x") == "hello\n")
        for folder in [path, "/data-of-others"] { #expect(!FileManager.default.fileExists(atPath: folder)) }
        let mounts = PodWorld.contents("/proc/self/mountinfo") ?? path
        #expect(!mounts.contains(path) && !mounts.contains(world.root))
        await world.tearDown()
    }

    @Test(
        "below an existing folder only that folder is replaced, with all it holds",
        arguments: ["/mnt", "/usr/share"]
    )
    func belowExisting(_ parent: String) async throws {
        let world = try PodWorld()
        let path = unheardOf(parent)
        let siblings = try FileManager.default.contentsOfDirectory(atPath: parent).sorted()
        let spec = spec("echo 1 > \(path)/deep/x; ls -A \(parent)", claim(at: path + "/deep/"))
        let end = await world.run(spec)
        #expect(end?.outcome == .exited(code: 0), "\(end?.logTail ?? "")")
        let name = String(path.dropFirst(parent.count + 1))
        let seen = try await world.log(spec.name).split(separator: "\n").map(String.init)
        #expect(seen.sorted() == (siblings + [name]).sorted())
        #expect(PodWorld.contents(world.root + "/volumes/shared/x") == "1\n")
        #expect(!FileManager.default.fileExists(atPath: path))
        await world.tearDown()
    }

    @Test("an existing folder is covered, and one beside the pods' own does not get in their way")
    func existing() async throws {
        let world = try PodWorld()
        let folder = world.root + "/existing"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try writeFile("hidden", to: folder + "/below")
        let script =
            "ls \(folder); echo 2 > \(folder)/x; echo 3 > \(world.root)/new/y; cat ../program > $TMPDIR/z"
        let spec = spec(script, claim(at: folder), claim("other", at: world.root + "/new"))
        let end = await world.run(spec)
        #expect(end?.outcome == .exited(code: 0))
        #expect(end?.logTail == "")
        #expect(PodWorld.contents(world.root + "/volumes/shared/x") == "2\n")
        #expect(PodWorld.contents(world.root + "/volumes/other/y") == "3\n")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["below"])
        await world.tearDown()
    }

    @Test("a volume may lie in another, whatever their order, and a subPath is a part of one")
    func nestedAndPartial() async throws {
        let world = try PodWorld()
        let path = unheardOf("")
        let script = "echo in > \(path)/in/x; echo out > \(path)/x; cat \(path)/in/x \(path)/x"
        let spec = spec(script, claim("inner", at: path + "/in", sub: "a/b"), claim(at: path))
        #expect(await world.run(spec)?.logTail == "in\nout\n")
        #expect(PodWorld.contents(world.root + "/volumes/inner/a/b/x") == "in\n")
        #expect(PodWorld.contents(world.root + "/volumes/shared/x") == "out\n")
        #expect(!FileManager.default.fileExists(atPath: world.root + "/volumes/shared/in/x"))
        await world.tearDown()
    }

    @Test("a read-only volume cannot be written to, and another mount of it can")
    func readOnly() async throws {
        let world = try PodWorld()
        let (locked, open) = (unheardOf(""), unheardOf(""))
        let spec = spec(
            "echo 1 > \(open)/x; echo 2 > \(locked)/y; cat \(locked)/x",
            claim(at: locked, readOnly: true),
            claim(at: open)
        )
        let log = await world.run(spec)?.logTail ?? ""
        #expect(log.contains("Read-only file system") && log.hasSuffix("\n1\n"))
        #expect(PodWorld.contents(world.root + "/volumes/shared/y") == nil)
        await world.tearDown()
    }

    @Test("files are there for their owner alone, one of them alone by its subPath, and go when forgotten")
    func files() async throws {
        let world = try PodWorld()
        let path = unheardOf("")
        let source = PodVolume.Source.files(["user": Array("me".utf8), "pass.word": [0, 255]])
        let spec = spec(
            "stat -c '%a %s' \(path)/all/*; cat \(path)/one",
            PodVolume(source: source, mountPath: path + "/all", readOnly: true),
            PodVolume(source: source, mountPath: path + "/one", subPath: "user")
        )
        #expect(await world.run(spec)?.logTail == "600 2\n600 2\nme")
        await world.pods.forget(spec.name)
        let left = try FileManager.default.contentsOfDirectory(atPath: world.folder(spec.name)).sorted()
        #expect(!left.contains("volumes") && !left.contains("scratch"))
        await world.tearDown()
    }

    @Test("an empty folder is shared within a pod by its name, starts empty and goes with the pod")
    func emptyDir() async throws {
        let world = try PodWorld()
        func cache(_ path: String) -> PodVolume {
            let source = PodVolume.Source.emptyDir(
                name: "cache",
                medium: "Memory",
                sizeLimit: Quantity("1Gi")
            )
            return PodVolume(source: source, mountPath: path)
        }
        let script = "ls /scratch-1; echo x > /scratch-1/x; cat /scratch-2/x; ls /dev/shm; ls /dev/null"
        for task in ["first", "second"] {
            let spec = spec(script, task: task, cache("/scratch-1"), cache("/scratch-2"), cache("/dev/shm"))
            #expect(await world.run(spec)?.logTail == "x\nx\n/dev/null\n")
        }
        await world.tearDown()
    }

    @Test("signals, groups and orphans of a pod with volumes are treated as in one without")
    func signals() async throws {
        let world = try PodWorld()
        let script =
            "trap 'echo bye > /kept/x; exit 4' TERM; setsid sleep 300 & echo $!; "
            + "while :; do sleep 0.02; done"
        let spec = spec(script, claim(at: "/kept"))
        await world.ensure(spec)
        let pid = Int32(
            try await PodWorld.waitForFile(world.folder(spec.name) + "/log").prefix { $0.isNumber }
        )
        await world.pods.stop(spec.name, grace: .seconds(30))
        #expect(await world.end(of: spec.name)?.outcome == .exited(code: 4))
        #expect(PodWorld.contents(world.root + "/volumes/shared/x") == "bye\n")
        try await PodWorld.waitForEnd(ofProcess: try #require(pid))
        await world.tearDown()
    }

    @Test("a later server finds a pod with volumes and its end")
    func reattachment() async throws {
        let root = PodWorld.newRoot()
        let spec = spec("while [ ! -e /kept/go ]; do sleep 0.02; done; exit 5", claim(at: "/kept"))
        do {
            let first = try PodWorld(root: root)
            await first.ensure(spec)
            _ = await first.start(of: spec.name)
        }
        let second = try PodWorld(root: root)
        await second.ensure(spec)
        try writeFile("", to: root + "/volumes/shared/go")
        #expect(await second.end(of: spec.name)?.outcome == .exited(code: 5))
        await second.tearDown()
    }

    @Test("an ordinary user has volumes too, and stays who he is", .enabled(if: geteuid() == 0))
    func ordinaryUser() async throws {
        let folder = PodWorld.newRoot()
        let path = unheardOf("")
        let wrapper = "/usr/bin/setpriv"
        let script = "id -u; id -g; echo 1 > \(path)/x; echo 2 > \(path)/locked/y; touch /z; ls -d /usr"
        for name in ["/scratch", "/volume"] { try Disk.makeFolder(folder + name) }
        try writeFile("\0\03\0/bin/sh\0-c\0\(script)\0PATH=/usr/bin:/bin\0", to: folder + "/scratch/program")
        let mounts = [folder + "/volume", path, "rw", "/usr/lib", path + "/locked", "ro"]
        try writeFile(mounts.map { $0 + "\0" }.joined(), to: folder + "/scratch/mounts")
        for name in ["", "/volume", "/scratch", "/scratch/program", "/scratch/mounts"] {
            chown(folder + name, 65534, 65534)
        }
        // The supervisor must be where that user can reach it. Another program copies it: a file that is open for
        // writing here is inherited by what other tests start meanwhile, and is then busy when it is to run.
        let copy = try Process.run(
            URL(fileURLWithPath: "/bin/cp"),
            arguments: [PodWorld.supervisor, folder + "/supervisor"]
        )
        copy.waitUntilExit()
        chmod(folder + "/supervisor", 0o755)
        let identity = ["--reuid", "65534", "--regid", "65534", "--clear-groups"]
        #expect(
            try runSupervisor(in: folder, through: [wrapper] + identity, program: folder + "/supervisor") == 0
        )
        #expect(PodWorld.contents(folder + "/status")?.contains("\nexited 0 ") == true)
        let lines = (PodWorld.contents(folder + "/log") ?? "").split(separator: "\n")
        #expect(lines.prefix(2) == ["65534", "65534"] && lines.last == "/usr")
        #expect(lines.contains { $0.contains("/locked/y: Read-only") })
        #expect(lines.contains { $0.contains("'/z': Permission denied") })
        #expect(PodWorld.contents(folder + "/volume/x") == "1\n")
        try FileManager.default.removeItem(atPath: folder)
    }

    @Test("where the system refuses namespaces, the program does not start and the reason says what to do")
    func noNamespaces() async throws {
        let folder = SupervisedFolder(path: PodWorld.newRoot())
        let mount = Program.Mount(source: folder.path + "/volume", target: "/data", isReadOnly: false)
        try folder.write(Program(arguments: ["/bin/touch", "ran"], variables: [], mounts: [mount]))
        // Within a namespace of users of its own, a limit can be set for it alone.
        let script = #"echo 0 > /proc/sys/user/max_mnt_namespaces; exec "$0" "$1""#
        #expect(
            try runSupervisor(in: folder.path, through: ["/usr/bin/unshare", "-Ur", "sh", "-c", script]) == 0
        )
        guard case .ended(let record) = try folder.observe() else {
            Issue.record("expected an end, got \(try folder.observe())")
            return
        }
        let reason = PodEnd(record, of: PodWorld.shell(""), logTail: "").outcome.refusal
        #expect(reason?.message.contains("need a mount namespace of its own, and the system refused") == true)
        #expect(reason?.message.contains("run the server as root") == true)
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/ran"))
        try FileManager.default.removeItem(atPath: folder.path)
    }

    @Test("a place that is a file, or leads nowhere, is named in the reason")
    func impossible() async throws {
        let world = try PodWorld()
        let spec = spec("true", claim(at: "/etc/passwd"))
        let message = await world.run(spec)?.outcome.refusal?.message ?? ""
        #expect(message.contains("put at /etc/passwd (Not a directory)"))
        await world.tearDown()
    }
}

@Suite(.timeLimit(.minutes(15)))
struct VolumeRuleTests {
    @Test(
        "paths that lead astray or into the server's own data are refused with a reason",
        arguments: [
            "data", "/", "//.", "/a/../b", "/proc/self", "/proc", "/tmp/a\nb", "ROOT", "ROOT/pods/x", "/tmp",
        ]
    )
    func refused(_ path: String) async throws {
        let world = try PodWorld()
        let path = path.replacing("ROOT", with: world.root)
        var spec = PodWorld.shell("true")
        spec.volumes = [PodVolume(source: .claim("x"), mountPath: path)]
        let reason = await world.run(spec)?.outcome.refusal
        #expect(reason?.message.hasPrefix("A volume cannot be mounted at \(path.debugDescription): ") == true)
        await world.tearDown()
    }

    @Test("a subPath must stay within its volume, a file needs a name, and a path is mounted on once")
    func refusedSources() async throws {
        let world = try PodWorld()
        let files = PodVolume.Source.files(["a": []])
        let wrong = [
            [PodVolume(source: .claim("x"), mountPath: "/a", subPath: "../y")],
            [PodVolume(source: .claim("x"), mountPath: "/a", subPath: "/y")],
            [PodVolume(source: .claim(""), mountPath: "/a")],
            [PodVolume(source: .files(["../x": []]), mountPath: "/a")],
            [PodVolume(source: files, mountPath: "/a", subPath: "b")],
            [PodVolume(source: files, mountPath: "/a"), PodVolume(source: .claim("x"), mountPath: "/a/")],
        ]
        for (index, volumes) in wrong.enumerated() {
            var spec = PodWorld.shell("true", task: "task-\(index)")
            spec.volumes = volumes
            #expect(await world.run(spec)?.outcome.refusal?.message.contains("cannot be mounted") == true)
        }
        await world.tearDown()
    }

    @Test("a volume is made and removed by name, twice if need be, and its name stays within the root")
    func madeAndRemoved() async throws {
        let world = try PodWorld()
        for _ in 0..<2 { try await world.pods.makeVolume(named: "../my.data") }
        let folder = world.root + "/volumes/%2E.%2Fmy.data"
        #expect(FileManager.default.fileExists(atPath: folder))
        for _ in 0..<2 { try await world.pods.removeVolume(named: "../my.data") }
        #expect(!FileManager.default.fileExists(atPath: folder))
        await world.tearDown()
    }
}

/// What the system lets its users do.
private enum Namespaces {
    /// Where volumes cannot be mounted at all, the tests that mount some have nothing to show.
    static let areAllowed: Bool = {
        let folder = PodWorld.newRoot()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        do {
            try Disk.makeFolder(folder + "/scratch")
            try writeFile("\0\01\0/bin/true\0", to: folder + "/scratch/program")
            try writeFile("", to: folder + "/scratch/mounts")
            _ = try runSupervisor(in: folder)
        } catch {
            return false
        }
        return PodWorld.contents(folder + "/status")?.contains("\nexited 0 ") == true
    }()
}

private func writeFile(_ text: String, to path: String) throws {
    try Data(text.utf8).write(to: URL(filePath: path))
}
