import Model
import Pods
import Testing

@testable import PodDrivers

@Suite("When a Python is kept warm")
struct WarmPythonsTests {
    private static let environment = "/environments/one"
    private let name = PodWorld.name()

    private func begun(_ limits: WarmPythonLimits = WarmPythonLimits()) -> WarmPythons {
        var pythons = WarmPythons(limits)
        pythons.began(environment: Self.environment, now: .zero)
        return pythons
    }

    @Test("the first component of an environment begins one, the next ones join it")
    func beginsOnce() {
        var pythons = WarmPythons(WarmPythonLimits())
        #expect(pythons.way(in: Self.environment) == .begin)
        pythons.began(environment: Self.environment, now: .zero)
        #expect(pythons.way(in: Self.environment) == .join)
        #expect(pythons.way(in: "/environments/other") == .begin)
    }

    @Test(
        "one is released after its idle time, counted from the last task, and the next component begins anew"
    )
    func idle() {
        var pythons = begun(WarmPythonLimits(idleMax: .seconds(60)))
        pythons.handedOver(name, to: Self.environment, now: .seconds(50))
        pythons.taken(name)
        #expect(pythons.nextDeadline == .seconds(110))
        let actions = [109, 110, 111].map { pythons.ticked(now: .seconds($0)) }
        #expect(actions == [[], [.release(environment: Self.environment)], []])
        #expect(pythons.nextDeadline == nil)
        // Until it is gone there is no other; components do not wait for it.
        #expect(pythons.way(in: Self.environment) == .ordinary)
        pythons.ended(environment: Self.environment)
        #expect(pythons.way(in: Self.environment) == .begin)
    }

    @Test("one that does not take a task in time is killed, however idle it may be")
    func unresponsive() {
        var pythons = begun(WarmPythonLimits(idleMax: .seconds(1)))
        pythons.handedOver(name, to: Self.environment, now: .seconds(10))
        #expect(pythons.nextDeadline == .seconds(40))
        let actions = [39, 40].map { pythons.ticked(now: .seconds($0)) }
        #expect(actions == [[], [.kill(environment: Self.environment), .look(name)]])
    }

    @Test("a task that was not taken is missed once, also when the warm Python is gone already")
    func missed() {
        var pythons = begun()
        pythons.handedOver(name, to: Self.environment, now: .zero)
        pythons.ended(environment: Self.environment)
        var missed = [pythons.missed(name), pythons.missed(name)]
        pythons.began(environment: Self.environment, now: .zero)
        pythons.handedOver(name, to: Self.environment, now: .zero)
        pythons.taken(name)
        missed.append(pythons.missed(name))
        #expect(missed == [true, false, false])
    }

    @Test("three in a row that served nothing are enough; one that serves makes up for those before it")
    func failures() {
        var pythons = WarmPythons(WarmPythonLimits())
        func fail() {
            pythons.began(environment: Self.environment, now: .zero)
            pythons.ended(environment: Self.environment)
        }
        fail()
        fail()
        pythons.began(environment: Self.environment, now: .zero)
        pythons.handedOver(name, to: Self.environment, now: .zero)
        pythons.taken(name)
        pythons.ended(environment: Self.environment)
        fail()
        fail()
        #expect(pythons.way(in: Self.environment) == .begin)
        fail()
        #expect(pythons.way(in: Self.environment) == .ordinary)
        #expect(pythons.way(in: "/environments/other") == .begin)
    }

    @Test(
        "what an interpreter reads when it starts cannot be given to a fork",
        arguments: [
            ("PYTHONHASHSEED", "0"), ("PYTHONOPTIMIZE", "1"), ("LC_ALL", "C"), ("LANG", "de_DE.UTF-8"),
            ("TZ", "UTC"),
            ("LD_PRELOAD", "x.so"), ("MALLOC_ARENA_MAX", "1"),
            ("PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION", "python"),
        ]
    )
    func startVariables(variable: (name: String, value: String)) {
        let common = ["PATH": "/bin", "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1"]
        var own = common
        own["COLOR"] = "red"
        func canFork(_ variables: [String: String]) -> Bool {
            let program = Program(arguments: [], variables: ProgramVariables.list(variables))
            return WarmPythons.canFork(program, startedWith: common)
        }
        #expect(canFork(own))
        own[variable.name] = variable.value
        #expect(!canFork(own))
        own[variable.name] = nil
        own["PYTHONUNBUFFERED"] = nil
        #expect(!canFork(own))
    }

    @Test("a program with volumes, or with others before or beside it, is not forked: they come first")
    func comesBefore() {
        let plain = Program(arguments: [], variables: [])
        #expect(WarmPythons.canFork(plain, startedWith: [:]))
        var mounting = plain
        mounting.mounts = [Program.Mount(source: "/a", target: "/b", isReadOnly: false)]
        #expect(!WarmPythons.canFork(mounting, startedWith: [:]))
        var accompanied = plain
        accompanied.steps = [Program.Step(name: "first", isSidecar: false, program: plain)]
        #expect(!WarmPythons.canFork(accompanied, startedWith: [:]))
    }
}
