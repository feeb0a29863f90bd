import Model
import Pods
import Testing

@testable import PodDrivers

@Suite struct LocalPodsStateTests {
    private static let started = StartRecord("77 1000")
    private let end = PodEnd(
        outcome: .exited(code: 0),
        startedAt: Instant(milliseconds: 1000),
        endedAt: Instant(milliseconds: 2000),
        logTail: ""
    )

    private func state(places: Int = 1) -> LocalPodsState {
        let room = Quantity(thousandths: 1_000_000)
        return LocalPodsState(
            capacity: PodCapacity(places: places, cpu: room, memory: room),
            environmentsRoot: "/environments",
            ownFolders: ["/environments", "/state/pods"]
        )
    }

    private func reports(_ commands: [LocalPodsState.Command]) -> [PodEvent] {
        commands.compactMap { if case .report(let report) = $0 { report.event } else { nil } }
    }

    @Test("an end that comes before the start was heard of is reported alone, and says when it started")
    func shortProgram() throws {
        var state = state()
        let spec = PodWorld.shell("true")
        #expect(state.ensured(spec, .untouched) == [.launch(spec, .literal)])
        #expect(end.startedAt == Instant(milliseconds: 1000))
        #expect(reports(state.ended(spec.name, end)) == [.ended(end)])
        #expect(state.started(spec.name, try #require(Self.started), now: .zero) == [])
        #expect(state.ended(spec.name, end) == [])
    }

    @Test("an end makes room for the next in the queue")
    func next() {
        var state = state()
        let first = PodWorld.shell("true", task: "first")
        let second = PodWorld.shell("true", task: "second")
        _ = state.ensured(first, .untouched)
        #expect(reports(state.ensured(second, .untouched)).first?.waitingReason?.code == .waitingForCapacity)
        #expect(state.ended(first.name, end).last == .launch(second, .literal))
    }

    @Test("the load counts what runs and what waits, and nothing that is over")
    func load() throws {
        var state = state()
        let first = PodWorld.shell("true", task: "first")
        let second = PodWorld.shell("true", task: "second")
        _ = state.ensured(first, .untouched)
        _ = state.ensured(second, .untouched)
        #expect(state.load == PodLoad(places: 1, running: 1, waiting: 1))
        _ = state.ended(first.name, end)
        #expect(state.load == PodLoad(places: 1, running: 1, waiting: 0))
        _ = state.ended(second.name, end)
        #expect(state.load == PodLoad(places: 1, running: 0, waiting: 0))
    }

    @Test("a stop asked for before the start is carried out at the start")
    func stopWhileStarting() throws {
        var state = state()
        let spec = PodWorld.shell("true")
        let record = try #require(Self.started)
        _ = state.ensured(spec, .untouched)
        #expect(state.stopped(spec.name, grace: .seconds(5), now: .zero) == [])
        let commands = state.started(spec.name, record, now: .seconds(1))
        #expect(commands.last == .signal(spec.name, group: 77, number: 15))
        #expect(state.untilNextDeadline(now: .seconds(1), today: .epoch) == .seconds(5))
        #expect(state.ticked(now: .seconds(5), today: .epoch) == [])
        #expect(state.ticked(now: .seconds(6), today: .epoch) == [.signal(spec.name, group: 77, number: 9)])
        #expect(state.ticked(now: .seconds(7), today: .epoch) == [])
    }

