import FoundationEssentials
import Model
import PodDrivers
import Pods
import Testing

/// These use the machine's real Python and pip; they need a package index with KFP.
@Suite(.timeLimit(.minutes(15)), .serialized)
struct PythonPodsTests {
    @Test(
        "five components that start at once share one build, say so while they wait, and run KFP's executor"
    )
    func sharedBuild() async throws {
        let world = try PodWorld()
        var specs: [PodSpec] = []
        for index in 0..<5 {
            let name = PodWorld.name("add-\(index)")
            let outputs = world.pods.layout(of: name).outputParametersFolder
            specs.append(KFPTexts.add(task: "add-\(index)", outputs: outputs, name: name))
        }
        for spec in specs { await world.ensure(spec) }
        for spec in specs {
            let end = await world.end(of: spec.name)
            #expect(end?.outcome == .exited(code: 0), "\(end?.logTail ?? "")")
            // KFP's executor writes what a function returns into its own output file.
            let output = try await world.pods.readOutput(spec.outputPaths[1], of: spec.name, bytesMax: 100)
            #expect(output == Array(#"{"parameterValues": {"Output": 3.5}}"#.utf8))
            #expect(try await world.log(spec.name).contains("prefix \(world.root)/environments/"))
            let reasons = (world.events[spec.name] ?? []).compactMap(\.waitingReason)
            #expect(reasons.contains { $0.code == .preparingEnvironment })
        }
        let environments = try FileManager.default.contentsOfDirectory(atPath: world.root + "/environments")
        let builds = environments.filter { $0 != "questions" }
        #expect(builds.count == 1)
        let numbers = try FileManager.default.contentsOfDirectory(
            atPath: "\(world.root)/environments/\(builds.first ?? "")/builds"
        )
        #expect(numbers == ["1"])
        try await warm(world)
        await world.tearDown()
    }

    /// A later server uses the environment at once.
    private func warm(_ first: PodWorld) async throws {
        let world = try PodWorld(root: first.root)
        for index in 0..<5 {
            let name = PodWorld.name("warm-\(index)")
            let outputs = world.pods.layout(of: name).outputParametersFolder
            let spec = KFPTexts.add(task: "warm-\(index)", outputs: outputs, name: name)
            #expect(await world.run(spec)?.outcome == .exited(code: 0))
        }
    }

    @Test("a package that does not exist fails clearly, with pip's words and the log, and is tried anew")
    func missingPackage() async throws {
        let world = try PodWorld()
        for attempt in 0..<2 {
            let spec = PodSpec(
                name: PodWorld.name(attempt: attempt),
                image: "python:3.11",
                command: KFPTexts.command("--no-index 'martlet-no-such-package'", "x = 1"),
                args: []
            )
            let reason = try #require(await world.run(spec)?.outcome.refusal)
            #expect(reason.code == .environmentFailed)
            #expect(reason.message.contains("No matching distribution found for martlet-no-such-package"))
            let path = try #require(reason.details["logPath"]?.string)
            #expect(path.hasSuffix("/builds/\(attempt + 1)/install/log"))
            #expect(PodWorld.contents(path)?.contains("martlet-no-such-package") == true)
            #expect(try await world.log(spec.name).contains("martlet-no-such-package"))
        }
        await world.tearDown()
    }

    @Test("a build that a server began is finished by the next")
    func reattachedBuild() async throws {
        let root = PodWorld.newRoot()
        let install = "--no-index --help > /dev/null && sleep 1 && echo built >> \(root)/count"
        let command = KFPTexts.command(install, "x = 1")
        let spec = PodSpec(name: PodWorld.name(), image: "", command: command, args: ["--help"])
        do {
            let first = try PodWorld(root: root)
            await first.ensure(spec)
            _ = await first.first(of: spec.name) {
                $0.waitingReason?.message.contains("installing") == true ? 1 : nil
            }
        }
        let second = try PodWorld(root: root)
        let end = await second.run(spec)
        #expect(end?.startedAt != nil)
        #expect(PodWorld.contents(root + "/count") == "built\n")
        await second.tearDown()
    }

    @Test("without any Python, the task is told what to install")
    func noPython() async throws {
        let world = try PodWorld(variables: ["PATH": "/nonexistent"])
        let spec = PodSpec(
            name: PodWorld.name(),
            image: "python:3.11",
            command: KFPTexts.command("'six'", "x = 1"),
            args: []
        )
        let message = await world.run(spec)?.outcome.refusal?.message ?? ""
        #expect(message.contains("python3.11 was not found") && message.contains("python3 was not found"))
        await world.tearDown()
    }
}