    @Test("a pod that waits beyond its start deadline never starts and says what it waited for")
    func startDeadline() throws {
        var state = state()
        let first = PodWorld.shell("true", task: "first")
        var second = PodWorld.shell("true", task: "second")
        second.startDeadline = Instant(milliseconds: 5000)
        _ = state.ensured(first, .untouched)
        _ = state.ensured(second, .untouched)
        let early = Instant(milliseconds: 4000)
        #expect(state.untilNextDeadline(now: .zero, today: early) == .seconds(1))
        #expect(state.ticked(now: .zero, today: early) == [])
        guard
            case .refuse(second.name, let reason, _) = try #require(
                state.ticked(now: .zero, today: Instant(milliseconds: 5000)).first
            )
        else {
            Issue.record("nothing was refused")
            return
        }
        #expect(reason.code == .pendingTimeout)
        #expect(reason.message.hasSuffix("Waits for its turn: 1 of 1 places are taken."))
        #expect(reason.details["cause"]?["details"]?["placesTaken"] == 1)
        #expect(state.untilNextDeadline(now: .zero, today: early) == nil)
        #expect(reports(state.ended(first.name, end)) == [.ended(end)])
    }

    @Test("a pod that starts in time is left alone when its start deadline passes")
    func startInTime() {
        var state = state()
        var spec = PodWorld.shell("true")
        spec.startDeadline = Instant(milliseconds: 5000)
        #expect(state.ensured(spec, .untouched) == [.launch(spec, .literal)])
        #expect(state.ticked(now: .zero, today: Instant(milliseconds: 9000)) == [])
    }

    @Test("a stop while an environment is prepared refuses the pod; the environment comes too late")
    func stopWhilePreparing() throws {
        var state = state()
        let spec = PodSpec(
            name: PodWorld.name(),
            image: "",
            command: KFPTexts.command("'six'", "x"),
            args: []
        )
        #expect(state.ensured(spec, .untouched).last == .environment(.ask(candidate: "python3")))
        let commands = state.stopped(spec.name, grace: .zero, now: .zero)
        guard case .refuse(spec.name, let reason, _)? = commands.last else {
            Issue.record("expected a refusal, got \(commands)")
            return
        }
        #expect(reason.code == .terminated)
        let answer = "3.11.7\n3.11.7 (x)\n/usr/bin/python3\n\n"
        let record = ExitRecord.exited(code: 0, start: .epoch, end: .epoch)
        let interpreter = try PythonInterpreter(answer: answer, record: record, candidate: "python3")
        guard
            case .environment(.look(let environment))? = state.answered("python3", .success(interpreter)).last
        else {
            Issue.record("expected a look at the environment")
            return
        }
        #expect(state.looked(at: environment, build: nil) == [])
    }

    @Test("at most two environments are built at once, and pods that want the same one share it")
    func builds() throws {
        var state = state(places: 9)
        let record = ExitRecord.exited(code: 0, start: .epoch, end: .epoch)
        let interpreter = try PythonInterpreter(
            answer: "3.11.7\n3.11.7 (x)\n/usr/bin/python3\n\n",
            record: record,
            candidate: "python3"
        )
        var environments: [PythonEnvironment] = []
        for index in 0..<6 {
            let command = KFPTexts.command("'package-\(index / 2)'", "x")
            let spec = PodSpec(name: PodWorld.name("task-\(index)"), image: "", command: command, args: [])
            var commands = state.ensured(spec, .untouched)
            if index == 0 { commands = state.answered("python3", .success(interpreter)) }
            for case .environment(.look(let environment)) in commands { environments.append(environment) }
        }
        #expect(environments.count == 3)
        var runs: [LocalPodsState.Command] = []
        for environment in environments {
            runs += state.looked(at: environment, build: 1).filter {
                if case .environment = $0 { true } else { false }
            }
        }
        #expect(runs == environments.prefix(2).map { .environment(.run($0, .create, build: 1)) })
        let failed = PythonEnvironments.StepEnd(
            record: .exited(code: 1, start: .epoch, end: .epoch),
            logPath: "/log",
            logTail: "no such package"
        )
        let commands = state.ended(environments[0], .create, failed)
        let refused = commands.filter { if case .refuse = $0 { true } else { false } }
        #expect(refused.count == 2)
        #expect(commands.contains(.environment(.run(environments[2], .create, build: 1))))
    }

    @Test(
        "what an exit file says is read back as it was written, and nothing else is read",
        arguments: [
            ExitRecord.exited(code: 3, start: .epoch, end: Instant(milliseconds: 5)),
            .signaled(number: 9, start: .epoch, end: .epoch),
            .overdue(allowed: .seconds(5), start: .epoch, end: .epoch), .notExecuted(errno: 2, end: .epoch),
            .notSetUp(errno: 13, stage: "chdir", end: .epoch), .lost(start: nil, end: .epoch),
            .lost(start: .epoch, end: .epoch), .refused(Reason(.terminated, "two\nlines"), end: .epoch),
        ]
    )
    func exitRecords(_ record: ExitRecord) {
        #expect(ExitRecord(record.text) == record)
        for text in ["", "exited", "exited x 1 2", "gone 1 2 3", "\0\0\0"] {
            #expect(ExitRecord(text) == nil)
        }
    }

    @Test("a status is what its whole lines say, whatever else a power failure has left in it")
    func statuses() throws {
        let start = try #require(StartRecord("77 1000"))
        let end = ExitRecord.exited(code: 3, start: start.at, end: Instant(milliseconds: 1005))
        var status = SupervisedStatus("claimed 76\nstarted 77 1000\nexited 3 1000 1005\n")
        #expect(status.supervisor == 76 && status.start == start && status.end == end)
        status = SupervisedStatus("claimed 76\nstarted 77 1000\nexited 3 1000 10")
        #expect(status.supervisor == 76 && status.start == start && status.end == nil)
        status = SupervisedStatus("claimed 76\nstar")
        #expect(status.supervisor == 76 && status.start == nil && status.end == nil)
        status = SupervisedStatus(
            "\0\0\0\nclaimed x\nclaimed 1\n\n" + ExitRecord.lost(start: nil, end: .epoch).text
        )
        #expect(status.supervisor == nil && status.end == .lost(start: nil, end: .epoch))
        let refused = ExitRecord.refused(Reason(.terminated, "two\nlines"), end: .epoch)
        #expect(SupervisedStatus(refused.text).end == refused)
        #expect(SupervisedStatus("") == SupervisedStatus("\0\0"))
    }
}
